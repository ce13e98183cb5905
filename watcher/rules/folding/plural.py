"""Fold plurals by the original spelling. Rules and papers both use :func:`forms`.

This is no stemmer: it only joins X and Xs. If a word may be a plural, both forms count, so that ``atlas`` and ``ATLAS``
match. ``GPS`` and ``GPs`` do not match, since capitals tell them apart. The tables were made from the vocabulary of
3,929 titles and abstracts (docs/decisions/0011).
"""

from __future__ import annotations

import re

_CAPITALS_S = re.compile(r"(?=\d*[A-Z])[A-Z0-9]{2,}s")
"""Matches GANs, LLMs, 3Ds, V100s. A single capital is not enough, since As and Is begin sentences."""

_TOO_SHORT_S = re.compile(r"(?=\d*[a-z])[a-z0-9]{2,}s")
"""Matches words with too few letters for a plural (ids, lms, h100s): they may be IDS or IDs."""

_SHORTEST = 4
_SHORTEST_Y = 5


def _words(*lines: str) -> list[str]:
    return " ".join(lines).split()


NEVER = frozenset(
    _words(
        "news means species series lens bias always perhaps does besides whereas clothes",
        "alias atlas canvas chaos cosmos ethos pathos kubernetes texas https",
    )
)
"""Words that end in -s but are no plural, or are a word of their own."""

_LITTLE = frozenset(_words("has his its was"))

_ADD_S = _words(
    # -che and -sse, which else lose -es
    "cache niche ache headache avalanche psyche cliche quiche moustache mustache impasse mousse posse",
    # -ie, which else become -y
    "movie cookie zombie selfie calorie genie rookie hoodie indie newbie foodie sortie necktie trie birdie prairie",
    "brownie pixie hippie smoothie freebie collie magpie caddie veggie bookie coterie reverie oldie talkie junkie",
    "groupie goalie underlie belie untie",
    # -u and -i, which else are no plurals
    "gpu cpu tpu npu dpu ipu lpu xpu imu gru mcu sku menu guru emu bureau plateau tableau",
    "api gui cli mpi mri roi hoi kpi poi doi bci wsi taxi emoji kiwi ski safari tsunami alibi",
    # of the words in -ic those whose -ics is their plural; physics, robotics, statistics … are not
    "metric topic subtopic heuristic metaheuristic rubric critic characteristic mimic harmonic fabric clinic schematic",
    "comic lyric relic diacritic tactic infographic antibiotic plastic mosaic logic classic skeptic epic asic nic",
)

_ADD_ES = _words(
    "bias debias virus lens status halo hero superhero echo",
    "veto tomato potato volcano mosquito tornado domino zero cargo",
    "alias atlas canvas gas iris corpus focus bonus census campus bus octopus genius apparatus syllabus chorus",
)

_OTHER_ENDS: dict[tuple[str, str], str] = {
    # Of astronomy, biology, medicine and mathematics. What is a word of its own (stamina, opera, data, media, lives)
    # is left out.
    ("ae", "a"): (
        "nebula hypha pupa lacuna papilla amoeba fistula fovea trachea ulna bursa aorta macula patella scapula fibula"
        " tibia maxilla mandibula lamina lamella persona minutia seta cisterna fascia chela areola ampulla"
        " fossa cochlea vagina retina pinna spicula placenta conjunctiva gingiva"
    ),
    ("i", "us"): (
        "cactus thrombus embolus bronchus nucleolus hippocampus thalamus hypothalamus alveolus villus sulcus gyrus"
        " humerus meniscus glomerulus calculus cumulus alumnus syllabus terminus annulus uterus ramus tarsus nevus"
        " hilus nauplius"
        " bacillus coccus rhombus modulus tumulus carpus acinus sinus isthmus esophagus sarcophagus colossus crocus"
    ),
    ("a", "um"): (
        "cilium flagellum epithelium endothelium mesothelium endometrium ovum serum symposium aquarium consortium"
        " millennium memorandum addendum erratum quantum continuum vacuum septum cerebellum atrium sporangium mycelium"
        " rhizobium cranium compendium phylum plasmodium sternum rostrum cerebrum reticulum diverticulum operculum"
        " capitulum gymnasium planetarium solarium honorarium desideratum ovarium podium referendum"
        " effluvium interregnum arboretum paramecium acetabulum labium labrum frenulum jugum stadium colloquium"
        " moratorium ultimatum scutum"
    ),
    ("a", "on"): "prolegomenon archaeon mitochondrion ganglion spermatozoon protozoon aphelion perihelion",
    ("es", "is"): (
        "stenosis thrombosis mitosis meiosis fibrosis metamorphosis cirrhosis scoliosis anastomosis mycosis zoonosis"
        " dermatosis keratosis necrosis apoptosis osteoporosis catalysis paralysis dialysis hydrolysis electrolysis"
        " pyrolysis photolysis proteolysis lysis testis pelvis genesis nemesis prosthesis exegesis catharsis sepsis"
        " osmosis homeostasis stasis ptosis exostosis symphysis epiphysis"
    ),
    ("ices", "ex"): "apex",
    ("ices", "ix"): "radix directrix varix cicatrix",
    ("yces", "yx"): "calyx",
    ("aces", "ax"): "thorax hydrothorax pneumothorax",
    ("ides", "is"): "epididymis iris chrysalis",
    ("eux", "eu"): "milieu adieu",
    ("uces", "ux"): "crux",
    ("eaux", "eau"): "plateau bureau tableau chateau bandeau",
    ("nges", "nx"): "larynx pharynx phalanx meninx",
    ("ata", "a"): "stoma trauma stigma soma carcinoma sarcoma adenoma glioma lymphoma melanoma myeloma granuloma edema",
    ("ina", "en"): "foramen lumen semen",
    ("era", "us"): "genus viscus",
    ("ura", "us"): "crus",
    ("ora", "ur"): "femur",
    ("ua", "u"): "genu cornu",
    ("i", "o"): "libretto graffito virtuoso",
    ("ves", "f"): "leaf loaf calf sheaf elf hoof scarf wharf dwarf turf",
    ("ves", "fe"): "wife jackknife penknife",
}
"""(plural ending, singular ending) → words in singular."""

