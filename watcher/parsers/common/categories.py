"""List the categories of arXiv, bioRxiv and medRxiv, and guess the one meant by an unknown name.

Sources: https://arxiv.org/category_taxonomy, and the subject areas on the two servers' pages.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

_OF_ARCHIVES = {
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO SC "
    "SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "nlin": "AO CD CG PS SI",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph "
    "geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "stat": "AP CO ME ML OT TH",
}
_ALONE = "gr-qc hep-ex hep-lat hep-ph hep-th math-ph nucl-ex nucl-th quant-ph"
OF_ARXIV = frozenset(
    [
        *(f"{archive}.{one}" for archive, ones in _OF_ARCHIVES.items() for one in ones.split()),
        *_OF_ARCHIVES,
        *_ALONE.split(),
    ]
)
"""All categories, and the archives; the name of an archive means all its categories."""

_WORDS = {
    "machine learning": "cs.LG",
    "computer vision": "cs.CV",
    "natural language processing": "cs.CL",
    "computation and language": "cs.CL",
    "artificial intelligence": "cs.AI",
    "robotics": "cs.RO",
    "information retrieval": "cs.IR",
    "cryptography": "cs.CR",
    "statistics": "stat",
    "mathematics": "math",
    "computer science": "cs",
    "nlp": "cs.CL",
}

OF_BIORXIV = frozenset(
    """animal behavior and cognition;biochemistry;bioengineering;bioinformatics;biophysics;cancer biology;cell biology;
    clinical trials;developmental biology;ecology;epidemiology;evolutionary biology;genetics;genomics;immunology;
    microbiology;molecular biology;neuroscience;paleontology;pathology;pharmacology and toxicology;physiology;
    plant biology;scientific communication and education;synthetic biology;systems biology;zoology""".replace(
        "\n    ", ""
    ).split(";")
)
OF_MEDRXIV = frozenset(
    """addiction medicine;allergy and immunology;anesthesia;cardiovascular medicine;dentistry and oral medicine;
    dermatology;emergency medicine;endocrinology;epidemiology;forensic medicine;gastroenterology;
    genetic and genomic medicine;geriatric medicine;health economics;health informatics;health policy;
    health systems and quality improvement;hematology;hiv/aids;infectious diseases;
    intensive care and critical care medicine;medical education;medical ethics;nephrology;neurology;nursing;nutrition;
    obstetrics and gynecology;occupational and environmental health;oncology;ophthalmology;orthopedics;otolaryngology;
    pain medicine;palliative medicine;pathology;pediatrics;pharmacology and therapeutics;primary care research;
    psychiatry and clinical psychology;public and global health;radiology and imaging;
    rehabilitation medicine and physical therapy;respiratory medicine;rheumatology;sexual and reproductive health;
    sports medicine;surgery;toxicology;transplantation;urology""".replace("\n    ", "").split(";")
)


def category_meant(text: str, known: Collection[str] = OF_ARXIV) -> str:
    """Return the category that was probably meant by ``text``: itself if it is one, "" if none is similar.

    ``known``: the categories that there are.
    """
    if text in known:
        return text
    squashed = {_squashed(one): one for one in known}
    bare = _squashed(text.lower().removeprefix("cat:"))
    if found := squashed.get(bare) or (_WORDS.get(text.lower().strip()) if known is OF_ARXIV else None):
        return found
    if known is OF_ARXIV:
        ending = [one for one in known if one.lower().endswith(f".{text.lower()}")]
        return ending[0] if len(ending) == 1 else ""
    return "".join(squashed[one] for one in get_close_matches(bare, squashed, 1, 0.75))


def is_unknown_to_arxiv(text: str) -> bool:
    """Return whether a label in lower case looks like a category of arXiv's but is none."""
    if text in _LOWER or " " in text:
        return False
    archive, dot, _ = text.partition(".")
    return (bool(dot) and archive in _OF_ARCHIVES) or (re.search(r"[-/_]", text) is not None and bool(_spelled(text)))


def _spelled(text: str) -> str:
    found = category_meant(text)
    return found if _squashed(found) == _squashed(text) else ""


def _squashed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


_LOWER = frozenset(one.lower() for one in OF_ARXIV)
