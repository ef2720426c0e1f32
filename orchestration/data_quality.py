"""Generates DATA_QUALITY.md: every check of the pipeline beside the published clause that it implements.

Checks come from their own places: reasons of rejects (sources), tests of the dbt project, expectations of the release
gate. The clauses are rows of expectations/clauses.csv.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from expectations.suites import SUITES, read_suites
from orchestration import dbt_project
from sources.reasons import FILE_REASONS, ROW_REASONS
from sources.reference import cell

ROOT = dbt_project.PROJECT.parent
PAGE = ROOT / "DATA_QUALITY.md"
_STAGES = {
    "file": "Files that are refused",
    "row": "Rows that are rejected",
    "set_aside": "Rows that are set aside",
}
_BUILD_TESTS = {
    "not_null": "required_value",
    "accepted_values": "allowed_value",
    "relationships": "reference",
    "unique_key": "unique_key",
    "business_days_between": "computed_value",
    "open_task_is_listed_or_accounted_for": "complete_delivery",
    "risk_domain_is_within_its_cap": "computed_value",
    "risk_reasons_sum_to_the_score": "computed_value",
}

Row = dict[str, str]


class UnknownClauseError(Exception):
    """A check names no clause of expectations/clauses.csv, or a clause has no check; the message names them."""


def page() -> str:
    """Return the text of DATA_QUALITY.md.

    Raises:
        UnknownClauseError: a check has no clause, or a clause no check.
    """
    clauses = {row["clause"]: row for row in _rows("clauses.csv")}
    sections = [*_delivery_sections(), _build_section(), *_gate_sections()]
    used = {clause for _, lines in sections for _, _, clause in lines}
    if used != clauses.keys():
        raise UnknownClauseError(f"without a check or a clause: {sorted(used ^ clauses.keys())}")
    lines = [
        "<!-- Generated from the checks and expectations/clauses.csv by `make docs`. -->",
        "# Data quality",
        "",
        "Every check of the pipeline beside the published clause that it implements. Kahn 2016 is the harmonized",
        "terminology of data quality (eGEMs 4(1):1244): conformance, completeness, plausibility. What each outcome",
        "means for a release: [the release gate](docs/rules/data-quality.md#release-gate).",
        "",
        "## Clauses",
        "",
        "| clause | kind | requirement | published in |",
        "|---|---|---|---|",
        *(
            f"| `{row['clause']}` | {row['category']} | {row['requirement']} | {row['publication']} |"
            for row in clauses.values()
        ),
        "",
    ]
    for title, checks in sections:
        lines.extend([f"## {title}", "", "| check | meaning | clause |", "|---|---|---|"])
        lines.extend(
            f"| {name} | {cell(meaning)} | `{clause}` |" for name, meaning, clause in checks
        )
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


Checks = list[tuple[str, str, str]]


def _delivery_sections() -> Iterable[tuple[str, Checks]]:
    rows = _rows("delivery_checks.csv")
    reasons = {"file": FILE_REASONS, "row": ROW_REASONS}
    for stage, title in _STAGES.items():
        own = {row["code"]: row for row in rows if row["stage"] == stage}
        meanings = {code: reason.meaning for code, reason in reasons.get(stage, {}).items()}
        meanings |= {code: row["meaning"] for code, row in own.items() if row["meaning"]}
        if own.keys() != meanings.keys():
            raise UnknownClauseError(f"{stage}: {sorted(own.keys() ^ meanings.keys())}")
        yield title, [(f"`{code}`", meanings[code], row["clause"]) for code, row in own.items()]


def _build_section() -> tuple[str, Checks]:
    """Tests of the dbt project that run in every build, by kind."""
    counts: Counter[str] = Counter()
    for node in dbt_project.manifest()["nodes"].values():
        if node["resource_type"] == "test":
            counts[(node.get("test_metadata") or node)["name"]] += 1
    if unknown := counts.keys() - _BUILD_TESTS.keys():
        raise UnknownClauseError(f"dbt tests: {sorted(unknown)}")
    checks = [
        (f"`{name}`", f"{count} {'test' if count == 1 else 'tests'}", _BUILD_TESTS[name])
        for name, count in sorted(counts.items())
    ]
    return "Tests of each build: a failure stops the build", checks


def _gate_sections() -> Iterable[tuple[str, Checks]]:
    for suite in read_suites(SUITES):
        checks = []
        for expectation in suite.expectations:
            column = expectation["kwargs"].get("column")
            typed = expectation["type"].removeprefix("expect_").replace("_", " ")
            name = expectation.get("description") or (f"{column}: {typed}" if column else typed)
            meta = expectation["meta"]
            checks.append((name, meta["why"], meta.get("clause", f"{suite.relation}: {name}")))
        yield f"Release gate: {suite.relation}", checks


def _rows(name: str) -> list[Row]:
    with (Path(SUITES).parent / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
