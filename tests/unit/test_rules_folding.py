"""Folding makes spellings of a word the same, and keeps different words apart."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Paper
from watcher.rules import compile_rule, document_of, evaluate
from watcher.rules.folding.letters import fold_letters
from watcher.rules.folding.tex import Clean, clean
from watcher.rules.folding.text import Folded, fold_title
from watcher.rules.folding.words import MOST_PARTS, compounds

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def places(rule: str, title: str) -> list[str] | None:
    """What of the title matched, as it is written there; None where the rule does not hold."""
    document = document_of(Paper(id=1, key="k:1", title=title, abstract="", first_seen=NOW))
    hit = evaluate(compile_rule(rule), document)
    return None if hit is None else [title[place.start : place.end] for place in hit.places]


SIGNS = [
    ("C++", "Modern C++ code", "C++"), ("C", "Modern C++ code", "C++"), ("C#", "In C# today", "C#"),
    ("c++", "C++20 modules", "C++"), ("C++", "(C++)", "C++"), ("C++", "C++-like syntax", "C++"),
    ("F#", "F#: a guide", "F#"), (".NET", "The .NET runtime", ".NET"), (".net", ".NET", ".NET"),
    ("LoRA", "On LoRA+", "LoRA+"), ("LoRA+", "LoRA+ again", "LoRA+"), ("CPU", "CPU/GPU", "CPU"),
    ("GPU", "CPU/GPU", "GPU"), ('"KV cache"', "(KV) cache", "KV) cache"), ('"cpu gpu"', "CPU/GPU", "CPU/GPU"),
    ("kiln", "“kiln”", "kiln"), ("kiln", "‘kiln’s’", "kiln"), ("kiln", "hot🔥kiln🔥", "kiln"),
    ("kiln", "👩‍🔬kiln", "kiln"), ("kiln", "see https://kiln.example/a?b=c#d", "kiln"),
    ('"kiln example"', "https://kiln.example/", "kiln.example"), ("ada", "ada@kiln.example", "ada"),
    ("kiln", "kiln…", "kiln"), ("kiln", "kiln—glaze", "kiln"), ("kiln", "*kiln*", "kiln"),
    ("kiln", "kiln;glaze", "kiln"), ("I/O", "fast I/O", "I/O"), ("snake_case", "snake case", "snake case"),
    ("case", "snake_case", "case"),
]  # fmt: skip

NUMBERS = [
    ("R1", "DeepSeek-R1", "R1"), ("DeepSeekR1", "DeepSeek-R1", "DeepSeek-R1"), ("R1", "R1-Zero", "R1"),
    ("GPT-4o", "Is GPT-4o it", "GPT-4o"), ("GPT4o", "GPT-4o", "GPT-4o"), ("gpt 4o", "GPT-4o", "GPT"),
    ("Qwen2.5", "Qwen2.5-VL", "Qwen2.5"), ("Qwen2.5", "Qwen-2.5", "Qwen-2.5"), ("3.1", "Llama 3.1 8B", "3.1"),
    ("2.5", "Qwen 2.5.", "2.5"), ("v1.5.2", "v1.5.2, later", "v1.5.2"), ("1.58-bit", "1.58 bit", "1.58 bit"),
    ("2020", "2020–2024", "2020"), ("2024", "2020–2024", "2024"), ("20", "20-25 times", "20"), ("M2", "M²", "M²"),
    ("2024-01-31", "on 2024-01-31", "2024-01-31"), ("0.5", "v-0.5", "0.5"), ("3D", "3D-aware", "3D"),
]  # fmt: skip

HYPHENS = [
    ("k-NN", "kNN graphs", "kNN"), ("kNN", "k-NN graphs", "k-NN"), ("k-NN", "k NN graphs", "k NN"),
    ("multimodal", "multi-modal", "multi-modal"), ("multi-modal", "multi modal", "multi modal"),
    ("multi-modal", "multimodal", "multimodal"), ("multi-modal", "Multi-Modal", "Multi-Modal"),
    ("multi\u2011modal", "multi-modal", "multi-modal"), ("multi-modal", "multi\u2010modal", "multi\u2010modal"),
    ("multimodal", "multi\u2013modal", "multi\u2013modal"), ("multimodal", "multi\u2212modal", "multi\u2212modal"),
    ("multimodal", "multi-\nmodal", "multi-\nmodal"), ("modal", "multi-modal", "modal"),
    ('"video generation"', "audio-video generation", "video generation"),
    ('"multi modal"', "multi-modal", "multi-modal"),
    ('"generation of audio"', "generation of audio-video", "generation of audio"),
    ("state-of-the-art", "state of the art", "state of the art"),
    ("stateoftheart", "state-of-the-art", "state-of-the-art"), ("theart", "state-of-the-art", "the-art"),
    ("pre-training", "pretraining", "pretraining"), ("multi-agents", "multiagent", "multiagent"),
    ("multiagent", "multi-agents", "multi-agents"), ("abcdef", "a-b-c-d-e-f", "a-b-c-d-e-f"),
    ("cde", "a-b-c-d-e-f", "c-d-e"), ('"c d e"', "a-b-c-d-e-f-g-h", "c-d-e"), ("g", "a-b-c-d-e-f-g-h", "g"),
]  # fmt: skip

TEX = [
    ("β-VAE", "A beta-VAE", "beta-VAE"), ("beta-VAE", "A β-VAE", "β-VAE"), ("betavae", "a β-VAE", "β-VAE"),
    ("beta", "$\\beta$ priors", "\\beta"), ("β", "a beta prior", "beta"), ("Δ", "\\Delta E", "\\Delta"),
    ("delta", "\u2206-learning", "\u2206"), ("epsilon", "an ϵ-ball", "ϵ"), ("epsilon", "\\varepsilon", "\\varepsilon"),
    ("mu", "5 \u00b5 wide", "\u00b5"), ("beta", "a 𝛽 prior", "𝛽"), ("beta_2", "$\\beta_2$", "\\beta_2"),
    ("L_2", "an L2 loss", "L2"), ("L2", "the $L_2$ loss", "L_2"), ("L_2", "the L^2 loss", "L^2"),
    ("ell_1", "the $\\ell_1$ norm", "\\ell_1"), ("$\\ell_1$", "an ell-1 norm", "ell-1"),
    ("l1", "$\\ell_1$", "\\ell_1"), ("M3ViT", "$M^3$ViT", "M^3$ViT"), ('"m 3 vit"', "$M^3$ViT", "M^3$ViT"),
    ("$M^3$ViT", "our M3ViT", "M3ViT"), ("naive", 'a na\\"{\\i}ve way', 'na\\"{\\i}ve'),
    ("naïve", "a naive way", "naive"), ("naive", "na{\\\"i}ve", "na{\\\"i}ve"),
    ("Fréchet", "the Fr\\'echet distance", "Fr\\'echet"), ("Erdős", "Erd\\H{o}s", "Erd\\H{o}s"),
    ("garcon", "gar\\c{c}on", "gar\\c{c}on"), ("strasse", "stra{\\ss}e", "stra{\\ss}e"),
    ("Łukasz", "\\L{}ukasz", "\\L{}ukasz"), ("object", "the object\\'s shape", "object"),
    ("bold", "a \\textbf{bold} one", "bold"), ("bert", "{BERT}s", "BERT}s"),
    ("adaptive", "\\textbf{A}daptive", "A}daptive"), ("Q&A", "Q\\&A", "Q\\&A"), ("emph", "emph", "emph"),
    ("code", "{\\tt code}", "code"), ("snake_case", "snake\\_case", "snake\\_case"),
    ('"5 3"', "$5\\times3$", "5\\times3"),
]  # fmt: skip

LETTERS = [
    ("strasse", "Die Straße", "Straße"), ("straße", "Die Strasse", "Strasse"), ("STRASSE", "Straße", "Straße"),
    ("istanbul", "İstanbul", "İstanbul"), ("İSTANBUL", "istanbul", "istanbul"), ("ısı", "isi", "isi"),
    ("first", "the ﬁrst", "ﬁrst"), ("efficient", "eﬃcient", "eﬃcient"), ("ABC", "ＡＢＣ wide", "ＡＢＣ"),
    ("２０２４", "in 2024", "2024"), ("soft", "so\u00adft", "so\u00adft"), ("so\u00adft", "soft", "soft"),
    ("zero", "ze\u200bro", "ze\u200bro"), ("zero", "\ufeffzero", "zero"), ("cafe", "cafe\u0301", "cafe\u0301"),
    ("café", "cafe\u0301", "cafe\u0301"), ("Erdős", "Erdos graphs", "Erdos"), ("Łukasz", "Lukasz", "Lukasz"),
    ("smørrebrød", "smorrebrod", "smorrebrod"), ("Ångström", "Angstrom", "Angstrom"),
    ("zalgo", "z\u0310\u0312\u0301algo", "z\u0310\u0312\u0301algo"), ("model", "the model's size", "model"),
    ("model", "the model\u2019s size", "model"), ("model", "THE MODEL'S", "MODEL"), ("model's", "models", "models"),
    ("don't", "don\u2019t stop", "don\u2019t"), ("models", "the models' size", "models"),
    ("O'Reilly", "O\u2019Reilly", "O\u2019Reilly"), ("oreilly", "O'Reilly", "O'Reilly"),
    ("Σίσυφος", "ΣΊΣΥΦΟΣ", "ΣΊΣΥΦΟΣ"),
]  # fmt: skip

SCRIPTS = [
    ("模型", "大语言模型综述", "模型"), ("大语言模型", "大语言模型综述", "大语言模型"),
    ("深度 学习", "深度学习", "深度"), ("Transformer", "基于Transformer的模型", "Transformer"),
    ("GPT-4", "使用GPT-4生成", "GPT-4"), ("模型", "扩散模型（LLM）", "模型"), ("モデル", "言語モデルの研究", "モデル"),
    ("ｶﾀｶﾅ", "カタカナ", "カタカナ"), ("学習する", "深層学習する機械", "学習する"), ("모델", "이 모델을", "모델"),
    ("언어 모델", "대규모 언어모델", "언어"), ("แบบจำลอง", "การใช้แบบจำลองภาษา", "แบบจำลอง"),
    ("модель", "Новая Модель", "Модель"), ("ёлка", "елка", "елка"), ("نموذج", "هذا نموذج جديد", "نموذج"),
    ("نموذج", "نَمُوذَج", "نَمُوذَج"), ("نموذج", "نمـــوذج", "نمـــوذج"), ("שלום", "שָׁלוֹם", "שָׁלוֹם"),
    ("मॉडल", "यह मॉडल नया", "मॉडल"), ("किताब", "एक किताब", "किताब"), ("நிரல்", "ஒரு நிரல் உள்ளது", "நிரல்"),
]  # fmt: skip

PLURALS = [
    ("GAN", "GANs", "GANs"), ("GANs", "a GAN", "GAN"), ("gan", "GANs", "GANs"), ("gans", "a GAN", "GAN"),
    ("GAN", "gans", "gans"), ("LLMs", "an LLM", "LLM"), ("LLM", "large LLMs", "LLMs"), ("llms", "LLMs", "LLMs"),
    ("V100", "V100s", "V100s"), ("v100s", "V100s", "V100s"), ("lms", "small LMs", "LMs"), ("LMs", "small lms", "lms"),
    ("lms", "LMS", "LMS"), ("ids", "user IDs", "IDs"), ("ID", "user IDs", "IDs"), ("gps", "the GPS", "GPS"),
    ("GPS", "by gps", "gps"), ("GP", "two GPs", "GPs"), ("AWS", "on AWS", "AWS"), ("MCTS", "by MCTS", "MCTS"),
    ("GPUs", "one GPU", "GPU"), ("gpus", "one GPU", "GPU"), ("apis", "an API", "API"), ("rois", "an RoI", "RoI"),
    ("LoRA", "LoRAs", "LoRAs"), ("NeRFs", "a NeRF", "NeRF"), ("policy", "policies", "policies"),
    ("batches", "a batch", "batch"), ("losses", "the loss", "loss"), ("boxes", "a box", "box"),
    ("caches", "a cache", "cache"), ("kvcache", "kvcaches", "kvcaches"), ("approach", "approaches", "approaches"),
    ("meshes", "a mesh", "mesh"), ("analysis", "analyses", "analyses"), ("reanalysis", "reanalyses", "reanalyses"),
    ("meta-analyses", "meta analysis", "meta analysis"), ("matrices", "a matrix", "matrix"),
    ("submatrix", "submatrices", "submatrices"), ("indices", "an index", "index"), ("indexes", "an index", "index"),
    ("corpora", "a corpus", "corpus"), ("corpuses", "corpora", "corpora"), ("biases", "a bias", "bias"),
    ("axes", "an axis", "axis"), ("movies", "a movie", "movie"), ("virus", "retrovirus viruses", "viruses"),
    ("retroviruses", "a retrovirus", "retrovirus"), ("heroes", "a hero", "hero"), ("lenses", "a lens", "lens"),
    ("statuses", "the status", "status"), ("vertices", "a vertex", "vertex"),
    ("hypotheses", "a hypothesis", "hypothesis"), ("crises", "a crisis", "crisis"),
    ("diagnosis", "diagnoses", "diagnoses"), ("metric", "new metrics", "metrics"), ("topics", "a topic", "topic"),
    ("tactic", "tactics", "tactics"), ("criterion", "criteria", "criteria"), ("optimum", "optima", "optima"),
    ("equilibrium", "equilibria", "equilibria"), ("stimuli", "a stimulus", "stimulus"),
    ("formula", "formulae", "formulae"), ("formula", "formulas", "formulas"), ("child", "children", "children"),
    ("quiz", "quizzes", "quizzes"), ("zeros", "zeroes", "zeroes"), ("shoe", "shoes", "shoes"),
    ("size", "sizes", "sizes"), ("case", "cases", "cases"), ("news", "the news", "news"),
    ("series", "time series", "series"), ("ATLAS", "an atlas", "atlas"), ("bus", "buses", "buses"),
]  # fmt: skip


GREEK_WITHIN = [
    ("pi0.5", "π0.5 and robots", "π0.5"),
    *(("TNF-alpha", "TNFα signalling", "TNFα"), ("TNFα", "TNF-alpha signalling", "TNF-alpha")),
    *(("IFN-gamma", "IFNγ responses", "IFNγ"), ("TGF-beta1", "TGFβ1 in mice", "TGFβ1")),
    *(("TGF-β1", "TGF-beta1 in mice", "TGF-beta1"), ("NF-κB", "an NF-kappaB site", "NF-kappaB")),
    *(("PPARgamma", "PPARγ agonists", "PPARγ"), ("Aβ42", "Abeta42 plaques", "Abeta42")),
    *(("Lambda-CDM", "ΛCDM cosmology", "ΛCDM"), ("LambdaCDM", "ΛCDM cosmology", "ΛCDM")),
    *(("H-alpha", "Hα emission", "Hα"), ("Halpha", "Hα emission", "Hα"), ('"gamma delta"', "γδ T cells", "γδ")),
    *(("IL-1beta", "IL-1β in blood", "IL-1β"), ("CD8", "CD8α chains", "CD8"), ("alpha", "αβ T cells", "α")),
    *(("σοφος", "ΣΟΦΟΣ wrote it", "ΣΟΦΟΣ"), ("µm", "at 10 µm", "µm")),
]
CHARGES = [
    *(("Ca2+", "Ca²⁺ signalling", "Ca²⁺"), ("Na+", "Na⁺ channels", "Na⁺"), ("Na+", "Na$^+$ channels", "Na$^+$")),
    *(("NH4+", "NH$_4^+$ uptake", "NH$_4^+$"), ("CD4+", "CD4⁺ T cells", "CD4⁺"), ("CD4", "CD4⁺ T cells", "CD4⁺")),
    *(("CD4+", "CD4$^+$ T cells", "CD4$^+$"), ('"A*"', "Faster A* search", "A*"), ("search", "A* search", "search")),
]
LONG_VOWELS = [
    *(("Schrödinger", "The Schroedinger Equation", "Schroedinger"), ("Möbius", "Moebius strips", "Moebius")),
    *(("schroedinger", "The Schrödinger Equation", "Schrödinger"), ("Hoelder", "Hölder spaces", "Hölder")),
    *(("Röntgen", "Roentgen rays", "Roentgen"), ("schrodinger", "The Schrödinger Equation", "Schrödinger")),
    *(("Aarhus", "Århus revisited", "Århus"), ("cooperative", "a coöperative game", "coöperative")),
    ("GOEDEL", "GÖDEL numbers", "GÖDEL"),
]
THOUSANDS = [
    *(("10000", "10,000 Cells", "10,000"), ('"1000 Genomes"', "The 1,000 Genomes Project", "1,000 Genomes")),
    *(
        ('"10,000"', "10,000 Cells", "10,000"),
        ('"1 000"', "1,000 cells", "1,000"),
        ("10000", "10\u2009000 cells", "10\u2009000"),
    ),
    ("1234567", "1,234,567 stars", "1,234,567"),
    *(("10000", "10 000 cells", "10 000"), ('"10,000"', "10 000 cells", "10 000"), ("000", "10 000 cells", "000")),
    *(('"1000 Genomes"', "The 1 000 Genomes Project", "1 000 Genomes"), ('"10 000"', "10000 cells", "10000")),
]
FRACTIONS = [
    *(("½", "spin 1/2", "1/2"), ("½", "spin 1⁄2", "1⁄2"), ("1/2", "a spin ½", "½"), ("1/2", "spin 1/2", "1/2")),
    *(("spin-1/2", "spin-½ chains", "spin-½"), ("spin-½", "spin-1/2 chains", "spin-1/2"), ("¾", "3/4 of it", "3/4")),
    ("2", "spin 1/2", "2"),
]
KAPPA = [
    *(("NF-κB", "NF-kB pathways", "NF-kB"), ("NF-kB", "the NF-κB pathway", "NF-κB"), ("NFkB", "NF-κB", "NF-κB")),
    *(("NF-kappaB", "NF-kB", "NF-kB"), ("NF-kB", "NF-kappaB", "NF-kappaB"), ("IκB", "IkB kinase", "IkB")),
    ("kB", "10 kB of memory", "kB"),
]
INDEXED = [
    ("AdS/CFT", "AdS$_3$/CFT$_2$ duality", "AdS$_3$/CFT$_2"),
    *(("AdS-CFT", "AdS/CFT duality", "AdS/CFT"), ("AdS3/CFT2", "AdS$_3$/CFT$_2$", "AdS$_3$/CFT$_2")),
]
GAPS = [
    ("コンピュータ", "ｺﾝﾋﾟｭｰﾀ", "ｺﾝﾋﾟｭｰﾀ"),
    *(('"deep learning"', "deep\u200blearning", "deep\u200blearning"), ("machine", "ma\u200bchine", "ma\u200bchine")),
]
OF_OTHER_FIELDS = [
    *(
        ("leaf", "Leaves of trees", "Leaves"),
        *(("thorax", "Thoraces of ants", "Thoraces"), ("archaeon", "Archaea in hot springs", "Archaea")),
        *(("fossa", "Fossae of skulls", "Fossae"), ("plateau", "Plateaux in the loss", "Plateaux")),
        *(("halo", "Haloes of stars", "Haloes"), ("halo", "Halos of stars", "Halos")),
        *(("epididymis", "Epididymides of mice", "Epididymides"), ("bureau", "Bureaux of weather", "Bureaux")),
        ("basis", "Bases of frames", "Bases"),
        ("base", "Bases of frames", "Bases"),
    ),
    *(("supernova", "Two Supernovae", "Supernovae"), ("mitochondria", "a mitochondrion", "mitochondrion")),
    *(
        ("genus", "Two genera", "genera"),
        ("streptococcus", "Streptococci", "Streptococci"),
        ("apex", "Apices", "Apices"),
    ),
    *(("larynx", "Larynges", "Larynges"), ("quantum", "Light quanta", "quanta"), ("calf", "Calves", "Calves")),
]
DIGITS_BESIDE_GREEK = [
    *(("IL-1β", "IL-1 beta levels", "IL-1 beta"), ("IL-1beta", "IL-1β levels", "IL-1β"), ("IL1B", "IL1B", "IL1B")),
    *(("17β-estradiol", "17 beta estradiol", "17 beta estradiol"), ("HIF-1α", "HIF1alpha", "HIF1alpha")),
    *(("μSR", "muSR spectra", "muSR"), ("Δ9-THC", "delta-9-THC", "delta-9-THC"), ("µM", "at 5 µM", "µM")),
]
IONS = [
    *(("Ca2+", "Ca(2+) waves", "Ca(2+)"), ("Na+", "Na(+) channels", "Na(+)"), ("CD4+", "CD4(+) cells", "CD4(+)")),
    *(("SO42-", "SO$_4^{2-}$ uptake", "SO$_4^{2"), ("PO43-", "PO₄³⁻ uptake", "PO₄³"), ("SO42-", "SO4²⁻", "SO4²")),
    *(("CD4+", "CD4+CD8+ cells", "CD4+"), ("CD8+", "CD4+CD8+ cells", "CD8+"), ("CD4", "CD4+CD25+", "CD4+")),
    *(("CD4+CD25+", "CD4⁺CD25⁺ cells", "CD4⁺CD25⁺"), ("CD34+", "CD34+CD38- cells", "CD34+")),
    *(("10^6", "10⁶ cells", "10⁶"), ("10^6", "$10^{6}$ cells", "10^{6"), ("10x", "10× Genomics", "10×")),
]
UNITS = [
    *(("10kHz", "at 10 kHz", "10 kHz"), ("10 kHz", "at 10kHz", "10"), ("kHz", "at 10kHz", "kHz")),
    *(("5µm", "5 μm beads", "5 μm"), ('"5 µm"', "5µm beads", "5µm"), ("3.5GHz", "at 3.5 GHz", "3.5 GHz")),
    *(("80GB", "80 GB of memory", "80 GB"), ("5nm", "5 nm nodes", "5 nm"), ("10kHz", "10-kHz tones", "10-kHz")),
]
STARS = [
    *(("C*-algebra", "On C$^*$-algebras", "C$^*$-algebras"), ("A*", "C^{\\ast} and A^{*}", "A^{*}")),
    *(
        ("C*-algebra", "C∗-algebras", "C∗-algebras"),
        ("Sgr A*", "Sgr A⋆", "Sgr"),
        ("HLA-B*57:01", "HLA-B*57:01", "HLA-B*57:01"),
    ),
    *(("SU(2)", "$SU(2)$ fields", "SU(2"), ("SE(3)-equivariant", "SE(3)-equivariant", "SE(3)-equivariant")),
]
SWISS = [
    ("100000", "100'000 cells", "100'000"),
    ("10,000", "10’000 cells", "10’000"),
    ("1000000", "1'000'000", "1'000'000"),
]
OF_LATIN = [
    *(("trabecula", "Trabeculae", "Trabeculae"), ("tubulus", "Tubuli", "Tubuli"), ("semen", "Semina", "Semina")),
    *(("cornu", "Cornua", "Cornua"), ("femur", "Femora", "Femora"), ("fibroma", "Fibromata", "Fibromata")),
    *(("labium", "Labia", "Labia"), ("milieu", "Milieux", "Milieux"), ("crux", "Cruces", "Cruces")),
]
OTHER_SPELLINGS = [*GREEK_WITHIN, *CHARGES, *LONG_VOWELS, *THOUSANDS, *GAPS, *OF_OTHER_FIELDS]
OTHER_SPELLINGS += [*FRACTIONS, *KAPPA, *INDEXED, *DIGITS_BESIDE_GREEK, *IONS, *UNITS, *STARS, *SWISS, *OF_LATIN]


@pytest.mark.parametrize(
    ("rule", "title", "found"),
    [*SIGNS, *NUMBERS, *HYPHENS, *TEX, *LETTERS, *SCRIPTS, *PLURALS, *OTHER_SPELLINGS],
)
def test_is_found_where_it_stands(rule: str, title: str, found: str) -> None:
    matched = places(rule, title)
    assert matched
    assert matched[0] == found


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        # other spellings
        ("mu", "at 10 µm"), ("does", "dös"), ("dös", "it does"), ("due", "dü"), ("rosacea", "Rosaceae"),
        ("felida", "Felidae"),
        ("106", "10⁶ cells"), ("104", "$10^4$"), ("1020", "10'20 long"), ("5000", "5'UTR 000"),
        ("SU(2)", "SU(3) and 2"),
        ("CD4+", "CD45+ cells"), ("CD8+", "CD4+CD8- cells"), ("m", "5 nm"), ("k", "10kHz"), ("GPT4+", "GPT-4+CoT"),
        ("HLA-B*57:01", "HLA-B27"), ("C*-algebra", "C algebra"), ("beta", "β2"), ("IL-1β", "IL-1α"), ("3x3", "3×3"),
        ("CD4+", "CD4 T cells"), ("Kohler", "Koehler"), ("12", "1,2-dioxane"), ("34", "f(3,4)"),
        ("2020300", "in 2020,300 papers"), ("2020300", "in 2020 300 papers"), ("5000", "at 1.5 000"),
        ("NF-kB", "NFKB1"), ("NFκB", "a kB"), ('"CO emission"', "CO$_2$ emission"),
        ("AdS/CFT", "AdS$_3$ and CFT$_2$"), ("half", "½"),
        ("12", "½"), ("100000", "10 000 000"), ('"A*"', "A search"), ('"a*"', "a search"), ("life", "Nine Lives"),
        # signs
        ("C++", "plain C"), ("C#", "plain C"), ("C#", "a C#4 chord"), ("LoRA+", "plain LoRA"), (".NET", "example.net"),
        ("net", "the .NET runtime"), (".NET", "ASP.NET"), ("F", "if"), ("kiln", "kilnette"), ("kiln", "akiln"),
        # numbers
        ("Qwen2", "Qwen2.5"), ("Qwen2.5", "Qwen2"), ("2", "2.5"), ("5", "2.5"), ("R1", "R10"), ("GPT-4", "GPT-4o"),
        ("2025", "20-25"), ("12", "1-2 times"), ("104", "10^4"), ("1-2", "12"), ("DeepSeek-R1", "DeepSeek-V3"),
        # hyphens
        ("asymmetric", "a symmetric"), ('"multi modal"', "multimodal"), ("multimodal", "multi modal"),
        ("modal", "multimodal"), ("multi-modal", "multi, not modal"), ("multi-modal", "modal multi"),
        ("abcdefg", "a-b-c-d-e-f-g"), ("online", "on the line"),
        # words
        ("rag", "storage"), ("RAG", "fragments"), ("sam", "same"), ("beta", "β2"),
        ("pretraining", "pretrained"), ("quantize", "quantization"), ("モデ", "モダン"), ("模式", "模型"),
        ("모델", "모형"),
        # plurals
        ("GP", "GPS"), ("AW", "AWS"), ("A", "As we"), ("I", "Is it"), ("GPs", "GPS"), ("GPS", "GPs"), ("LLM", "LLMS"),
        ("thu", "thus"), ("new", "the news"), ("mean", "by means"), ("len", "a lens"), ("bia", "bias"),
        ("doe", "does"), ("http", "at https://x.example"), ("physic", "physics"), ("dynamic", "dynamics"),
        ("statistic", "statistics"), ("robotic", "robotics"), ("semantic", "semantics"), ("thi", "this"),
        ("clas", "class"), ("it", "its"), ("ha", "has"), ("wa", "was"), ("proces", "process"), ("clothe", "clothes"),
        ("corpu", "corpus"), ("analysi", "analysis"), ("beside", "besides"), ("alway", "always"),
        ("specie", "species"), ("sery", "series"), ("cach", "caches"), ("approache", "approaches"), ("movy", "movies"),
        ("metric", "biometric"), ("medium", "media"), ("10", "10s"), ("v100s", "a V100"), ("ID", "user ids"),
        ("child", "grandchildren"), ("LMS", "LMs"), ("bat", "batches"),
    ],
)  # fmt: skip
def test_is_not_found(rule: str, title: str) -> None:
    assert places(rule, title) is None


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        *(
            ("Mueller", "Hans Müller"),
            ("Müller", "Hans Mueller"),
            ("Bjørn", "Bjoern Bo"),
            ('"JP Serre"', "Jean-Pierre Serre"),
        ),
        *(
            ('"Jean-Pierre Serre"', "JP Serre"),
            ('"Jean-Pierre Serre"', "Serre, J.-P."),
            ('"Yann LeCun"', "Yann Le Cun"),
        ),
        *(('"Yann Le Cun"', "Yann LeCun"), ('"Y LeCun"', "Le Cun, Y."), ('"van der Berg"', "Ann Vanderberg")),
        *(
            ('"G E Hinton"', "GE Hinton"),
            ('"Geoffrey E. Hinton"', "Hinton GE"),
            ('"Ana B Lee"', "Lee AB"),
            ("张三", "张三"),
        ),
        *(('"Kim Min-ji"', "Kim MJ"), ('"Li Fei-Fei"', "Li FF"), ('"王小明"', "王小明")),
        *(('"Ludwig van Beethoven"', "L. van Beethoven"), ('"MH Yang"', "Ming-Hsuan Yang")),
    ],
)
def test_one_name_in_two_spellings(rule: str, name: str) -> None:
    assert evaluate(
        compile_rule(f"author:{rule}"), document_of(Paper(id=1, key="k", title="x", authors=(name,), first_seen=NOW))
    )


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        ('"JP Serre"', "Jean Paul Sartre"),
        ('"JP Serre"', "Maria Serre"),
        ("张三", "张四"),
        ("张三", "三毛"),
        ('"Ana B Lee"', "Lee CD"),
        ("Muller", "Mueller"),
        ('"Jean-Pierre Serre"', "Paul Serre"),
    ],
)
def test_two_names_stay_two(rule: str, name: str) -> None:
    paper = Paper(id=1, key="k", title="x", authors=(name,), first_seen=NOW)
    assert evaluate(compile_rule(f"author:{rule}"), document_of(paper)) is None


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("TNFα in β2 Cells", "tnfα in β2 cells"),
        ("CD4⁺ and Na$^+$", "cd4 and na"),
        ("10,000 A* Searches", "10 000 a searches"),
        ("deep\u200blearning", "deeplearning"),
        ("Müller’s ｺﾝ", "muller コ ン"),
    ],
)
def test_the_identity_of_a_title_stays_what_it_was(title: str, key: str) -> None:
    """Papers that only their titles identify are stored under it: another one would have them told again."""
    assert fold_title(title) == key


def test_plurals_are_for_titles_and_abstracts_alone() -> None:
    paper = Paper(id=1, key="k:1", title="x", abstract="", organization="Kilns", keywords=("kilns",), first_seen=NOW)
    assert evaluate(compile_rule("org:kilns keyword:kilns"), document_of(paper))
    assert not evaluate(compile_rule("org:kiln"), document_of(paper))
    assert not evaluate(compile_rule("keyword:kiln"), document_of(paper))


def test_all_runs_of_a_compound_of_six_parts_are_joined_and_none_of_a_longer_one() -> None:
    words = list("bcdfghk")
    assert len(words) == MOST_PARTS + 1
    for count in range(2, MOST_PARTS + 2):
        (one,) = compounds("-".join(words[:count]), plurals=True)
        runs = {"".join(words[first:last]) for first in range(count) for last in range(first + 1, count + 1)}
        expected = runs if count <= MOST_PARTS else set(words[:count])
        assert {form for edge in one.edges for form in edge.forms} == expected


def test_a_text_without_markup_is_cleaned_by_one_search_and_copied_nowhere() -> None:
    text = "Plain text, with (signs) & numbers: 3.5 % of naïve 模型.\nAnd a second line." * 20
    cleaned = clean(text)
    assert cleaned == Clean(text)
    assert cleaned.text is text


_PIECES = (
    *"$\\{}^_-+.#'β模ﬁßİ🔥 \n",
    "'s",
    "\\'",
    "\\textbf{",
    "\\alpha",
    "$M^3$",
    "\u200b",
    "\u0301",
    "\u064b",
    "\u00ad",
)
_ODD = ("\ud800", "\x00", "\u0640", "\u037a", "\ufe70", "\ufdfa", "\u2060", "\u1100\u1161", "\u0345")
TEXT = st.lists(st.one_of(st.sampled_from(_PIECES + _ODD), st.text(max_size=4)), max_size=25).map("".join)


@given(TEXT)
def test_any_text_is_folded_and_every_word_has_its_place(text: str) -> None:
    folded = Folded(text, plurals=True)
    spans = [folded.characters(at, at + 1) for at in range(len(folded.line))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert all(one[1] <= other[0] for one, other in pairwise(spans))
    for word, some in folded.words.forms.items():
        assert word and " " not in word
        for first, last in some:
            assert folded.characters(first, last) == (spans[first][0], spans[last - 1][1])


@given(TEXT)
def test_what_stands_at_the_place_of_a_word_is_that_word(text: str) -> None:
    """Read by itself, the span gives the word again: with its signs, but without what markup ran through it."""
    folded = Folded(text, plurals=True)
    for at in range(len(folded.line)):
        start, end = folded.characters(at, at + 1)
        alone = Folded(text[start:end], plurals=True)
        assert "".join(alone.part(n).surface for n in range(len(alone.line))) == folded.part(at).surface


@given(TEXT, TEXT)
def test_a_word_is_found_wherever_it_stands_alone(before: str, after: str) -> None:
    assert places("kiln", f"{before.replace(chr(92), '')} kiln, {after}") is not None


@given(TEXT.filter(lambda text: text.strip()))
def test_letters_that_were_folded_stay_as_they_are(text: str) -> None:
    once = fold_letters(text)
    assert once
    assert fold_letters(once) == once


@pytest.mark.parametrize(
    "piece",
    [
        *("a-", "$", "\\", "{", "{ ", "\\' ", "\\c{", "e\u0301", "\u0301", "\u0315\u0300", "e\u05b0\u05bc", "a_", "a'"),
        *(".", "1.", "\\textbf{", "模", "a+", "- \n", "-\n", "\\'", "ﷺ", "a", "\u200b", "\u2060", "a\u2060", "\u2019"),
        *("\ud800", "\x00"),
    ],
)  # fmt: skip
def test_folding_takes_time_in_proportion(piece: str) -> None:
    """Twenty times as much text may take at most some eighty times as long; quadratic time would be four hundred."""

    def seconds(length: int) -> float:
        text = "a" + piece * (length // len(piece))
        begun = time.process_time()
        Folded(text, plurals=True)
        return time.process_time() - begun

    seconds(10_000)
    small = min(seconds(10_000) for _ in range(3))
    # The least of some: how long one takes says more of what else the machine does.
    assert any(seconds(200_000) < 80 * small + 0.5 for _ in range(5))
