"""The long run: python -m tests.fuzz --definitions 10000 --bytes 100000 --seed 1

Every case has a number, and the seed and the number make the case: `--only NUMBER` runs one definition again. Failing
texts are printed and kept in --keep, one file each, shrunk where the fault is an exception.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fuzz.grammar import Grammar
from tests.fuzz.texts import random_text
from tests.fuzz.trying import Outcome, random_request, try_made, try_text

Case = tuple[str, str, int]
WHOLE = 50
"""Every so many of the texts that need not be definitions goes the whole way, if it is one."""


def run(case: Case) -> tuple[Case, str, Outcome]:
    what, seed, number = case
    chance = random.Random(f"{seed} {what} {number}")
    if what == "text":
        text = random_text(chance)
        return case, text, try_text(text, whole=number % WHOLE == 0)
    made = Grammar(chance).definition()
    request = random_request(made, chance)
    return case, f"# {request}\n{made.text}", try_made(made, request)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("--definitions", type=int, default=1000)
    options.add_argument("--bytes", type=int, default=10_000)
    options.add_argument("--seed", default="0")
    options.add_argument("--first", type=int, default=0, help="the number of the first definition, to go on from there")
    options.add_argument("--only", type=int, help="the number of one definition")
    options.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options.add_argument("--keep", type=Path, help="folder for failing texts")
    given = options.parse_args()
    if given.only is not None:
        _, text, outcome = run(("definition", given.seed, given.only))
        print(f"{text}\n{outcome.kind} ({outcome.seconds:.1f} s, {outcome.compared} compared)\n{outcome.told}")
        return int(outcome.is_fault)
    cases: list[Case] = [("definition", given.seed, k) for k in range(given.first, given.definitions)]
    cases += [("text", given.seed, k) for k in range(given.bytes)]
    return report(cases, given.workers, given.keep)


def report(cases: list[Case], workers: int, keep: Path | None) -> int:
    """Runs all cases; the exit code says whether there was a fault."""
    counts: Counter[str] = Counter()
    started = time.perf_counter()
    with multiprocessing.Pool(workers, maxtasksperchild=200) as pool:
        for done, (case, text, outcome) in enumerate(pool.imap_unordered(run, cases, chunksize=4), 1):
            counts[f"{case[0]} {outcome.kind}"] += 1
            if outcome.compared:
                counts["definition compared"] += 1
            if outcome.is_fault:
                told = f"--- {case[0]} {case[2]}: {outcome.kind}\n{text}\n{outcome.told.strip()[-1500:]}\n"
                print(told, flush=True)
                if keep is not None:
                    keep.mkdir(parents=True, exist_ok=True)
                    (keep / f"{case[0]}_{case[1]}_{case[2]}.txt").write_text(told, encoding="utf-8")
            if done % 100 == 0 or done == len(cases):
                shown = ", ".join(f"{k} {v}" for k, v in sorted(counts.items()))
                seconds = time.perf_counter() - started
                print(f"{done}/{len(cases)} in {seconds:.0f} s: {shown}", file=sys.stderr, flush=True)
    return int(any(not k.endswith(("right", "refused", "compared")) for k in counts))


if __name__ == "__main__":
    sys.exit(main())
