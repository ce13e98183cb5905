"""Packed rules are written and read again: those that have not changed are taken, and answer as before."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.unit.test_rules_index import PAPER, RULE, SOURCES, compiled
from watcher.files.kept_rules import KEPT_RULES, KeptRulesFile, version_of_rules
from watcher.model import Paper
from watcher.pipeline.subscriptions.restored_rules import RestoredRules
from watcher.rules import Index, Rule, compile_rule, document_of, evaluate
from watcher.rules.index.kept import WrittenRule, read_kept, write_kept

VERSION = "1"


def packed(rules: dict[int, Rule]) -> bytes:
    index = Index(0)
    index.add_many(rules.items())
    pack = index.in_one_pack()
    assert pack is not None
    numbers = [id for id, rule in rules.items() if rule.uses_numbers]
    return b"".join(write_kept(pack, index.keys, numbers, VERSION))


DATA = packed({n: compile_rule(f"(word{n} kite) OR (wor* upvotes > {n})") for n in range(5)})


@settings(max_examples=times(100))
@given(
    st.lists(st.tuples(RULE, SOURCES), min_size=1, max_size=6),
    st.lists(st.tuples(RULE, SOURCES), max_size=3),
    st.lists(PAPER, min_size=1, max_size=2),
)
def test_kept_rules_answer_as_those_that_are_read(
    texts: list[tuple[str, tuple[str, ...]]], edits: list[tuple[str, tuple[str, ...]]], papers: list[Paper]
) -> None:
    """The first rules are edited, the last one goes."""
    before = compiled(texts)
    if not before:
        return
    now = {**before, **compiled(edits)}
    if len(now) > 1:
        now.pop(max(now))
    kept = read_kept(packed(before), VERSION)
    assert kept is not None
    found = kept.take([WrittenRule(id, rule.text, sorted(rule.sources)) for id, rule in now.items()])
    for known, (id, rule) in zip(found, now.items(), strict=True):
        old = before.get(id)
        is_same = old is not None and (old.text, old.sources) == (rule.text, rule.sources)
        assert known == (rule.uses_numbers if is_same else None)
    index = Index(0, kept.keys)
    index.add_many((id, rule) for known, (id, rule) in zip(found, now.items(), strict=True) if known is None)
    index.adopt(kept.taken())
    assert len(index) == len(now)
    for _ in range(2):
        for paper, matches in zip(papers, index.match_page(list(map(document_of, papers))), strict=True):
            assert dict(matches) == {id: hit for id, rule in now.items() if (hit := evaluate(rule, document_of(paper)))}
        index.in_one_pack()


def test_where_all_kept_rules_are_gone_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where thousands of subscriptions were deleted, or the state folder is used with another database."""
    monkeypatch.setattr("watcher.pipeline.subscriptions.restored_rules.LEAST", 2)
    file = KeptRulesFile(tmp_path)
    file.write([packed({n: compile_rule(f"word{n} kite") for n in range(3)})])
    monkeypatch.setattr("watcher.pipeline.subscriptions.restored_rules.version_of_rules", lambda: VERSION)
    restored = RestoredRules(file)
    index = restored.index()
    assert list(restored.changed(iter(()))) == []
    restored.finish(index, ())
    assert (len(index), file.read()) == (0, None)
    index.add(7, compile_rule("kite"))
    assert index.in_one_pack() is not None


def test_what_is_damaged_or_another_version_s_is_refused() -> None:
    assert read_kept(DATA, VERSION) is not None
    assert read_kept(DATA, "2") is None
    assert read_kept(b"", VERSION) is None and read_kept(b"something else", VERSION) is None
    for at in range(0, len(DATA), 7):
        assert read_kept(DATA[:at], VERSION) is None
        assert read_kept(DATA[:at] + bytes([DATA[at] ^ 1]) + DATA[at + 1 :], VERSION) is None


def test_the_version_is_that_of_what_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert version_of_rules() == version_of_rules() != ""
    (tmp_path / "watcher" / "rules").mkdir(parents=True)
    monkeypatch.setattr("watcher.__file__", str(tmp_path / "watcher" / "__init__.py"))
    assert version_of_rules() == ""  # nothing is known of a program without its source
    (tmp_path / "watcher" / "model").mkdir()
    (tmp_path / "watcher" / "model" / "fields.py").write_text("")
    code = tmp_path / "watcher" / "rules" / "code.py"
    code.write_text("one = 1")
    before = version_of_rules()
    code.write_text("one = 2")
    assert "" != before != version_of_rules() != ""


def a_link(file: Path) -> None:
    file.rename(file.with_name("other"))
    file.symlink_to("other")


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def a_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    "spoil", [lambda file: file.chmod(0o620), lambda file: file.chmod(0o602), Path.unlink, a_link, a_folder, a_pipe]
)
def test_a_file_that_others_may_have_written_is_not_read(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    file = KeptRulesFile(tmp_path / "state")
    assert file.read() is None
    file.write([b"some", memoryview(b"thing")])
    path = tmp_path / "state" / KEPT_RULES
    assert file.read() == b"something" and path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [KEPT_RULES]
    spoil(path)
    assert file.read() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_stranger_s_file_is_not_read(tmp_path: Path) -> None:
    file = KeptRulesFile(tmp_path)
    file.write([b"something"])
    os.chown(tmp_path / KEPT_RULES, 65534, 65534)
    assert file.read() is None
    os.chown(tmp_path, 65534, 65534)  # root runs a command on a service's folder
    assert file.read() == b"something"
    file.write([b"another"])
    assert (tmp_path / KEPT_RULES).stat().st_uid == 65534
    file.forget()
    assert file.read() is None
