"""`make mutants`: change one rule at a time, and report every change that no unit test detects."""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import random
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.mutants import areas, examples, seed_numbers, sites

EQUIVALENT = Path(__file__).with_name("equivalent.csv")
_CLIENTS = "60"
_CHANGES_PER_TASK = 20
KILLED, SURVIVED, EXPLAINED, NOT_A_QUERY = "killed", "survived", "explained", "not a query"
Change = sites.Mutation | seed_numbers.SeedChange


@dataclass(frozen=True)
class Verdict:
    """The result of a change: killed or not, and the number of examples that contain it."""

    change: Change
    area: str
    outcome: str
    examples: int


def key(change: Change) -> tuple[str, str, str, str]:
    """The identity of a change in equivalent.csv: file, kind, change and text of the line, without the line number."""
    return change.path, change.kind, change.change, change.context


def accepted() -> dict[tuple[str, str, str, str], str]:
    """The accepted survivors, which change no result, with their reasons."""
    with EQUIVALENT.open(newline="") as file:
        return {
            (row["path"], row["kind"], row["change"], row["line"]): row["reason"]
            for row in csv.DictReader(file)
        }


def sql_mutations(models: list[str]) -> dict[str, list[sites.Mutation]]:
    """Every change in the models and macros of an area, by file."""
    found: dict[str, list[sites.Mutation]] = {}
    number = 1
    for path in sorted(examples.PROJECT.glob("m*s/**/*.sql")):
        name = path.relative_to(examples.PROJECT).as_posix()
        wanted = not models or path.stem in models
        if areas.area(name) is not None and wanted:
            found[name] = sites.mutations(name, path.read_text(), number)
            number += len(found[name])
    return found


def seed_changes(bench: examples.Bench, models: list[str]) -> Iterator[seed_numbers.SeedChange]:
    """Every change of a number in the seeds of an area."""
    for path in sorted((examples.PROJECT / "seeds").rglob("*.csv")):
        name = path.relative_to(examples.PROJECT).as_posix()
        if areas.area(name) in areas.TARGET and (not models or path.stem in models):
            yield from seed_numbers.changes(examples.PROJECT, path, bench.columns[path.stem])


class Trial:
    """Runs the examples that contain a change."""

    def __init__(self, bench: examples.Bench, found: list[examples.Example]) -> None:
        self.bench = bench
        self.by_number: dict[int, list[examples.Example]] = defaultdict(list)
        self.by_seed: dict[str, list[examples.Example]] = defaultdict(list)
        self.plain = {example: sites.unmarked(example.sql) for example in found}
        for example in sorted(found, key=lambda example: len(example.sql)):
            for number in example.numbers:
                self.by_number[number].append(example)
            for seed in example.seeds:
                self.by_seed[seed].append(example)

    def outcome(self, change: Change) -> tuple[str, int]:
        """The outcome of a change, and the number of examples that contain it."""
        if isinstance(change, seed_numbers.SeedChange):
            touched = self.by_seed[change.seed]
            self.bench.connection.execute("begin")
            try:
                self.bench.connection.execute(change.statement())
                return self._first_red(self.plain[example] for example in touched), len(touched)
            finally:
                self.bench.connection.execute("rollback")
        touched = self.by_number[change.number]
        return (
            self._first_red(sites.unmarked(change.applied(example.sql)) for example in touched),
            len(touched),
        )

    def _first_red(self, statements: Iterator[str]) -> str:
        for sql in statements:
            try:
                if not self.bench.passes(sql):
                    return KILLED
            except examples.NOT_A_QUERY:
                return NOT_A_QUERY
            except duckdb.Error:
                return KILLED
        return SURVIVED


_trial: list[Trial] = []  # the one of a worker process


def _start_worker(built: Path, found: list[examples.Example]) -> None:
    _trial.append(Trial(examples.Bench(built), found))


def _outcome(change: Change) -> tuple[str, int]:
    return _trial[0].outcome(change)


