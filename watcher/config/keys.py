"""The keys that a config may have, at each place; the JSON Schema is made from this."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from watcher.config.kinds import (
    Accept,
    Backfill,
    Count,
    DaysText,
    Duration,
    Every,
    Excepted,
    Flag,
    Folder,
    Kept,
    Listen,
    Name,
    Obey,
    PaperCount,
    Patterns,
    PemFile,
    PerTime,
    RuleText,
    Score,
    Text,
    Texts,
    Time,
    Unsubscribe,
    WebAddress,
    WhereText,
    Zone,
    one_of,
)
from watcher.config.lint.schedule_words import schedule_meant
from watcher.config.schedules import ScheduleText
from watcher.config.text.harmless import looks_like_address
from watcher.config.text.one_text import texts_of, wrong
from watcher.config.values import ListenAddress
from watcher.model import DigestOrder, PaperEvent, When
from watcher.parsers import PARSERS, KeyForm
from watcher.parsers.parser import file_key
from watcher.render.clean import squeeze


def _one_of(what: str, *allowed: str) -> BeforeValidator:
    return BeforeValidator(lambda value: one_of(value, what, allowed))


WhenEmpty = Annotated[Literal["skip", "send"], _one_of("value", "skip", "send")]
_KINDS_ELSEWHERE = {
    **dict.fromkeys(("rss", "atom", "rdf", "xml", "jsonfeed"), "feed"),
    **dict.fromkeys(("hf", "hugging face", "huggingface.co"), "huggingface"),
    **dict.fromkeys(("web", "page", "website", "site", "css", "url"), "html"),
    **dict.fromkeys(("folder", "directory", "mail", "files"), "inbox"),
    **dict.fromkeys(("medline", "entrez", "ncbi", "e-utilities", "eutils"), "pubmed"),
    **dict.fromkeys(("oai-pmh", "oaipmh", "dspace", "eprints", "repository"), "oai"),
}
"""Names that people use for a kind of source → its name here."""


def _kind(value: Any) -> str:
    if isinstance(value, str) and (meant := _KINDS_ELSEWHERE.get(value.strip().lower())):
        raise wrong(f"there is no kind of source `{value.strip()}`", f"here it is called `{meant}`")
    return one_of(value, "kind of source", tuple(PARSERS))


LONGEST_DISPLAY_NAME = 60


def _display_name(value: Any) -> str:
    """Return a text in the form in which people are shown it. Errors do not quote it, since it may be a secret."""
    hint = f"write up to {LONGEST_DISPLAY_NAME} characters in one line"
    if not isinstance(value, str) or not value.strip():
        raise wrong("a text is missing here" if value in (None, "") else "a single text belongs here", hint)
    text = value.strip()
    if looks_like_address(text):
        raise wrong("an address cannot stand here", hint)
    if "\n" in text:
        raise wrong("a display name has one line", hint)
    if squeeze(text) != " ".join(text.split()):
        raise wrong("there are characters in it that nobody sees", "write it anew by hand")
    if len(text) > LONGEST_DISPLAY_NAME:
        raise wrong(f"{len(text)} characters are too many for a display name", hint)
    return squeeze(text)


def _event(value: str) -> str:
    if value not in [*PaperEvent] and (meant := schedule_meant(value.lower())):
        raise wrong(f"there is no event `{value[:60]}`", f"a time stands under `when`: write when: {meant}")
    return one_of(value, "event", (*PaperEvent,))


DisplayName = Annotated[
    str,
    BeforeValidator(_display_name),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_DISPLAY_NAME}),
]
SourceKind = Annotated[str, BeforeValidator(_kind), WithJsonSchema({"type": "string", "enum": [*PARSERS]})]
OnUpdate = Annotated[Literal["ignore", "notify"], _one_of("value", "ignore", "notify")]
Events = Annotated[
    list[str],
    BeforeValidator(lambda value: [_event(one) for one in texts_of(value)]),
    WithJsonSchema({"type": "array", "items": {"enum": [*PaperEvent]}}),
]
Reload = Annotated[Literal["manual", "auto"], _one_of("value", "manual", "auto")]
Order = Annotated[DigestOrder, _one_of("order", *DigestOrder)]
SignOfLife = Annotated[Literal["monthly"], _one_of("rhythm", "monthly")]


_ACCEPT = "Warnings that are not to be shown of what stands here (docs/warnings.md)."


class ConfigTable(BaseModel):
    """A table that may have no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QuietHoursKeys(ConfigTable):
    """Local times between which nothing is sent; held, then delivered."""

    from_: Time = Field(alias="from", description="When the quiet begins, local time.")
    to: Time = Field(description="When it ends; earlier than `from` for over midnight.")


