"""The release gate: checks all suites against the warehouse and writes the verdict.

    python -m expectations.gate --warehouse FILE --out DIR [--previous RELEASE]

Writes `verdict.json` and `data_docs/`; equal warehouses give equal bytes. Exit code 0: all suites
pass; 3: refused; 2: usage error; 1: the checks could not be completed. Runs in its own process,
because importing GX takes seconds and 200 MB. Failures are reported as counts: sample rows are
dropped before anything is written.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import logging
import shutil
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.suites import LEAST_ROWS, MOST_ROWS, SUITES, Suite, SuiteError, read_suites

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult

    from expectations.duckdb_source import DuckDBSource

PASSED, ERROR, USAGE, REFUSED = 0, 1, 2, 3
VERDICT = "verdict.json"
DATA_DOCS = "data_docs"

# A mart must not lose or gain more than half of its rows between releases
# (rules/data-quality.md#release-gate).
_CHANGE = 0.5
# Smaller counts are not compared: a new sender's first rows double every day.
_COMPARED_FROM = 20
_ANY_ROWS = 10**15
# Counts only: lists of unexpected values would contain client data.
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
_SHOWN = (
    "observed_value",
    "element_count",
    "unexpected_count",
    "unexpected_percent",
    "missing_count",
    "missing_percent",
)


class GateError(Exception):
    """The checks cannot be completed; the message says why and what to do."""


@dataclass(frozen=True)
class Failure:
    """A failed expectation.

    Attributes:
        expectation: its description; without one, its type, with the column if it has one.
        observed: observed counts and aggregates; never a row or a value of a row.
        why: the reason that the suite gives.
    """

    expectation: str
    observed: str
    why: str


@dataclass(frozen=True)
class SuiteVerdict:
    """The result of a suite.

    Attributes:
        relation: `schema.relation`.
        success: True if all expectations pass.
        rows: row count, which the next release is compared with; None if the relation is missing.
        expectations: number of expectations.
        failures: failed expectations.
    """

    relation: str
    success: bool
    rows: int | None
    expectations: int
    failures: tuple[Failure, ...]


def main(arguments: list[str] | None = None) -> int:
    """Run the command.

    Returns:
        The exit code.
    """
    parser = argparse.ArgumentParser(
        prog="python -m expectations.gate", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("--warehouse", type=Path, required=True, help="the DuckDB file")
    parser.add_argument("--out", type=Path, required=True, help="output directory of the verdict")
    parser.add_argument("--previous", type=Path, help="release to compare row counts with")
    parser.add_argument("--suites", type=Path, default=SUITES, help="folder of suites")
    parser.add_argument("--memory-limit", default="300MB", help="DuckDB's memory limit")
    parser.add_argument("--threads", type=int, default=2, help="DuckDB's threads")
    options = parser.parse_args(arguments)
    # GX logs warnings during import and validation that are no results.
    logging.disable(logging.WARNING)
    _defer_scipy_stats()
    try:
        verdicts = evaluate_warehouse(
            options.warehouse,
            options.out,
            previous=options.previous,
            suites=options.suites,
            memory_limit=options.memory_limit,
            threads=options.threads,
        )
    except GateError as error:
        print(error, file=sys.stderr)
        return ERROR
    except (SuiteError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return USAGE
    for verdict in verdicts:
        for failure in verdict.failures:
            print(f"{verdict.relation}: {failure.expectation}: {failure.observed}: {failure.why}")
    return PASSED if all(verdict.success for verdict in verdicts) else REFUSED


def evaluate_warehouse(
    warehouse: Path,
    out: Path,
    *,
    previous: Path | None = None,
    suites: Path = SUITES,
    memory_limit: str = "300MB",
    threads: int = 2,
) -> list[SuiteVerdict]:
    """Check all suites against the warehouse; write the verdict and the Data Docs.

    Args:
        warehouse: the DuckDB file; opened read-only and closed at the end.
        out: output directory; an earlier verdict there is replaced.
        previous: release to compare row counts with; None if there is none.
        suites: folder of suites.
        memory_limit: DuckDB's memory limit, such as 300MB.
        threads: number of DuckDB threads.

    Returns:
        One verdict per suite, ordered by relation.

    Raises:
        FileNotFoundError: there is no warehouse or no suite, or `previous` is not a release.
        SuiteError: a suite cannot be read.
        GateError: the warehouse cannot be opened.
    """
    if not warehouse.is_file():
        raise FileNotFoundError(f"{warehouse} does not exist: build the warehouse first")
    found = read_suites(suites)
    if not found:
        raise FileNotFoundError(f"{suites} contains no suite (<schema>/<relation>.json)")
    counts, counted_at = _previous_counts(previous)

    import great_expectations as gx  # imported late: takes seconds and 200 MB
    from sqlalchemy.exc import SQLAlchemyError

    from expectations import data_docs
    from expectations.duckdb_source import open_source

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    try:
        source = open_source(warehouse, context, memory_limit, threads)
    except SQLAlchemyError as error:
        is_locked = "lock" in str(error).lower()
        reason = (
            "another process has it open: wait for the run to end"
            if is_locked
            else "not a DuckDB file"
        )
        raise GateError(f"{warehouse} cannot be opened read-only: {reason}") from error
    (out / VERDICT).unlink(missing_ok=True)
    shutil.rmtree(out / DATA_DOCS, ignore_errors=True)
    (out / DATA_DOCS).mkdir(parents=True, mode=0o700)
    try:
        if _is_earlier_than(source, counted_at):
            counts = {}  # a run as of an earlier date: the last release is later
        verdicts = []
        for suite in found:
            verdict, result = evaluate_suite(source, suite, counts.get(suite.relation))
            verdicts.append(verdict)
            if result is not None:
                data_docs.write_page(out / DATA_DOCS, suite.relation, result)
    finally:
        source.engine.close()
    data_docs.write_index(
        out / DATA_DOCS,
        [(verdict.relation, verdict.success, verdict.rows) for verdict in verdicts],
        [
            (verdict.relation, failure.expectation, failure.observed, failure.why)
            for verdict in verdicts
            for failure in verdict.failures
        ],
    )
    _write_verdict(out, verdicts)
    return verdicts


def _defer_scipy_stats() -> None:
    """Defer the import of scipy.stats, a fifth of the gate's CPU time.

    GX imports it for three statistical tests that no suite uses.
    """
    import scipy

    spec = importlib.util.find_spec("scipy.stats")
    if spec is None or spec.loader is None or "scipy.stats" in sys.modules:
        return
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["scipy.stats"] = module
    spec.loader.exec_module(module)
    scipy.stats = module


def evaluate_suite(
    source: DuckDBSource, suite: Suite, previous_rows: int | None
) -> tuple[SuiteVerdict, ExpectationSuiteValidationResult | None]:
    """Check one suite against its relation.

    Args:
        source: the open warehouse.
        suite: the expectations.
        previous_rows: row count of the last release; None if there is none.

    Returns:
        The verdict, and GX's result without sample rows; None if the relation is missing.
    """
    from great_expectations import ExpectationSuite

    if not _exists(source, suite.schema, suite.name):
        missing = Failure(
            "relation exists",
            "the relation is missing",
            "a suite cannot check a missing relation: build the model, or remove the suite",
        )
        return SuiteVerdict(suite.relation, False, None, len(suite.expectations), (missing,)), None
    ((rows,),) = source.rows(f'select count(*) from "{suite.schema}"."{suite.name}"')  # noqa: S608 - path of a suite
    least, most = _volume_limits(previous_rows)
    result = source.relation(suite.schema, suite.name).validate(
        ExpectationSuite(name=suite.relation, expectations=[dict(e) for e in suite.expectations]),
        result_format=_RESULT_FORMAT,
        expectation_parameters={LEAST_ROWS: least, MOST_ROWS: most}
        if suite.compares_volume
        else None,
    )
    _drop_samples(result)
    failures = sorted(
        (_failure(one) for one in result.results if not one.success),
        key=lambda failure: (failure.expectation, failure.why),
    )
    verdict = SuiteVerdict(
        suite.relation, bool(result.success), int(rows), len(suite.expectations), tuple(failures)
    )
    return verdict, result


def _exists(source: DuckDBSource, schema: str, name: str) -> bool:
    query = (
        "select 1 from information_schema.tables"  # noqa: S608 - paths of suites, not input
        f" where table_schema = '{schema}' and table_name = '{name}'"
    )
    return bool(source.rows(query))


def _volume_limits(previous_rows: int | None) -> tuple[int, int]:
    if previous_rows is None or previous_rows < _COMPARED_FROM:
        return 0, _ANY_ROWS
    return int(previous_rows * (1 - _CHANGE)), int(previous_rows * (1 + _CHANGE))


def _drop_samples(result: ExpectationSuiteValidationResult) -> None:
    """Keep only counts and aggregates, and error texts that quote no values."""
    for one in result.results:
        kept = {name: one.result[name] for name in _SHOWN if name in one.result}
        one.result = kept
        if _exception_text(one):
            one.exception_info = {
                "raised_exception": True,
                "exception_message": _exception_text(one),
                "exception_traceback": "",
            }


def _failure(one: Any) -> Failure:  # noqa: ANN401 - GX's result type is not exported
    config = one.expectation_config
    column = config.kwargs.get("column")
    name = config.description or (f"{config.type}({column})" if column else str(config.type))
    broken = _exception_text(one)
    if broken:
        observed = f"could not be evaluated: {broken}"
    elif "unexpected_count" in one.result:
        observed = f"{one.result['unexpected_count']} of {one.result['element_count']} rows"
    else:
        observed = f"observed {one.result.get('observed_value')}"
    return Failure(name, observed, str(config.meta["why"]))


def _exception_text(one: Any) -> str:  # noqa: ANN401 - as above
    """Return why an expectation could not be evaluated, without values."""
    info = one.exception_info or {}
    nested = [value for value in info.values() if isinstance(value, dict)] or [info]
    raised = [entry for entry in nested if entry.get("raised_exception")]
    if not raised:
        return ""
    lines = str(raised[0].get("exception_message") or "").splitlines()
    first = lines[0] if lines else ""
    # These errors contain names of columns and relations only; others may quote values.
    is_about_names = (
        "in BatchData does not exist" in first or "Binder" in first or "Catalog" in first
    )
    return first if is_about_names else "the database rejected the query"


def _previous_counts(previous: Path | None) -> tuple[dict[str, int], datetime | None]:
    """Read row counts and `as_of` of the last release."""
    if previous is None:
        return {}, None
    verdict, manifest = previous / "quality" / VERDICT, previous / "manifest.json"
    try:
        suites = json.loads(verdict.read_text(encoding="utf-8"))["suites"]
        counts = {suite["relation"]: suite["rows"] for suite in suites if suite["rows"] is not None}
        as_of = datetime.fromisoformat(json.loads(manifest.read_text(encoding="utf-8"))["as_of"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FileNotFoundError(
            f"{verdict} or {manifest.name} cannot be read ({type(error).__name__}):"
            " --previous must be the directory of a release"
        ) from error
    return counts, as_of


def _is_earlier_than(source: DuckDBSource, instant: datetime | None) -> bool:
    if instant is None or not _exists(source, "raw_caseload", "run"):
        return False
    ((seconds,),) = source.rows("select epoch(as_of) from raw_caseload.run")
    return float(seconds) < instant.timestamp()


def _write_verdict(out: Path, verdicts: list[SuiteVerdict]) -> None:
    content = {
        "success": all(verdict.success for verdict in verdicts),
        "suites": [asdict(verdict) for verdict in verdicts],
    }
    # Written last and renamed, so that a killed gate leaves no verdict.
    temporary = out / f".{VERDICT}"
    temporary.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    temporary.chmod(0o600)
    temporary.replace(out / VERDICT)


if __name__ == "__main__":
    sys.exit(main())
