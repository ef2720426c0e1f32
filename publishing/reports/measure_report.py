"""Writes FHIR R4 MeasureReports of type summary, one per measure, basis and published period.

Elements and codes: docs/reference/release.md#measure-reports. A hidden count has the
data-absent-reason extension and no number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from figures.released import YEAR, Count, Definition, Figures, RateRow

FOLDER = "measure_reports"
MEASURE, ORGANIZATION = "urn:caseload:measure", "urn:caseload:organization"
STRATIFIER = "urn:caseload:stratifier"
_POPULATION = "http://terminology.hl7.org/CodeSystem/measure-population"
_IMPROVEMENT = "http://terminology.hl7.org/CodeSystem/measure-improvement-notation"
_ABSENT = {
    "extension": [
        {
            "url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
            "valueCode": "masked",
        }
    ]
}


def write(figures: Figures, organization_id: str, folder: Path) -> dict[str, None]:
    """Write the reports into `measure_reports/`.

    Args:
        figures: the released aggregates.
        organization_id: the agency, which is the reporter.
        folder: where to write; must exist.

    Returns:
        The files, relative to the folder; a resource has no number of rows.
    """
    (folder / FOLDER).mkdir(mode=0o700, exist_ok=True)
    written: dict[str, None] = {}
    for row in figures.rates:
        if not row.is_total or not (row.denominator.is_shown or row.numerator.is_shown):
            continue
        groups = (
            [r for r in figures.year_rows(row.measure_id, row.basis, row.measurement_year) if not r.is_total]
            if row.period_type == YEAR
            else []
        )  # fmt: skip
        name = f"{row.measure_id}_{row.basis}_{row.period_start}_{row.period_end}.json"
        text = json.dumps(
            resource(figures, row, groups, organization_id), indent=1, ensure_ascii=False
        )
        (folder / FOLDER / name).write_text(text + "\n", encoding="utf-8")
        written[f"{FOLDER}/{name}"] = None
    return written


def resource(
    figures: Figures, total: RateRow, groups: Sequence[RateRow], organization_id: str
) -> dict[str, Any]:
    """Return the MeasureReport of a period.

    Args:
        figures: the released aggregates, for definition and version.
        total: the agency total.
        groups: the groups of the same period; empty for periods shorter than a year.
        organization_id: the reporter.
    """
    definition = figures.definitions[total.measure_id]
    version = figures.version_of(total.measure_id, total.measurement_year)
    suffix = f"|{version}" if version else ""
    name = total.measure_id.replace("_", "-")
    group: dict[str, Any] = {
        "code": _concept(MEASURE, total.measure_id, definition.title),
        "population": _populations(total),
        "measureScore": _score(total),
    }
    if groups:
        group["stratifier"] = _stratifiers(groups)
    return {
        "resourceType": "MeasureReport",
        "id": f"{name}-{total.basis}-{total.period_start:%Y%m%d}-{total.period_end:%Y%m%d}",
        "status": "complete",
        "type": "summary",
        "measure": f"{MEASURE}:{total.measure_id}{suffix}",
        "date": figures.as_of.isoformat(),
        "reporter": {
            "type": "Organization",
            "identifier": {"system": ORGANIZATION, "value": organization_id},
        },
        "period": {
            "start": total.period_start.isoformat(),
            "end": total.period_end.isoformat(),
        },
        "improvementNotation": improvement_notation(definition),
        "group": [group],
    }


def improvement_notation(definition: Definition) -> dict[str, Any]:
    """Return the direction of a measure as a CodeableConcept."""
    code = "increase" if definition.higher_is_better else "decrease"
    return {"coding": [{"system": _IMPROVEMENT, "code": code}]}


def population(code: str, count: Count) -> dict[str, Any]:
    """Return a population of a group or stratum."""
    counted = {"_count": _ABSENT} if count.value is None else {"count": count.value}
    return {"code": {"coding": [{"system": _POPULATION, "code": code}]}, **counted}


def _populations(row: RateRow) -> list[dict[str, Any]]:
    return [population("denominator", row.denominator), population("numerator", row.numerator)]


def _score(row: RateRow) -> dict[str, Any]:
    """The rate, 0 to 1; data absent also where there is no event."""
    if not row.has_rate:
        return _ABSENT
    numerator, denominator = row.counts
    return {"value": round(numerator / denominator, 6)}


def _concept(system: str, code: str, text: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], "text": text}


def _stratifiers(groups: Sequence[RateRow]) -> list[dict[str, Any]]:
    by_name: dict[str, list[RateRow]] = {}
    for row in groups:
        by_name.setdefault(row.stratum_name, []).append(row)
    return [
        {
            "code": [_concept(STRATIFIER, name, name.replace("_", " "))],
            "stratum": [
                {
                    "value": {"text": row.stratum_value},
                    "population": _populations(row),
                    "measureScore": _score(row),
                }
                for row in rows
            ],
        }
        for name, rows in sorted(by_name.items())
    ]