class SourceKeys(ConfigTable):
    """A place that lists papers: the keys of every kind. What each kind adds is drawn from the table of kinds."""

    kind: SourceKind = Field(next(iter(PARSERS)), description="What reads it (docs/sources.md).")
    every: Every = Field(timedelta(hours=1), description="How often it is looked at; auto: as often as it changes.")
    robots: Obey | None = Field(None, description="Whether the site's robots.txt counts; by default for pages only.")
    look_back: Count = Field(3, description="Digest days that are read at every look, from the newest back.")
    follow: Count = Field(14, description="Digest days whose numbers are read again daily, where a rule uses them.")
    url: WebAddress | None = Field(None, description="Its address; ${NAME} is taken from the environment.")
    url_file: Text | None = Field(None, description="A file that holds the address.")
    shown_as: DisplayName | None = Field(None, description="What messages and pages call it, instead of its name.")
    accept: Accept | None = Field(None, description=_ACCEPT)


_FORMS: dict[KeyForm, Any] = {
    KeyForm.TEXT: Text | None,
    KeyForm.TEXTS: Texts | None,
    KeyForm.FOLDER: Folder | None,
    KeyForm.PAPERS: Texts | None,
    KeyForm.SECRET: Text | None,
}


def _of_kinds() -> dict[str, Any]:
    """Return the keys of single kinds of source. If several kinds have a key, the first kind's description is used."""
    found: dict[str, Any] = {}
    for parser in PARSERS.values():
        for name, key in parser.keys.items():
            found.setdefault(name, (_FORMS[key.form], Field(None, description=key.says)))
            if key.form is KeyForm.SECRET:
                found.setdefault(file_key(name), (Text | None, Field(None, description="A file that holds it.")))
    return found


def _keys_of_kinds() -> dict[str, frozenset[str]]:
    """Return place in words → keys that sources of these kinds alone have."""
    kinds: dict[str, list[str]] = {}
    for kind, parser in PARSERS.items():
        for name in parser.keys:
            kinds.setdefault(name, []).append(kind)
    places = {name: f"into a source of kind {', '.join(of)}" for name, of in kinds.items()}
    return {place: frozenset(name for name in kinds if places[name] == place) for place in places.values()}


if TYPE_CHECKING:
    AnySourceKeys = SourceKeys
else:
    AnySourceKeys = create_model("SourceKeys", __base__=SourceKeys, __doc__="A place that lists papers.", **_of_kinds())


class ReceiverKeys(ConfigTable):
    """A named way to reach someone: exactly one of url, url_file, urls."""

    url: Text | None = Field(None, description="An apprise URL; ${NAME} is taken from the environment.")
    url_file: Text | None = Field(None, description="A file that holds the apprise URL.")
    urls: dict[str, Text] | None = Field(None, description="Several apprise URLs, each under a label.")
    address: Text | None = Field(None, description="The URL's parameter that takes the address of `name:address`.")
    quiet_hours: QuietHoursKeys | None = Field(None, description="When nothing is sent there.")
    quiet_days: DaysText | None = Field(None, description="Whole days on which nothing is sent there.")
    rate: PerTime | None = Field(None, description="Messages that it gets at most: 20 per hour.")
    accept: Accept | None = Field(None, description=_ACCEPT)


