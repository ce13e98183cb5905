"""Run all engines over the same papers and rules; print a table, write JSON."""

from __future__ import annotations

import argparse
import gc
import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.matching import engines
from benchmarks.matching.made import MadePaper, MadeRule, Maker, generated_texts, papers_of, read_corpus
from benchmarks.postgres import cluster
from watcher.rules import Index, compile_rule, document_of
from watcher.rules.index.index import RETUNED_AT

PAGE = 100
ROUNDS = 5
Row = dict[str, Any]


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    asked.add_argument("--sizes", default="1000,10000,100000", help="numbers of rules, e.g. 1000,1000000")
    asked.add_argument(
        "--corpus", type=Path, help="a folder with *.jsonl.gz of title and abstract; else invented papers"
    )
    asked.add_argument("--papers", type=int, default=400)
    asked.add_argument(
        "--budget", type=float, default=60.0, help="seconds that an engine may take to prepare, and to match"
    )
    asked.add_argument("--only", default="", help="engines whose names contain one of these, e.g. watcher,hyperscan")
    asked.add_argument("--json", type=Path, default=Path("matching.json"))
    asked.add_argument("--one", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.one:
        print(json.dumps(_one(json.loads(options.one))))
        return 0
    sizes = [int(size) for size in options.sizes.split(",")]
    rows: list[Row] = [folding(_texts(options.corpus, options.papers))]
    print(f"folding: {rows[0]['us']:.0f} µs a paper of {rows[0]['characters']:.0f} characters (words seen before)")
    with cluster() as url:
        for field in ("dense", "sparse"):
            for size in sizes:
                rows += _size(options, field, size, url)
    _adding(rows, min(max(sizes), 100_000))
    _regexes(rows)
    options.json.write_text(json.dumps(rows, indent=1))
    _verdicts(rows)
    return 0


def _texts(corpus: Path | None, count: int) -> list[tuple[str, str]]:
    return read_corpus(corpus, count) if corpus else generated_texts(count, seed=1)


def folding(texts: Sequence[tuple[str, str]]) -> Row:
    """The time in which a paper is folded whose words were seen before."""
    from watcher.rules.folding.text import Folded

    def fold() -> None:
        for title, abstract in texts:
            Folded(title, plurals=True)
            Folded(abstract, plurals=True)

    fold()
    seconds = statistics.median(_timed(fold) for _ in range(ROUNDS))
    characters = sum(len(title) + len(abstract) for title, abstract in texts) / len(texts)
    return {"what": "folding", "us": 1e6 * seconds / len(texts), "characters": characters}


def _timed(do: Callable[[], object]) -> float:
    gc.collect()
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


ENGINES = ("Ours", "AhoCorasick", "Hyperscan", "Postgres", "Fts5", "RegexPerRule")


def _size(options: argparse.Namespace, field: str, size: int, url: str) -> Iterator[Row]:
    """Each engine in a process of its own, so that none pays for another's memory."""
    print(f"\n{field}, {size:,} rules")
    reference: dict[str, list[int]] | None = None
    for name in ENGINES:
        shown = getattr(engines, name).name
        if options.only and not any(part in f"{name} {shown}".lower() for part in options.only.lower().split(",")):
            continue
        order = {
            "engine": name, "field": field, "size": size, "url": url, "budget": options.budget,
            "corpus": str(options.corpus) if options.corpus else None, "papers": options.papers,
        }  # fmt: skip
        limit = 6 * options.budget + 60
        command = [sys.executable, "-m", "benchmarks.matching", "--one", json.dumps(order)]
        try:
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            print(f"  {shown:<28} not within {limit:.0f} s")
            continue
        if done.returncode:
            print(f"  {shown:<28} failed: {done.stderr.strip().splitlines()[-1:]}")
            continue
        for row in json.loads(done.stdout.splitlines()[-1]):
            answers = row.pop("answers", None)
            if answers is not None:
                reference = reference or answers
                row["differs"] = sum(answers[n] != reference[n] for n in answers if n in reference)
            _print(row)
            yield row


def _print(row: Row) -> None:
    if "skipped" in row:
        print(f"  {row['engine']:<28} {row['skipped']}")
        return
    memory = f", {row['bytes_a_rule']:.0f} bytes a rule" if "bytes_a_rule" in row else ""
    differs = f", DIFFERS on {row['differs']}" if row.get("differs") else ""
    print(
        f"  {row['engine']:<28} {row['us']:>12,.0f} µs a paper, {row['matches']:.1f} matches;"
        f" ready in {row['ready']:.1f} s{memory}{differs}",
        flush=True,
    )


def _one(order: Row) -> list[Row]:
    papers = papers_of(_texts(Path(order["corpus"]) if order["corpus"] else None, order["papers"]))
    maker = Maker(papers, seed=2)
    rules = maker.dense(order["size"]) if order["field"] == "dense" else maker.sparse(order["size"])
    if order["engine"] == "Ours":
        return _ours(order, papers, rules)
    kind = getattr(engines, order["engine"])
    if order["engine"] in ("Fts5", "RegexPerRule") and order["size"] > 10_000:
        return [{"engine": kind.name, "skipped": "seconds a paper at this size"}]
    begun = time.perf_counter()
    engine = kind(rules, order["url"]) if order["engine"] == "Postgres" else kind(rules)
    ready = time.perf_counter() - begun
    sample = papers[:PAGE]
    engine.match(sample[0])
    _settle()
    took: list[float] = []
    answers: dict[str, list[int]] = {}
    end = time.perf_counter() + order["budget"]
    for _ in range(ROUNDS):
        for n, paper in enumerate(sample):
            begun = time.perf_counter()
            found = engine.match(paper)
            took.append(time.perf_counter() - begun)
            answers[str(n)] = sorted(found)
            if time.perf_counter() > end:
                break
    engine.close()
    return [_row(kind.name, order, took, answers, ready)]


def _row(name: str, order: Row, took: Sequence[float], answers: dict[str, list[int]], ready: float) -> Row:
    return {
        "engine": name,
        "field": order["field"],
        "rules": order["size"],
        "us": 1e6 * statistics.mean(took),
        "median_us": 1e6 * statistics.median(took),
        "matches": statistics.mean(map(len, answers.values())),
        "ready": ready,
        "answers": answers,
    }


def _ours(order: Row, papers: Sequence[MadePaper], rules: Sequence[MadeRule]) -> list[Row]:
    gc.collect()
    before = _memory()
    begun = time.perf_counter()
    ours = engines.Ours(rules)
    ready = time.perf_counter() - begun
    gc.collect()
    bytes_a_rule = ours_bytes(ours) / len(rules)
    grown = (_memory() - before) / len(rules)
    documents = [document_of(paper.paper(n)) for n, paper in enumerate(papers)]
    for document in documents:
        document.texts("title"), document.texts("abstract")
    pages = [documents[at : at + PAGE] for at in range(0, len(documents), PAGE)]
    for page in pages * (1 + RETUNED_AT[-1] // len(papers)):  # learns which terms are rare
        ours.match_page(page)
    _settle()
    whole = [_timed(partial(ours.match_page, page)) / len(page) for _ in range(ROUNDS) for page in pages]
    single = [_timed(partial(ours.index.match, one)) for one in documents[:PAGE]]
    answers = {str(n): sorted(matches) for n, matches in enumerate(ours.match_page(documents[:PAGE]))}
    rows = [
        _row("watcher, page of 100", order, whole, answers, ready),
        _row(ours.name, order, single, answers, ready),
    ]
    rows[0] |= {"bytes_a_rule": bytes_a_rule, "grown_bytes_a_rule": grown}
    return rows


def ours_bytes(ours: engines.Ours) -> int:
    """What the index's arrays take beside the rules' texts; a reference to each text is counted."""
    import numpy as np

    total = 0
    for pack in ours.index._packs:
        for name in (one.name for one in fields(pack)):
            value = getattr(pack, name)
            if isinstance(value, np.ndarray):
                total += value.nbytes
            elif name == "texts":
                total += 8 * len(value)
            elif name == "prefixes":
                total += sum(sys.getsizeof(one) for one in value) + sys.getsizeof(value)
    return total


def _settle() -> None:
    """Keep the collector from walking over a million rules of the benchmark's own while an engine is timed."""
    gc.collect()
    gc.freeze()


def _memory() -> int:
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def _adding(rows: list[Row], size: int) -> None:
    """One rule more, beside ``size`` others, and the next paper after it."""
    papers = papers_of(generated_texts(200, seed=1))
    maker = Maker(papers, seed=3)
    ours = engines.Ours(maker.sparse(size))
    documents = [document_of(paper.paper(n)) for n, paper in enumerate(papers)]
    ours.match_page(documents)
    more = [compile_rule(rule.text()) for rule in maker.sparse(1_000, about=10)]
    adding, matching = [], []
    for n, rule in enumerate(more):
        begun = time.perf_counter()
        ours.index.add(size + n, rule)
        added = time.perf_counter()
        ours.index.match(documents[n % len(documents)])
        adding.append(added - begun)
        matching.append(time.perf_counter() - added)
    row = {
        "what": "adding",
        "rules": size,
        "us": 1e6 * statistics.median(adding),
        "p99_us": 1e6 * statistics.quantiles(adding, n=100)[98],
        "most_us": 1e6 * max(adding),
        "next_match_us": 1e6 * statistics.median(matching),
        "next_match_most_us": 1e6 * max(matching),
    }
    print(
        f"\nadding one rule to {size:,}: {row['us']:.0f} µs (99 %: {row['p99_us']:.0f}, most: {row['most_us']:.0f});"
        f" the next paper: {row['next_match_us']:.0f} µs (most: {row['next_match_most_us']:.0f})"
    )
    rows.append(row)


def _regexes(rows: list[Row], size: int = 1_000) -> None:
    """Make rules of a regex alone, which every paper has to be tried by, and rules with a word beside it."""
    papers = papers_of(generated_texts(PAGE, seed=1))
    documents = [document_of(paper.paper(n)) for n, paper in enumerate(papers)]
    dice = random.Random(4)
    for what in ("alone", "beside a word"):
        index = Index()
        texts = [f"title:/{''.join(dice.choices('bdfgklmnr', k=3))}[a-z]+{n}/" for n in range(size)]
        if what != "alone":
            texts = [f"{dice.choice(papers).abstract[0]} {text}" for text in texts]
        index.add_many((n, compile_rule(text)) for n, text in enumerate(texts))
        index.match_page(documents)
        seconds = statistics.median(_timed(partial(index.match_page, documents)) for _ in range(ROUNDS))
        rows.append({"what": f"regexes {what}", "rules": size, "us": 1e6 * seconds / PAGE})
        print(f"{size:,} rules with a regex {what}: {rows[-1]['us']:,.0f} µs a paper")


def _verdicts(rows: Sequence[Row]) -> None:
    """The ratios that are asked for, and whether they are reached."""
    of = {(row["engine"], row["field"], row["rules"]): row["us"] for row in rows if "engine" in row and "us" in row}
    ours = "watcher, page of 100"
    print("\nratios (a page of 100)")
    for field in ("dense", "sparse"):
        for size in sorted({row["rules"] for row in rows if row.get("field") == field}):
            for peer in sorted(
                {name for name, a, b in of if (a, b) == (field, size) and not name.startswith("watcher")}
            ):
                if (ours, field, size) in of:
                    ratio = of[peer, field, size] / of[ours, field, size]
                    print(f"  {field:<6} {size:>9,} rules: {peer:<26} takes {ratio:,.2f} times ours")
    constant = {size: us for (name, field, size), us in of.items() if name == ours and field == "sparse"}
    if len(constant) > 1:
        least, most = min(constant), max(constant)
        print(
            f"  {least:,} to {most:,} rules at constant matches: {constant[most] / constant[least]:.2f} times the time"
        )


if __name__ == "__main__":
    sys.exit(main())
