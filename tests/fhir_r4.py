"""Checks a resource against FHIR R4: fhir.resources has the elements and types, this module the codes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from fhir.resources.R4B.measurereport import MeasureReport
from fhir.resources.R4B.task import Task

# Required value sets of Task in FHIR 4.0.1, which the models of fhir.resources do not check.
VALUE_SETS = {
    "status": {
        "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled",
        "in-progress", "on-hold", "failed", "completed", "entered-in-error",
    },
    "intent": {
        "unknown", "proposal", "plan", "order", "original-order", "reflex-order", "filler-order",
        "instance-order", "option",
    },
    "priority": {"routine", "urgent", "asap", "stat"},
}  # fmt: skip


# Value sets of MeasureReport: required ones, and our codes of the extensible ones.
_REPORT_CODES = {
    "status": {"complete", "pending", "error"},
    "type": {"individual", "subject-list", "summary", "data-collection"},
}
_POPULATIONS = {
    "initial-population",
    "numerator",
    "numerator-exclusion",
    "denominator",
    "denominator-exclusion",
    "denominator-exception",
    "measure-population",
    "measure-population-exclusion",
    "measure-observation",
}
_DATA_ABSENT_REASON = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
# The npm package `fhir`, as .ci/run installs it.
NPM_FOLDER = Path(__file__).resolve().parents[1] / ".venv" / "npm"
_VALIDATE = """
const { Fhir } = require('fhir');
const validator = new Fhir();
const lines = require('fs').readFileSync(0, 'utf8').trim().split('\\n');
const results = lines.map(line => validator.validate(JSON.parse(line), { errorOnUnexpected: true }));
console.log(JSON.stringify(results.map(result =>
  result.messages.filter(m => m.severity === 'error' || m.severity === 'fatal')
    .map(m => m.location + ': ' + m.message))));
"""


class InvalidTaskError(Exception):
    """A resource is no Task of FHIR R4."""


def validated_task(resource: dict[str, Any]) -> Task:
    """Parse a Task.

    Raises:
        InvalidTaskError: an element is unknown, missing or of another type, a code is not in its value
            set, or lastModified is before authoredOn (invariant inv-1).
    """
    try:
        task = Task.model_validate(resource)
    except ValueError as error:
        raise InvalidTaskError(str(error)) from error
    for element, codes in VALUE_SETS.items():
        if getattr(task, element) not in codes:
            raise InvalidTaskError(f"{element} is not in its value set")
    if task.lastModified < task.authoredOn:
        raise InvalidTaskError("inv-1: lastModified is before authoredOn")
    return task


class InvalidMeasureReportError(Exception):
    """A resource is no MeasureReport of FHIR R4."""


def validated_measure_report(resource: dict[str, Any]) -> MeasureReport:
    """Parse a MeasureReport.

    Raises:
        InvalidMeasureReportError: an element is unknown, missing or of another type, a code is not in
            its value set, or a population has neither a count nor the reason why it is absent.
    """
    try:
        report = MeasureReport.model_validate(resource)
    except ValueError as error:
        raise InvalidMeasureReportError(str(error)) from error
    for element, codes in _REPORT_CODES.items():
        if getattr(report, element) not in codes:
            raise InvalidMeasureReportError(f"{element} is not in its value set")
    for group in resource.get("group", []):
        strata = [s for one in group.get("stratifier", []) for s in one["stratum"]]
        for place in (group, *strata):
            for population in place["population"]:
                if population["code"]["coding"][0]["code"] not in _POPULATIONS:
                    raise InvalidMeasureReportError("population code is not in its value set")
                _check_count(population)
    return report


def _check_count(population: dict[str, Any]) -> None:
    reasons = [
        extension["valueCode"]
        for extension in population.get("_count", {}).get("extension", [])
        if extension["url"] == _DATA_ABSENT_REASON
    ]
    if ("count" in population) == (reasons == ["masked"]):
        raise InvalidMeasureReportError("a population has a count, or a reason why it is absent")


def npm_validator_is_installed() -> bool:
    """True if node and the npm package `fhir` are there."""
    return shutil.which("node") is not None and (NPM_FOLDER / "node_modules" / "fhir").is_dir()


def npm_errors(resources: list[dict[str, Any]]) -> list[list[str]]:
    """Return the errors that the npm package `fhir` (R4) finds in each resource."""
    found = subprocess.run(
        ["node", "-e", _VALIDATE],
        input="\n".join(json.dumps(resource) for resource in resources),
        cwd=NPM_FOLDER,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(found.stdout)