class KeepKeys(ConfigTable):
    """A place where papers are kept: exactly one of folder, bib, zotero, webhook."""

    folder: Text | None = Field(None, description="A folder for notes in Markdown, one a paper.")
    bib: Text | None = Field(None, description="A bibliography in BibTeX that papers are added to.")
    zotero: Text | None = Field(None, description="A Zotero library: users/NUMBER or groups/NUMBER.")
    webhook: Text | None = Field(None, description="The address of a service that takes JSON; ${NAME} is taken.")
    key: Text | None = Field(None, description="The key of the Zotero library: ${NAME} from the environment.")
    key_file: Text | None = Field(None, description="A file that holds that key.")
    collection: Text | None = Field(None, description="A Zotero collection, by its key or its name.")
    api: WebAddress | None = Field(None, description="The address of Zotero's API, where it is another one.")
    tags: Texts | None = Field(None, description="Tags of notes and items.")
    headers: dict[str, Text] | None = Field(None, description="Headers of a webhook's requests; ${NAME} is taken.")
    body: Text | None = Field(None, description='The JSON that a webhook is sent: {"url": "{url}"}.')
    find: Text | None = Field(None, description="An address that lists a paper if the service has it.")
    find_body: Text | None = Field(None, description="The JSON that it is asked with; without it by GET.")
    stars: Flag = Field(False, description="Whether what is starred is kept there.")
    accept: Accept | None = Field(None, description=_ACCEPT)


class SubscriptionKeys(ConfigTable):
    """One saved rule of one person."""

    name: Name = Field(description="What commands call it; unique in its file.")
    shown_as: DisplayName | None = Field(None, description="What messages and pages call it, instead of its name.")
    rule: RuleText | None = Field(None, description="The rule (docs/rules.md), instead of the lists below.")
    any: Texts | None = Field(None, description="Terms of which one has to be there.")
    all: Texts | None = Field(None, description="Terms that all have to be there.")
    none: Texts | None = Field(None, description="Terms of which none may be there.")
    where: WhereText | None = Field(None, description="Comparisons and fields that also have to hold: upvotes >= 50.")
    like: Texts | None = Field(None, description="Papers to be like: files of references, arXiv ids, DOIs, starred.")
    cites: Texts | None = Field(None, description="Papers of which it has to cite one: arXiv ids, DOIs, files.")
    to: Texts = Field([], description="Receivers: a name, or name:address; may be left out where `keep` is not.")
    keep: Texts | None = Field(None, description="Places under `keep` where what it tells is kept.")
    when: ScheduleText = Field(When(), description="When it is told.", json_schema_extra={"default": str(When())})
    timezone: Zone | None = Field(None, description="The zone of `when` and `quiet_hours`.")
    sources: Texts | None = Field(None, description="Sources that count; all if left out.")
    quiet_hours: QuietHoursKeys | None = Field(None, description="When it keeps quiet.")
    quiet_days: DaysText | None = Field(None, description="Whole days on which it keeps quiet.")
    backfill: Backfill | None = Field(None, description="How much of the past a new subscription tells.")
    bundle: Flag = Field(True, description="Whether it shares a message with what is due at the same time.")
    max_papers: PaperCount | None = Field(None, description="Papers shown in full in one message; the rest in short.")
    above: Score | None = Field(None, description="The score below which a paper's title is enough: 0.5.")
    top: PaperCount | None = Field(None, description="Papers of a digest whose titles are not enough: the best ones.")
    learn: Flag = Field(False, description="Whether thumbs move the scores of its matches.")
    order: Order = Field(DigestOrder.SCORE, description="Which of a digest's papers come first.")
    when_empty: WhenEmpty = Field("skip", description="Whether a digest without papers is sent.")
    on: Events = Field([], description="What it also tells of papers that it told or knows: version, code, retracted.")
    on_update: OnUpdate = Field("ignore", description="Whether new versions and withdrawals of told papers are told.")
    sign_of_life: SignOfLife | None = Field(None, description="A message after a month in which nothing matched.")
    accept: Accept | None = Field(None, description=_ACCEPT)


class RetainKeys(ConfigTable):
    """How long to keep what is not needed to tell each paper once."""

    attempts: Kept = Field(timedelta(days=365), description="Tries of messages that have long been sent or given up.")
    polls: Kept = Field(timedelta(days=90), description="Looks at sources; the last hundred of each stay.")
    pages: Kept = Field(timedelta(days=90), description="Bodies of pages that could not be read.")
    metrics: Kept = Field(timedelta(days=365), description="Upvotes and comments as they were; the newest stay.")


class WebKeys(ConfigTable):
    """The pages for a browser: where they are, and who may read them."""

    listen: Listen = Field(
        ListenAddress(), description="An address and port, or a Unix socket: unix:/run/watcher/w.sock."
    )
    token_file: Text | None = Field(None, description="A file with the token that reading and acting ask for.")
    open: Flag = Field(False, description="Whether everybody on this machine may read without the token.")
    public_url: WebAddress | None = Field(None, description="Its address behind a proxy: https://papers.lab.example.")


