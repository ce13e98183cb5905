"""``like:`` beside a rule and in its place: names it takes, files it reads, and words for files it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.config import Config, load
from watcher.errors import ConfigError
from watcher.model.papers import GROWING
from watcher.notify import problem_of
from watcher.rules import compile_rule

MAIN = "timezone: UTC\noperator: [me]\nsources: {hf: {kind: huggingface}}\nreceivers: {me: {url: 'console://'}}\n"
REFS = "@misc{a, title={Quiet Kilns}, eprint={2601.00001}}\n@misc{b, title={Loud Kilns}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "refs.bib").write_text(REFS)
    (tmp_path / "more.json").write_text('[{"title": "Quiet Kilns", "URL": "https://arxiv.org/abs/2601.00001"}]')
    (tmp_path / "empty.bib").write_text("% nothing yet\n")
    (tmp_path / "broken.bib").write_text("@misc{a, title={Kilns}}\n" + "@misc{b}\n@misc{c, year=1999}\n" * 5)
    return tmp_path


def read(folder: Path, *subscriptions: str, include: str = "", strict: bool = False) -> Config:
    some = "".join(f"  - {{name: s{n}, to: me, {one}}}\n" for n, one in enumerate(subscriptions))
    text = MAIN + (f"include: {include}\n" if include else "") + (f"subscriptions:\n{some}" if some else "")
    (folder / "config.yaml").write_text(text)
    path = folder / "config.yaml"
    return load(path, env={}, check_url=problem_of, check_rule=compile_rule, strict=strict)


def wrong(folder: Path, *subscriptions: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, *subscriptions)
    return [f"{one.what}; {one.hint}" for one in caught.value.problems if one.fatal]


def test_files_ids_and_links_make_one_library(folder: Path) -> None:
    config = read(folder, "like: [refs.bib, more.json, '10.1000/x', 'https://arxiv.org/abs/2601.00002v3']")
    (one,) = config.subscriptions

    assert [paper.keys for paper in one.liked] == [
        ("arxiv:2601.00001",),
        (),
        ("doi:10.1000/x",),
        ("arxiv:2601.00002",),
    ]
    assert one.rule == "" and one.library and not config.problems


def test_the_same_papers_are_the_same_library_and_other_ones_another_version_of_the_config(folder: Path) -> None:
    first = read(folder, "like: refs.bib", "like: ./refs.bib, when: daily at 08:00", "like: [2601.00001]")
    assert first.subscriptions[0].library == first.subscriptions[1].library != first.subscriptions[2].library
    (folder / "refs.bib").write_text(REFS + "@misc{c, title={A third}}\n")
    second = read(folder, "like: refs.bib", "like: ./refs.bib, when: daily at 08:00", "like: [2601.00001]")
    assert first.subscriptions[0].library != second.subscriptions[0].library
    assert first.digest != second.digest
    assert first.subscriptions[2] == second.subscriptions[2]


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("like: refs.bib", ""),
        ("like: refs.bib, none: [survey, loud]", 'NOT "survey" AND NOT "loud"'),
        ("like: refs.bib, rule: -survey", "-survey"),
        ("like: refs.bib, rule: kiln, none: [loud]", None),
        ("like: refs.bib, rule: kiln", "kiln"),
        ("like: refs.bib, any: [kiln, oven], none: [loud]", '("kiln" OR "oven") AND NOT "loud"'),
        ("like: refs.bib, where: upvotes>=5", "(upvotes>=5)"),
    ],
)
def test_a_rule_may_stand_beside_it_be_missing_or_exclude_alone(folder: Path, line: str, rule: str | None) -> None:
    if rule is None:
        assert wrong(folder, line) == ["`none` stands beside `rule`; keep one of the two"]
    else:
        assert read(folder, line).subscriptions[0].rule == rule


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("like: ref.bib", "`ref.bib` is no arXiv id, no DOI and no file; did you mean `refs.bib`?"),
        ("like: a title", "`a title` is no arXiv id, no DOI and no file; write an arXiv id (2601.00001)"),
        ("like: people", "`people` cannot be read: a folder, not a file"),
        ("like: []", "a list is missing here"),
        ("none: [survey]", "nothing but exclusions"),
        ("where: ''", "write where: upvotes >= 20"),
    ],
)
def test_what_is_no_library_is_refused(folder: Path, line: str, said: str) -> None:
    (folder / "people").mkdir()
    assert said in " ".join(wrong(folder, line))


def test_what_is_not_read_of_a_file_is_a_warning_with_its_line(folder: Path) -> None:
    config = read(folder, "like: broken.bib", "like: empty.bib", "like: empty.bib, accept: [empty-library], none: [x]")
    assert [f"{one.line}: {one.what}; {one.hint} [{one.name}]" for one in config.problems] == [
        *(
            f"6: broken.bib, line {line} `{name}`: it has no title, arXiv id or DOI; "
            "give it a title, an arXiv id (eprint) or a DOI [unread-reference]"
            for line, name in ((2, "b"), (3, "c"), (4, "b"))
        ),
        "6: broken.bib: 7 more that are not read; `watcher like --file broken.bib` names them [unread-reference]",
        (
            "7: no paper stands in empty.bib: nothing is told; write arXiv ids, or export a library that has papers "
            "[empty-library]"
        ),
    ]


def test_an_included_file_names_files_of_its_own_folder_only(folder: Path, tmp_path: Path) -> None:
    people = folder / "people"
    people.mkdir()
    (people / "mine.bib").write_text(REFS)
    (people / "link.bib").symlink_to(folder / "refs.bib")
    for name, item in enumerate(("mine.bib", "../refs.bib", str(folder / "refs.bib"), "link.bib", "~/refs.bib")):
        text = f"subscriptions: [{{name: s, to: me, like: {item}}}]\n"
        (people / f"p{name}.yaml").write_text(text)
    config = read(folder, include="[people/*.yaml]")

    assert [one.full_name for one in config.subscriptions] == ["p0/s"]
    said = {name: problems[0].what for name, problems in config.broken_includes.items()}
    assert "files are named in the folder of this one only" in said["p1.yaml"]
    assert "files are named in the folder of this one only" in said["p2.yaml"]
    assert "a symbolic link: not followed" in said["p3.yaml"]
    assert "files are named in the folder of this one only" in said["p4.yaml"]


def test_what_is_starred_is_a_library_of_its_owner_and_of_everybody(folder: Path) -> None:
    (folder / "ana.yaml").write_text(
        "subscriptions:\n- {name: s, to: me, like: starred}\n"
        "- {name: t, to: me, like: [Starred by everybody, 2601.00001]}\n"
    )
    config = read(folder, "like: starred", "like: [starred by ana, refs.bib]", include="ana.yaml")
    liked = {one.full_name: [paper.starred_by for paper in one.liked] for one in config.subscriptions}

    assert liked == {"s0": [""], "s1": ["ana", None, None], "ana/s": ["ana"], "ana/t": ["", None]}
    assert all(one.library.endswith(GROWING) for one in config.subscriptions)
    assert not config.problems


def test_an_included_file_may_not_look_at_the_stars_of_others(folder: Path) -> None:
    (folder / "ana.yaml").write_text("subscriptions: [{name: s, to: me, like: starred by bob}]\n")
    (problem,) = read(folder, include="ana.yaml").broken_includes["ana.yaml"]
    assert problem.what == "an included file names its own stars, and those that everybody shares"
    assert problem.hint == "write starred, or starred by everybody"
