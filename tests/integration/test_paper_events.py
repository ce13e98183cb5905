"""What becomes of a paper that was told or is known: told once an event, to whoever asks for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.integration.test_forms import EDITED, TITLE, Desk, article, arxiv, every_form, preprint, subscription
from watcher.model import ACCEPTED, PUBLISHED, Decision, Entry, Fate, NeverItem, PaperEvent
from watcher.parsers.oai.record import WITHDRAWN
from watcher.pipeline.polling.updates import record_updates
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.subscriptions.never import apply_never
from watcher.pipeline.telling.preview import next_contents
from watcher.store import Store

EVERY = tuple(PaperEvent)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, [subscription("fish", on=tuple(one.value for one in EVERY))])


def look(desk: Desk, *entries: Entry, source: str = "hf", fate: Fate = Fate.HELD) -> list[str]:
    """Store, match and tell what a source lists; return what became of its papers, as the messages say it."""
    before = len(desk.sent)
    desk.read(*entries, source=source, fate=fate)
    desk.tell()
    papers = [paper for message in desk.sent[before:] for paper in message.data["papers"]]  # type: ignore[attr-defined]
    return [paper["became"] or "itself" for paper in papers]


ACCEPTING = {"stage": ACCEPTED, "venue": "RIVER 2026", "note": "Accepted at RIVER 2026"}


def test_each_event_is_told_once_and_in_words(desk: Desk) -> None:
    shown = replace(preprint(1), version=1)
    assert look(desk, shown) == ["itself"]
    for change, became in (
        ({"version": 2}, "new version v2"),
        (ACCEPTING, "accepted at RIVER 2026"),
        ({"code_url": "https://code.example/fish"}, "now with code"),
        ({"stage": PUBLISHED, "venue": "River J. 7", "doi": "10.1/1"}, "now published in River J. 7"),
        ({"note": "This paper has been withdrawn by its authors"}, "withdrawn"),
        ({"retraction": "10.1/notice"}, "retracted"),
    ):
        shown = replace(shown, **change)
        assert look(desk, shown) == [became]
        assert look(desk, shown) == [], became
    assert look(desk, preprint(1), arxiv(1)) == []


def test_several_between_two_messages_are_told_together(store: Store) -> None:
    desk = Desk(store, [subscription(on=("version", "code", "published"))])
    look(desk, replace(preprint(1), version=1))
    assert look(desk, replace(arxiv(1), code_url="https://code.example/fish"), source="arxiv") == [
        "now published in River J. 7; new version v2; now with code"
    ]
    assert desk.sent[-1].subject.startswith("1 update for fish: ")


@pytest.mark.parametrize("event", EVERY)
def test_nobody_hears_of_what_they_did_not_ask_for(store: Store, event: PaperEvent) -> None:
    desk = Desk(store, [subscription("none"), subscription("one", on=(event.value,))])
    shown = replace(preprint(1), version=1)
    look(desk, shown)
    desk.sent.clear()
    gone = {"version": 2, "code_url": "https://code.example/x", "retraction": "retracted"}
    for one in (replace(shown, **ACCEPTING), arxiv(1), replace(arxiv(1), **gone), arxiv(1, note="Withdrawn.")):  # type: ignore[arg-type]
        look(desk, one)
    told = [(one.subscriptions, paper["occasions"]) for one in desk.sent for paper in one.data["papers"]]  # type: ignore[attr-defined]
    occasion = "v2" if event is PaperEvent.VERSION else event.value
    assert told == [(("one",), [occasion])]


@pytest.mark.parametrize(("fate", "told"), [(Fate.BASELINE, True), (Fate.DROPPED, False)])
def test_what_is_known_counts_and_what_was_not_told_does_not(desk: Desk, fate: Fate, told: bool) -> None:
    assert look(desk, preprint(1), fate=fate) == []
    assert look(desk, arxiv(1), source="arxiv") == (["now published in River J. 7"] if told else [])


def test_on_update_is_of_told_papers_alone(store: Store) -> None:
    desk = Desk(store, [subscription(tells_updates=True)])
    look(desk, preprint(1), fate=Fate.BASELINE)
    look(desk, preprint(2))
    gone = [replace(preprint(n), retraction="retracted", version=3) for n in (1, 2)]
    assert look(desk, *gone) == ["retracted"]


def test_what_was_known_before_it_was_told_is_no_event(desk: Desk) -> None:
    assert look(desk, arxiv(1), source="arxiv") == ["itself"]
    assert look(desk, article(1), source="journal") == []


def test_a_venue_that_was_stored_before_there_were_stages_is_no_event(desk: Desk) -> None:
    old = replace(arxiv(1), stage=None, forms=())
    assert look(desk, old, source="arxiv") == ["itself"]
    assert look(desk, replace(old, stage=PUBLISHED), source="arxiv") == []
    assert look(desk, replace(preprint(2), venue="RIVER 2026")) == ["itself"]
    assert look(desk, replace(preprint(2), **ACCEPTING)) == []  # type: ignore[arg-type]


def test_what_somebody_else_says_of_a_paper_is_no_event(desk: Desk) -> None:
    look(desk, preprint(1))
    said = replace(arxiv(1), is_secondhand=True, version=None, code_url="https://x.example/", retraction="retracted")
    assert look(desk, said, source="blog") == []


@pytest.mark.parametrize("said", [preprint(1, is_secondhand=True), article(1, stage=None)], ids=["blog", "article"])
def test_a_venue_that_is_named_without_a_stage_does_not_take_the_news_away(desk: Desk, said: Entry) -> None:
    """A page of links, or the feed of a search, names a journal and does not say that the paper appeared there."""
    look(desk, arxiv(1, stage=None, doi=None, venue=None), source="arxiv")
    assert look(desk, replace(said, venue="River J. 7", doi="10.1/1"), source="other") == []
    assert look(desk, arxiv(1), source="arxiv") == ["now published in River J. 7"]


def test_an_article_that_was_told_by_itself_is_no_news(desk: Desk) -> None:
    assert look(desk, preprint(1)) + look(desk, article(1), source="journal") == ["itself"] * 2
    assert look(desk, arxiv(1), source="arxiv") == []
    with desk.store.reading() as tx:
        assert tx.papers.count() == 1


NOTICED = f"RETRACTED ARTICLE: {EDITED}"


def test_the_title_of_the_article_says_that_a_known_preprint_is_retracted(desk: Desk) -> None:
    """The preprint's title stays, so that it shows nothing of it."""
    look(desk, arxiv(1), source="arxiv")
    assert look(desk, article(1), source="journal") == []
    assert look(desk, article(1, title=NOTICED), source="journal") == ["retracted"]
    assert look(desk, article(1, title=NOTICED), source="journal") + look(desk, arxiv(1), source="arxiv") == []
    assert desk.known()[0].title == TITLE


