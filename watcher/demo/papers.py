"""Invented papers by invented people. arXiv never gave out an id with their month, 9912, and such numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """An invented paper, as the demo's site lists it.

    ``organization``: whose paper it is, None for nobody's.
    ``code``: it has a repository of code.
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    upvotes: int
    comments: int = 0
    organization: str | None = None
    keywords: tuple[str, ...] = ()
    code: bool = False


TIDEPOOL = Invented(
    id="9912.99001",
    title="Tidepool: Continual Learning from Streams That Ebb and Return",
    abstract=(
        "Data that comes back is treated as new by most methods. Tidepool keeps a small map of what it has seen and "
        "when, and spends its updates on what changed. On six streams with seasons it loses less than half of what "
        "rehearsal loses, at a tenth of the memory."
    ),
    authors=("Maren Oyelaran-Fjord", "Teodor Quist"),
    upvotes=41,
    comments=3,
    organization="Saltmarsh Institute",
    keywords=("continual learning", "streams"),
    code=True,
)

DAY_ONE = (
    TIDEPOOL,
    Invented(
        id="9912.99002",
        title="Field Agents That Ask Before They Act",
        abstract=(
            "An agent that is unsure should ask, but not always. We price a question by the mistakes that it avoids "
            "and teach agents when the price is right. In 40 office chores they ask one question in nine steps, and "
            "undo a third as much."
        ),
        authors=("Ingrid Valdemarsson-Cho", "Bako Lindgreen", "Sunniva Park-Ruiz"),
        upvotes=67,
        comments=8,
        organization="Lantern Street Lab",
        code=True,
    ),
    Invented(
        id="9912.99003",
        title="Catastrophic Forgetting Is Mostly a Scheduling Problem",
        abstract=(
            "We shuffle nothing but the order of updates and recover most of what continual learning methods add. "
            "A schedule that visits old tasks at doubling gaps is enough for vision and speech; language needs more."
        ),
        authors=("Ingrid Valdemarsson-Cho", "Pell Amadi"),
        upvotes=88,
        comments=12,
    ),
    Invented(
        id="9912.99004",
        title="Tool Use in Laboratory Robots: A Survey",
        abstract=(
            "We read 312 reports of robots that hold pipettes, and sort them by what the robot was told, what it was "
            "shown, and what it broke."
        ),
        authors=("Odalys Brandt-Mbeki",),
        upvotes=15,
        organization="Institute for Careful Machines",
    ),
    Invented(
        id="9912.99005",
        title="Hearing the Kettle: Weakly Labelled Sounds of a Kitchen",
        abstract="Eleven kitchens, two years, and one label a day: was there tea? It turns out that this is enough.",
        authors=("Yusra Halvorsen-Ito", "Clem Adeyemi-Strand"),
        upvotes=9,
    ),
    Invented(
        id="9912.99006",
        title="Postage for Gradients: Paying for Communication by the Gram",
        abstract=(
            "Each client buys stamps for what it sends. Prices form by themselves and cut traffic by four fifths. The "
            "same market could serve agents that share a wire, which we leave open."
        ),
        authors=("Teodor Quist", "Wren Castellanos-Abe"),
        upvotes=23,
        comments=1,
    ),
    Invented(
        id="9912.99007",
        title="A Multi-Modal Herbarium from Pressed Leaves and Field Notes",
        abstract="Leaves and the handwriting beside them are read together; each corrects the other's faded parts.",
        authors=("Sunniva Park-Ruiz", "Emeka Thorvald"),
        upvotes=31,
        organization="Saltmarsh Institute",
        code=True,
    ),
    Invented(
        id="9912.99008",
        title="Rounding Down: Two-Bit Weights for Very Small Machines",
        abstract="A hearing aid has no room for four bits. We train with two, and say which layers mind and why.",
        authors=("Pell Amadi", "Noor Espeland"),
        upvotes=52,
        comments=4,
    ),
)

DAY_TWO = (
    Invented(
        id="9912.99009",
        title="Agents That Keep Receipts",
        abstract=(
            "Every tool call leaves a slip that says what was asked, what it cost and who allowed it. Agents that "
            "read their own slips repeat themselves half as often."
        ),
        authors=("Bako Lindgreen", "Odalys Brandt-Mbeki"),
        upvotes=34,
        comments=5,
        organization="Lantern Street Lab",
        keywords=("agents", "tool use"),
        code=True,
    ),
    Invented(
        id="9912.99010",
        title="Notes to Self: Continual Learning with a Written Memory",
        abstract="A model writes down what it is about to forget, in words, and reads it before the next task.",
        authors=("Wren Castellanos-Abe",),
        upvotes=27,
    ),
    Invented(
        id="9912.99011",
        title="The Shape of a Good Question",
        abstract="We ask which questions teach a reader most, and find that short ones about exceptions do.",
        authors=("Ingrid Valdemarsson-Cho",),
        upvotes=12,
    ),
    Invented(
        id="9912.99012",
        title="Snowdrift: Diffusion over Sparse Height Maps",
        abstract="Mountains are mostly not there. A sampler that skips empty air draws a range in four steps.",
        authors=("Emeka Thorvald", "Yusra Halvorsen-Ito"),
        upvotes=19,
        code=True,
    ),
    Invented(
        id="9912.99013",
        title="Ledger Attention: Summing Once, Reading Often",
        abstract="Keys are summed into a ledger of fixed length; long documents cost what short ones do.",
        authors=("Noor Espeland", "Clem Adeyemi-Strand"),
        upvotes=46,
        comments=2,
    ),
)
