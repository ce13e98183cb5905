"""Which spellings count as one word, and which do not."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Paper
from watcher.rules import compile_rule, document_of, evaluate
from watcher.rules.text import Folded

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def places(rule: str, title: str) -> list[str] | None:
    """What of the title matched, as it is written there; None where the rule does not hold."""
    document = document_of(Paper(id=1, key="k:1", title=title, abstract="", first_seen=NOW))
    hit = evaluate(compile_rule(rule), document)
    return None if hit is None else [title[place.start : place.end] for place in hit.places]


@pytest.mark.parametrize(
    ("rule", "title", "found"),
    [
        # signs
        ("C++", "Modern C++ code", "C++"), ("C", "Modern C++ code", "C++"), ("C#", "In C# today", "C#"),
        ("F#", "F#: a guide", "F#"), (".NET", "The .NET runtime", ".NET"), ("LoRA", "On LoRA+", "LoRA+"),
        # numbers and hyphens
        ("k-NN", "kNN graphs", "kNN"), ("kNN", "k-NN graphs", "k-NN"), ("R1", "DeepSeek-R1", "R1"),
        ("DeepSeekR1", "DeepSeek-R1", "DeepSeek-R1"), ("GPT-4o", "Is GPT-4o it", "GPT-4o"),
        ("GPT4o", "GPT-4o", "GPT-4o"),
        ("Qwen2.5", "Qwen2.5-VL", "Qwen2.5"), ("multimodal", "multi-modal", "multi-modal"),
        ("multi-modal", "multi modal", "multi modal"),
        ('"video generation"', "audio-video generation", "video generation"),
        ("state-of-the-art", "state of the art", "state of the art"),
        ("multi\u2011modal", "multi-modal", "multi-modal"),
        ("CPU", "CPU/GPU", "CPU"), ("GPU", "CPU/GPU", "GPU"), ('"KV cache"', "(KV) cache", "KV) cache"),
        # Greek, TeX
        ("β-VAE", "A beta-VAE", "beta-VAE"), ("beta-VAE", "A β-VAE", "β-VAE"), ("beta", "$\\beta$ priors", "\\beta"),
        ("L_2", "an L2 loss", "L2"), ("L2", "the $L_2$ loss", "L_2"), ("ell_1", "the $\\ell_1$ norm", "\\ell_1"),
        ("M3ViT", "$M^3$ViT", "M^3$ViT"), ('"m 3 vit"', "$M^3$ViT", "M^3$ViT"),
        ("naive", 'a na\\"{\\i}ve way', 'na\\"{\\i}ve'), ("naïve", "a naive way", "naive"),
        ("object", "the object\\'s shape", "object"), ("bold", "a \\textbf{bold} one", "bold"),
        # letters
        ("strasse", "Die Straße", "Straße"), ("straße", "Die Strasse", "Strasse"), ("istanbul", "İstanbul", "İstanbul"),
        ("ısı", "isi", "isi"), ("first", "the ﬁrst", "ﬁrst"), ("ABC", "ＡＢＣ wide", "ＡＢＣ"),
        ("soft", "so\u00adft", "so\u00adft"), ("zero", "ze\u200bro", "ze\u200bro"),
        ("cafe", "cafe\u0301", "cafe\u0301"),
        ("Erdős", "Erdos graphs", "Erdos"), ("Łukasz", "Lukasz", "Lukasz"),
        # other scripts
        ("模型", "大语言模型综述", "模型"), ("モデル", "言語モデルの研究", "モデル"), ("모델", "이 모델을", "모델"),
        ("модель", "Новая Модель", "Модель"), ("نموذج", "هذا نموذج جديد", "نموذج"), ("मॉडल", "यह मॉडल नया", "मॉडल"),
        # quotes, possessives
        ("model", "the model's size", "model"), ("model", "the model\u2019s size", "model"),
        # plurals
        ("GAN", "GANs", "GANs"), ("GANs", "a GAN", "GAN"), ("gan", "GANs", "GANs"), ("LLMs", "an LLM", "LLM"),
        ("gps", "the GPS", "GPS"), ("GPS", "by gps", "gps"), ("policy", "policies", "policies"),
        ("batches", "a batch", "batch"), ("losses", "the loss", "loss"), ("caches", "a cache", "cache"),
        ("analysis", "analyses", "analyses"), ("matrices", "a matrix", "matrix"), ("indices", "an index", "index"),
        ("corpora", "a corpus", "corpus"), ("biases", "a bias", "bias"), ("movies", "a movie", "movie"),
        ("viruses", "a virus", "virus"), ("heroes", "a hero", "hero"), ("hypotheses", "a hypothesis", "hypothesis"),
        ("metric", "new metrics", "metrics"), ("topics", "a topic", "topic"), ("criterion", "criteria", "criteria"),
        ("crises", "a crisis", "crisis"), ("GPUs", "one GPU", "GPU"), ("V100s", "a V100", "V100"),
    ],
)  # fmt: skip
def test_is_found(rule: str, title: str, found: str) -> None:
    assert places(rule, title) == [found]


@pytest.mark.parametrize(
    ("rule", "title"),
    [
        ("C++", "plain C"), ("LoRA+", "plain LoRA"), (".NET", "example.net"), ("net", "the .NET runtime"),
        ("Qwen2", "Qwen2.5"), ("Qwen2.5", "Qwen2"), ("asymmetric", "a symmetric"), ('"multi modal"', "multimodal"),
        ("modal", "multimodal"), ("rag", "storage"), ("RAG", "fragments"), ("sam", "same"),
        ("GP", "GPS"), ("AW", "AWS"), ("A", "As we"), ("I", "Is it"), ("GPs", "GPS"),
        ("new", "the news"), ("mean", "by means"), ("len", "a lens"), ("bia", "bias"), ("doe", "does"),
        ("physic", "physics"), ("statistic", "statistics"), ("robotic", "robotics"), ("thi", "this"), ("clas", "class"),
        ("corpu", "corpus"), ("analysi", "analysis"), ("beside", "besides"), ("pretraining", "pretrained"),
        ("quantize", "quantization"), ("モデ", "モダン"),
    ],
)  # fmt: skip
def test_is_not_found(rule: str, title: str) -> None:
    assert places(rule, title) is None


def test_plurals_are_for_titles_and_abstracts_alone() -> None:
    paper = Paper(id=1, key="k:1", title="x", abstract="", organization="Kilns", keywords=("kilns",), first_seen=NOW)
    assert evaluate(compile_rule("org:kilns keyword:kilns"), document_of(paper))
    assert not evaluate(compile_rule("org:kiln"), document_of(paper))
    assert not evaluate(compile_rule("keyword:kiln"), document_of(paper))


PIECES = st.sampled_from(
    [
        "$",
        "\\",
        "{",
        "}",
        "^",
        "_",
        "-",
        "'s",
        "\u200b",
        "\u0301",
        "é",
        "β",
        "模",
        "\ud800",
        "\x00",
        "\n",
        " ",
        ".",
        "+",
    ]
)
TEXT = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=25).map("".join)


@given(TEXT)
def test_any_text_is_folded_and_every_word_has_its_place(text: str) -> None:
    folded = Folded(text, plurals=True)
    spans = [folded.characters(at, at + 1) for at in range(len(folded.line))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    for some in folded.words.forms.values():
        for first, last in some:
            start, end = folded.characters(first, last)
            assert (start, end) == (spans[first][0], spans[last - 1][1])


@given(TEXT, TEXT)
def test_a_word_is_found_wherever_it_stands_alone(before: str, after: str) -> None:
    assert places("kiln", f"{before.replace(chr(92), '')} kiln, {after}") is not None


@pytest.mark.parametrize(
    "piece", ["a-", "$", "\\", "{", "e\u0301", "\u0301", "a_", "a'", ".", "\\textbf{", "模", "a+", "- \n", "\\'", "ﷺ"]
)
def test_folding_takes_time_in_proportion(piece: str) -> None:
    """Twenty times as much text may take at most some eighty times as long; quadratic time would be four hundred."""

    def seconds(length: int) -> float:
        text = piece * (length // len(piece))
        begun = time.perf_counter()
        Folded(text, plurals=True)
        return time.perf_counter() - begun

    seconds(10_000)
    small = min(seconds(10_000) for _ in range(3))
    assert seconds(200_000) < 80 * small + 0.5