def test_an_article_that_is_joined_after_its_retraction_says_so_to_who_knows_the_preprint(desk: Desk) -> None:
    look(desk, preprint(1))
    look(desk, article(1, title=NOTICED), source="journal")
    assert look(desk, arxiv(1), source="arxiv") == ["retracted"]
    assert desk.papers() == 1


def test_a_mark_does_not_take_the_place_of_a_notice(desk: Desk) -> None:
    for said in ("retracted", "10.1/notice", "retracted"):
        look(desk, preprint(1, retraction=said))
    assert desk.known()[0].retraction == "10.1/notice"


def test_who_heard_of_the_article_alone_hears_nothing_of_what_had_become_of_it(store: Store) -> None:
    """The preprint is older. Who knows it, too, hears that it is retracted, but not of the article that they know."""
    every = tuple(one.value for one in EVERY)
    desk = Desk(store, [subscription("article", on=every, sources=("journal",)), subscription("all", on=every)])
    look(desk, preprint(1))
    gone = article(1, retraction="10.1/notice", code_url="https://code.example/fish")
    assert look(desk, gone, source="journal") == ["itself"]
    assert look(desk, arxiv(1, code_url="https://code.example/fish"), source="arxiv") == ["retracted"]
    assert desk.sent[-1].subscriptions == ("all",)


def test_who_heard_of_the_preprint_alone_hears_that_it_is_published(store: Store) -> None:
    desk = Desk(
        store, [subscription("both", on=("published",)), subscription("one", on=("published",), sources=("hf",))]
    )
    look(desk, preprint(1))
    look(desk, article(1), source="journal")
    desk.sent.clear()
    look(desk, arxiv(1), source="arxiv")
    assert [one.subscriptions for one in desk.sent] == [("one",)]


def test_in_every_order_of_sources_the_events_are_told_once(desk: Desk) -> None:
    count = iter(range(1, 10_000))

    @settings(max_examples=times(10))
    @given(order=st.lists(st.sampled_from(sorted(every_form(0))), min_size=6, max_size=14), code=st.integers(0, 9))
    def play(order: list[str], code: int) -> None:
        n = next(count)
        told: list[str] = []
        for at, source in enumerate(order):
            link = "https://code.example/fish" if at >= code and source in ("hf", "arxiv") else None
            told += look(desk, replace(every_form(n)[source], code_url=link), source=source)
        counts = Counter(told)
        assert all(counts[became] <= 1 for became in counts if became != "itself"), (order, told)
        assert counts["itself"] <= 2

    play()