def warehouse(data: Path) -> Path:
    """Path of a built warehouse, from which dbt reads the types of replaced relations; built if there is none."""
    path = data / "warehouse.duckdb"
    if not path.exists():
        command = ["-m", "orchestration.cli", "demo", "--clients", _CLIENTS, "--data", str(data)]
        subprocess.run(
            [sys.executable, *command], check=True, cwd=examples.ROOT, stdout=subprocess.DEVNULL
        )
    return path


def print_survivor(verdict: Verdict) -> None:
    """Print file, line and change immediately: a full run takes minutes."""
    change = verdict.change
    why = "" if verdict.examples else " (no example contains it)"
    print(f"dbt_project/{change.path}:{change.line}: {change.kind}: {change.change}{why}")
    print(f"    {change.context}", flush=True)


def report(verdicts: list[Verdict], seconds: float) -> bool:
    """Print the table by area; false if an area is below its target."""
    counts = Counter((verdict.area, verdict.outcome) for verdict in verdicts)
    print(
        f"\n{'area':<12}{'mutants':>8}{'killed':>8}{'explained':>11}{'survived':>10}{'share':>8}{'target':>8}"
    )
    is_met = True
    for area in areas.AREAS:
        killed, explained, survived = (counts[area, of] for of in (KILLED, EXPLAINED, SURVIVED))
        if not killed + explained + survived:
            continue
        # An accepted survivor cannot be killed, so the share excludes it.
        share = killed / (killed + survived) if killed + survived else 1.0
        target = areas.TARGET.get(area)
        is_met = is_met and (target is None or share >= target)
        print(
            f"{area:<12}{killed + explained + survived:>8}{killed:>8}{explained:>11}{survived:>10}"
            f"{share:>8.1%}{'' if target is None else format(target, '.0%'):>8}"
        )
    print(
        f"{len(verdicts)} changes in {seconds:.0f} s; {counts.total()} tried, "
        f"{sum(v.outcome == NOT_A_QUERY for v in verdicts)} of them are not valid queries"
    )
    return is_met


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 if every area reaches its target, else 1.
    """
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--sample", type=int, help="number of changes to try, sampled at random")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample")
    parser.add_argument(
        "--models", nargs="*", default=[], help="models, macros or seeds by name; default all"
    )
    parser.add_argument(
        "--work", type=Path, default=examples.ROOT / "data" / "mutants", help="working folder"
    )
    parser.add_argument(
        "--data", type=Path, help="a built data folder; default: built in the working folder"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    options.work.mkdir(parents=True, exist_ok=True)
    built = warehouse(options.data or options.work / "agency")
    by_file = sql_mutations(options.models)
    project = examples.instrument(options.work, by_file)
    is_model = {path.stem for path in (examples.PROJECT / "models").rglob("*.sql")}
    only_models = options.models if set(options.models) <= is_model else []
    found = examples.compiled(project, options.work, built, only_models)
    bench = examples.Bench(built)
    trial = Trial(bench, found)
    failed = [f"{e.model}::{e.name}" for e, sql in trial.plain.items() if not bench.passes(sql)]
    if failed:
        print("examples that fail outside dbt without a change: " + ", ".join(failed))
        return 1
    print(f"{len(found)} examples compiled in {time.monotonic() - started:.0f} s", flush=True)
    changes: list[Change] = [change for found in by_file.values() for change in found]
    changes += seed_changes(bench, options.models)
    if options.sample and options.sample < len(changes):
        changes = random.Random(options.seed).sample(changes, options.sample)
        changes.sort(key=lambda change: (change.path, change.line, change.change))
    known = accepted()
    verdicts = []
    # A fork would share the connection of this process.
    workers = multiprocessing.get_context("spawn")
    with workers.Pool(options.jobs, _start_worker, (built, found)) as pool:
        outcomes = pool.imap(_outcome, changes, _CHANGES_PER_TASK)
        for change, (outcome, touched) in zip(changes, outcomes, strict=True):
            if outcome == SURVIVED and key(change) in known:
                outcome = EXPLAINED
            verdicts.append(Verdict(change, areas.area(change.path) or "other", outcome, touched))
            if outcome == SURVIVED:
                print_survivor(verdicts[-1])
    is_met = report(verdicts, time.monotonic() - started)
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