class IncludedKeys(ConfigTable):
    """An included file: subscriptions, and what they never tell."""

    never: Texts | None = Field(
        None, description="Words, phrases and rules: papers that they fit are told to none of these subscriptions."
    )
    subscriptions: list[SubscriptionKeys] = Field(default_factory=list, description="What to tell whom.")


class ConfigKeys(IncludedKeys):
    """watcher's config."""

    timezone: Zone | None = Field(None, description="The zone of every schedule that names none.")
    operator: Texts | None = Field(None, description="Receivers that hear of broken sources and failing receivers.")
    database: Text | None = Field(None, description="A path, or an SQLAlchemy URL; ${NAME} from the environment.")
    unreachable_after: Duration = Field(
        timedelta(hours=24), description="How long a source may be out of reach before the operator hears of it."
    )
    retain: RetainKeys = Field(
        default_factory=lambda: RetainKeys.model_validate({}), description="How long history is kept."
    )
    templates: Folder | None = Field(None, description="A folder with templates in the place of watcher's own.")
    unsubscribe: Unsubscribe | None = Field(
        None, description="An e-mail or web address where readers end a subscription; in every mail."
    )
    web: WebKeys | None = Field(None, description="Pages for a browser; none if left out.")
    reload: Reload = Field("manual", description="auto: an edit is taken up once the files have rested half a minute.")
    heartbeat: WebAddress | None = Field(None, description="Asked each minute while all is well; ${NAME} is taken.")
    contact: Text | None = Field(None, description="An address for sites' operators, sent with every request.")
    proxy: Text | None = Field(None, description="By which HTTP proxy sources and receivers are asked; ${NAME}.")
    proxy_except: Excepted | None = Field(None, description="Domains and networks that are asked without the proxy.")
    ca_bundle: PemFile | None = Field(None, description="A file with certificates that are trusted as well, in PEM.")
    sources: dict[str, AnySourceKeys] = Field(default_factory=dict, description="Places that list papers, by name.")
    receivers: dict[str, ReceiverKeys] = Field(default_factory=dict, description="Ways to reach people, by name.")
    keep: dict[str, KeepKeys] = Field(default_factory=dict, description="Places where papers are kept, by name.")
    include: Patterns | None = Field(None, description="Files with further subscriptions: subscriptions.d/*.yaml.")
    allow: dict[str, Texts] | None = Field(
        None, description="Receivers and places that an included file may use, by its name."
    )
    accept: Accept | None = Field(None, description=_ACCEPT)

    @property
    def patterns(self) -> tuple[str, ...]:
        """The files read beside the main file: included files, templates, certificates."""
        templates = [os.path.join(os.path.expanduser(self.templates), "*")] if self.templates else []
        bundle = [os.path.expanduser(self.ca_bundle)] if self.ca_bundle else []
        return (*(self.include or []), *templates, *bundle)


PLACES = {
    "to the top of the config": frozenset(ConfigKeys.model_fields),
    "into a subscription": frozenset(SubscriptionKeys.model_fields),
    "into a source": frozenset(SourceKeys.model_fields),
    "into a receiver": frozenset(ReceiverKeys.model_fields),
    "under web": frozenset(WebKeys.model_fields),
    "under retain": frozenset(RetainKeys.model_fields),
    "into a place under keep": frozenset(KeepKeys.model_fields),
    **_keys_of_kinds(),
}
"""Place in a config, in words → names of the keys there."""


def keys_at(model: type[ConfigTable], path: tuple[int | str, ...]) -> list[str]:
    """Return the names of the keys that are known at a path."""
    fields = model.model_fields
    here: type[ConfigTable] = model
    for step in path:
        if isinstance(step, int) or step not in {field.alias or name for name, field in fields.items()}:
            continue
        field = next(field for name, field in fields.items() if (field.alias or name) == step)
        inner = _model_in(field.annotation)
        if inner is not None:
            here, fields = inner, inner.model_fields
    return [field.alias or name for name, field in here.model_fields.items()]


def _model_in(annotation: Any) -> type[ConfigTable] | None:
    if isinstance(annotation, type) and issubclass(annotation, ConfigTable):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None