def test_a_restore_tells_nothing_twice(desk: Desk) -> None:
    """What was due in the time of which the database knows nothing counts as known; nor is it told later."""
    look(desk, preprint(1))
    for fate in (Fate.BASELINE, Fate.HELD):
        desk.now += timedelta(minutes=1)
        with desk.store.transaction() as tx:
            (paper,) = tx.papers.all()
            record_updates(tx, {paper.id: ("published", "v2")}, desk.now, lambda *_, fate=fate: Decision(fate))
        assert desk.tell() == []


def test_a_list_that_is_edited_meanwhile_keeps_no_end_back(desk: Desk) -> None:
    """``never:`` keeps back what is held, as for a weekly digest; the end of a paper is told all the same."""
    shown = replace(preprint(1), version=1)
    look(desk, shown)
    desk.read(replace(shown, version=2, retraction="10.1/notice"))
    with desk.store.transaction() as tx:
        tx.subscriptions.raise_generation()
        apply_never(tx, [NeverItem("", "lanterns", "lanterns")])
    assert look(desk) == ["retracted"]


def test_an_edited_rule_keeps_no_news_of_told_papers_back(desk: Desk) -> None:
    shown = replace(preprint(1), version=1)
    look(desk, shown)
    desk.read(replace(shown, version=2, retraction="10.1/notice"), preprint(2))
    desk.context.config = replace(
        desk.context.config, subscriptions=(subscription("fish", "windmills", on=("retracted",)),)
    )
    with desk.store.reading() as tx:
        edited, config = desk.context.config.subscriptions, desk.context.config
        (shown_next,) = next_contents(edited, tx, config, desk.now, lambda item: 1, 100)
    apply_config(desk.context)
    assert [one.occasions for one in shown_next.items] == [("retracted", "v2")]
    assert look(desk) == ["retracted; new version v2"]


def test_it_says_so_in_history_and_show(desk: Desk) -> None:
    from watcher.model import event_in_words

    look(desk, preprint(1))
    look(desk, arxiv(1), source="arxiv")
    with desk.store.reading() as tx:
        (paper,) = tx.papers.all()
        rows = tx.history.of_paper(paper.id, 10)
    assert {event_in_words(row.occasion) for row in rows} == {"", "its publication"}
    assert paper.title == TITLE


@pytest.mark.parametrize("more", [{}, {"on": ("retracted",)}, {"on": ("withdrawn", "retracted")}])
def test_a_retraction_is_told_once_to_who_asked_for_updates(store: Store, more: dict[str, tuple[str, ...]]) -> None:
    """``on_update: notify`` tells it by itself, and ``on`` beside it no second time."""
    desk = Desk(store, [replace(subscription(tells_updates=True), **more)])  # type: ignore[arg-type]
    assert look(desk, preprint(1)) == ["itself"]
    gone = replace(preprint(1), retraction="10.1/notice", note="This paper has been withdrawn: retracted.")
    assert look(desk, gone) == ["retracted"]
    assert look(desk, gone) + look(desk, replace(gone, retraction="retracted"), source="journal") == []


def test_who_heard_of_the_preprint_alone_hears_of_an_article_that_was_stored_before_it(store: Store) -> None:
    """The article's row stays when the two are joined, so that it shows nothing new."""
    desk = Desk(
        store, [subscription("both", on=("published",)), subscription("one", on=("published",), sources=("hf",))]
    )
    look(desk, article(1), source="journal")
    look(desk, preprint(1))
    desk.sent.clear()
    look(desk, arxiv(1), source="arxiv")
    assert desk.papers() == 1
    assert [one.subscriptions for one in desk.sent] == [("one",)]
    assert look(desk, arxiv(1), source="arxiv") == []


def test_a_repository_that_deletes_its_copy_withdraws_no_paper_that_others_list(desk: Desk) -> None:
    copy = replace(preprint(1), keys=("id:oai:repository.example:7", "arxiv:2603.00001"))
    gone = Entry(title="", keys=copy.keys[:1], note=WITHDRAWN, is_follow_up=True, is_removed=True)
    assert look(desk, copy, source="repository") == ["itself"]
    assert look(desk, copy, source="its theses") == look(desk, preprint(1)) == []
    assert look(desk, gone, source="repository") == look(desk, gone, source="its theses") == []
    with desk.store.reading() as tx:
        (paper,) = tx.papers.all()
    assert paper.note is None


def test_a_record_that_all_sources_have_deleted_withdraws_its_paper(desk: Desk) -> None:
    copy = replace(preprint(1), keys=("id:oai:repository.example:7", "arxiv:2603.00001"))
    gone = Entry(title="", keys=copy.keys[:1], note=WITHDRAWN, is_follow_up=True, is_removed=True)
    assert look(desk, copy, source="repository") == ["itself"] and look(desk, copy, source="its theses") == []
    assert look(desk, gone, source="repository") == []
    assert look(desk, gone, source="its theses") == ["withdrawn"]
    assert look(desk, gone, source="repository") == look(desk, gone, source="its theses") == []