_IRREGULAR = {
    **{one.removesuffix(short) + long: one for (long, short), some in _OTHER_ENDS.items() for one in some.split()},
    **{"oxen": "ox", "geese": "goose", "lice": "louse", "dice": "die", "men": "man"},
}

ALSO = {"bases": "basis", "leaves": "leave", "axes": "axe", "ellipses": "ellipsis"}
"""Plural of two words → the second singular."""

PAIRS = {
    **_IRREGULAR,
    **{word + "s": word for word in _ADD_S},
    **{word + "es": word for word in _ADD_ES},
    **{"axes": "axis", "crises": "crisis", "emphases": "emphasis", "metastases": "metastasis", "oases": "oasis"},
    **{"synopses": "synopsis", "neuroses": "neurosis", "psychoses": "psychosis", "symbioses": "symbiosis"},
    **{"prognoses": "prognosis", "diagnoses": "diagnosis", "quizzes": "quiz"},
    **{"appendices": "appendix", "cortices": "cortex", "helices": "helix", "vortices": "vortex"},
    **{"simplices": "simplex", "codices": "codex"},
    **{"optima": "optimum", "minima": "minimum", "maxima": "maximum", "extrema": "extremum", "strata": "stratum"},
    **{"spectra": "spectrum", "momenta": "momentum", "equilibria": "equilibrium", "curricula": "curriculum"},
    **{"stimuli": "stimulus", "nuclei": "nucleus", "loci": "locus", "foci": "focus", "radii": "radius"},
    **{"fungi": "fungus", "moduli": "modulus", "tori": "torus", "taxa": "taxon"},
    **{"formulae": "formula", "larvae": "larva", "algae": "alga", "vertebrae": "vertebra", "antennae": "antenna"},
    **{"schemata": "schema", "lemmata": "lemma"},
    **{"mice": "mouse", "feet": "foot", "teeth": "tooth", "women": "woman"},
    **{"wolves": "wolf", "knives": "knife", "shelves": "shelf", "halves": "half", "thieves": "thief"},
}
"""Plurals that no rule below makes, or that it would make wrongly → singular."""

_ENDS = {
    **{"novae": "nova", "algae": "alga", "cocci": "coccus", "bacilli": "bacillus"},
    **{"analyses": "analysis", "theses": "thesis", "matrices": "matrix", "vertices": "vertex", "indices": "index"},
    **{"corpora": "corpus", "viruses": "virus", "caches": "cache", "criteria": "criterion", "bacteria": "bacterium"},
    **{"phenomena": "phenomenon", "automata": "automaton", "omata": "oma", "hedra": "hedron", "children": "child"},
}
"""Plural → singular, also at the end of longer words: hypotheses, reanalyses, submatrices, retroviruses."""

_SPECIAL = tuple(_ENDS)
_LATIN = re.compile(r"[a-z]{2,}(?<!vit)(?<!regg)(?<!sund)(?<!ce)(?<!id)(?<!in)(?<!al)ae|[a-z]{2,}uli")
"""Matches trabeculae and tubuli, but no names of families (Rosaceae, Felidae)."""
_NOT_PLURAL = ("ss", "us", "is", "ics")
_LOSE_ES = ("ches", "shes", "xes", "sses")


def forms(spelled: str, folded: str) -> tuple[str, ...]:
    """Return the forms under which a word counts: its singular, and itself unless capitals show that it is a plural.

    ``lms`` must match both LMS and LMs, which do not match each other. So it shares with LMs the form ``lm's``, which
    is no word.

    ``spelled``: the word as written.
    ``folded``: the same, folded.
    """
    if spelled.isupper():
        return (folded,)
    if folded.endswith("s") and _letters(folded) < _SHORTEST:
        return _short_forms(spelled, folded)
    if _CAPITALS_S.fullmatch(spelled):
        return (folded[:-1],)
    base = singular(folded)
    if base == folded:
        return (folded,)
    return (base, ALSO[folded], folded) if folded in ALSO else (base, folded)


def _short_forms(spelled: str, folded: str) -> tuple[str, ...]:
    base = folded[:-1]
    if _CAPITALS_S.fullmatch(spelled):
        return base, base + "'s"
    if _TOO_SHORT_S.fullmatch(folded) and folded not in _LITTLE:
        return folded, base + "'s"
    return (folded,)


def singular(word: str) -> str:
    """Return the singular of a folded word, judged only by its letters."""
    if word in PAIRS:
        return PAIRS[word]
    if word.endswith(_SPECIAL):
        return next(word.removesuffix(plural) + one for plural, one in _ENDS.items() if word.endswith(plural))
    if word.endswith(("ae", "uli")) and _LATIN.fullmatch(word):
        return word[:-1] if word.endswith("e") else word[:-1] + "us"
    if not word.endswith("s") or word in NEVER or word.endswith(_NOT_PLURAL) or _letters(word) < _SHORTEST:
        return word
    if word.endswith("ies") and len(word) >= _SHORTEST_Y:
        return word[:-3] + "y"
    if word.endswith(_LOSE_ES):
        return word[:-2]
    return word[:-1] if word[-2].isalpha() else word


def _letters(word: str) -> int:
    return len(word) if word.isalpha() else sum(char.isalpha() for char in word)
