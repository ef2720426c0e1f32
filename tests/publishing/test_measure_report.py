"""MeasureReports: elements, hidden counts, and two validators of FHIR R4."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_metrics import FEWER, WITHHELD, definition, figures, rate

from publishing.reports import measure_report
from tests.fhir_r4 import (
    InvalidMeasureReportError,
    npm_errors,
    npm_validator_is_installed,
    validated_measure_report,
)

RATES = [
    rate("fuh_7", 32, 106, basis="reporting"),
    rate("fuh_7", 12, 40, basis="reporting", breakdown="sex", group="F"),
    rate("fuh_7", FEWER, 66, basis="reporting", breakdown="sex", group="M"),
    rate("fuh_7", 20, 40, basis="operational", year=2026, month=4, last_month=5),
    rate("fuh_7", WITHHELD, 30, basis="operational", year=2026, month=3),
    rate("fuh_7", WITHHELD, WITHHELD, basis="operational", year=2026, month=2),
    rate("no_show_rate", 0, 0),
]
DEFINITIONS = [
    definition("fuh_7"),
    definition("no_show_rate", direction="lower_is_better"),
]


@pytest.fixture
def reports(tmp_path: Path) -> dict[str, dict[str, Any]]:
    read = figures(tmp_path / "m", RATES, definitions=DEFINITIONS)
    names = measure_report.write(read, "agency", tmp_path)
    return {name: json.loads((tmp_path / name).read_text()) for name in names}


def test_each_measure_and_period_with_a_shown_count_has_a_report(
    reports: dict[str, dict[str, Any]],
) -> None:
    assert list(reports) == [
        "measure_reports/fuh_7_operational_2026-03-01_2026-03-31.json",
        "measure_reports/fuh_7_operational_2026-04-01_2026-05-31.json",
        "measure_reports/fuh_7_reporting_2025-01-01_2025-12-31.json",
        "measure_reports/no_show_rate_operational_2025-01-01_2025-12-31.json",
    ]
    assert len({report["id"] for report in reports.values()}) == 4


def test_a_yearly_report_has_populations_score_and_stratifiers(
    reports: dict[str, dict[str, Any]],
) -> None:
    report = reports["measure_reports/fuh_7_reporting_2025-01-01_2025-12-31.json"]
    (group,) = report["group"]
    assert _counts(group) == {"denominator": 106, "numerator": 32}
    assert group["measureScore"] == {"value": round(32 / 106, 6)}
    (stratifier,) = group["stratifier"]
    female, male = stratifier["stratum"]
    assert (female["value"]["text"], _counts(female)) == ("F", {"denominator": 40, "numerator": 12})
    assert (male["value"]["text"], _counts(male)) == ("M", {"denominator": 66, "numerator": None})
    assert female["measureScore"] == {"value": 0.3}
    assert "value" not in male["measureScore"]
    assert report["measure"] == "urn:caseload:measure:fuh_7|MY2025"
    assert report["period"] == {"start": "2025-01-01", "end": "2025-12-31"}
    assert report["reporter"]["identifier"]["value"] == "agency"
    assert report["date"] == "2026-07-01T06:00:00-04:00"
    assert report["improvementNotation"]["coding"][0]["code"] == "increase"


def test_a_rate_that_should_fall_says_so(reports: dict[str, dict[str, Any]]) -> None:
    report = reports["measure_reports/no_show_rate_operational_2025-01-01_2025-12-31.json"]
    assert report["improvementNotation"]["coding"][0]["code"] == "decrease"
    (group,) = report["group"]
    assert _counts(group) == {"denominator": 0, "numerator": 0}
    assert "value" not in group["measureScore"]


def _counts(place: dict[str, Any]) -> dict[str, int | None]:
    return {p["code"]["coding"][0]["code"]: p.get("count") for p in place["population"]}


def test_fhir_resources_accepts_every_report(reports: dict[str, dict[str, Any]]) -> None:
    for report in reports.values():
        validated_measure_report(report)


def _without(name: str) -> Callable[[dict[str, Any]], object]:
    return lambda report: report.pop(name)


def _with(name: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda report: report.update({name: value})


def _absent_without_reason(report: dict[str, Any]) -> None:
    report["group"][0]["population"][0].pop("count")


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "no status": _without("status"),
    "no period": _without("period"),
    "no measure": _without("measure"),
    "unknown status": _with("status", "final"),
    "unknown type": _with("type", "total"),
    "unknown element": _with("score", 1),
}


@pytest.mark.parametrize("change", [*WRONG, "no reason"])
def test_fhir_resources_finds_a_wrong_report(
    reports: dict[str, dict[str, Any]], change: str
) -> None:
    report = copy.deepcopy(next(reversed(list(reports.values()))))
    WRONG.get(change, _absent_without_reason)(report)
    with pytest.raises(InvalidMeasureReportError):
        validated_measure_report(report)


needs_npm = pytest.mark.skipif(
    not npm_validator_is_installed(),
    reason="npm package fhir is not installed: npm install --prefix .venv/npm fhir@4.12.0",
)


@needs_npm
def test_the_npm_validator_accepts_every_report(reports: dict[str, dict[str, Any]]) -> None:
    assert npm_errors(list(reports.values())) == [[] for _ in reports]


@needs_npm
@pytest.mark.parametrize("change", WRONG)
def test_the_npm_validator_finds_a_wrong_report(
    reports: dict[str, dict[str, Any]], change: str
) -> None:
    report = copy.deepcopy(next(iter(reports.values())))
    WRONG[change](report)
    (errors,) = npm_errors([report])
    assert errors
