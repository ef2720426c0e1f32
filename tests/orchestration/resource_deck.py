"""A small Bundle of synthetic patients for the measures from FHIR resources, and value sets as CSV.

Every value set has one code of its own, so that a patient says in words which clause it meets. A patient's expected
results are written beside it: measure id to status, with counts for measures of visits.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SYSTEM = "urn:caseload:test-code"
SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
_SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds"

Json = dict[str, Any]


def titles() -> dict[str, str]:
    """Title to OID of every published value set."""
    with (_SEEDS / "value_set" / "value_set.csv").open(newline="") as file:
        return {row["title"]: row["oid"] for row in csv.DictReader(file)}


def write_value_sets(path: Path, without: tuple[str, ...] = ()) -> None:
    """Write a CSV with one code per value set, named by OID, canonical URL or title in turn."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["value_set", "code_system", "code"])
        for number, (title, oid) in enumerate(sorted(titles().items())):
            if title not in without:
                url = f"http://cts.nlm.nih.gov/fhir/ValueSet/{oid}"
                writer.writerow([(oid, url, title)[number % 3], SYSTEM, oid])


def concept(title_or_code: str, system: str = SYSTEM) -> Json:
    """A CodeableConcept with the code of a value set, or with a single code."""
    code = titles()[title_or_code] if system == SYSTEM else title_or_code
    return {"coding": [{"system": "urn:other", "code": "x"}, {"system": system, "code": code}]}


def _period(when: str | tuple[str | None, str | None] | None) -> Json:
    start, end = when if isinstance(when, tuple) else (when, when)
    return {name: value for name, value in (("start", start), ("end", end)) if value}


def _when(name: str, when: str | tuple[str | None, str | None] | None) -> Json:
    if when is None:
        return {}
    return (
        {f"{name}Period": _period(when)} if isinstance(when, tuple) else {f"{name}DateTime": when}
    )


@dataclass
class Patient:
    """One patient of the deck, with its resources and expected results."""

    name: str
    born: str
    expected: dict[str, str]
    resources: list[Json] = field(default_factory=list)

    def add(self, kind: str, **content: Any) -> Patient:
        """Add a resource; its id is `<patient>-<number>` unless given."""
        number = len(self.resources) + 1
        subject = "for" if kind == "Task" else "patient" if kind == "Claim" else "subject"
        reference = {subject: {"reference": f"Patient/{self.name}"}}
        base = {"resourceType": kind, "id": f"{self.name}-{number}", **reference}
        self.resources.append(base | {k: v for k, v in content.items() if v is not None})
        return self

    def visit(self, title: str, when: Any, status: str = "finished", **more: Any) -> Patient:
        """Add an encounter."""
        return self.add(
            "Encounter", status=status, type=[concept(title)], period=_period(when), **more
        )

    def screening(
        self, code: str, when: Any, value: Any, status: str = "final", **more: Any
    ) -> Patient:
        """Add an observation by LOINC code; a text value is a SNOMED CT code."""
        coded = {"valueCodeableConcept": concept(value, SNOMED)} if isinstance(value, str) else {}
        number = {"valueInteger": value} if isinstance(value, int) else {}
        content = {"status": status, "code": concept(code, LOINC)}
        return self.add(
            "Observation", **content, **_when("effective", when), **coded, **number, **more
        )

    def assessment(
        self, when: Any, score: int | None, status: str = "final", **more: Any
    ) -> Patient:
        """Add a PHQ-9."""
        value = {} if score is None else {"valueInteger": score}
        content = {"status": status, "code": concept("PHQ 9 and PHQ 9M Tools")}
        return self.add("Observation", **content, **_when("effective", when), **value, **more)

    def condition(
        self, title: str, onset: Any, status: str | None = "active", verified: str | None = "confirmed",
        abated: str | None = None, **more: Any,
    ) -> Patient:  # fmt: skip
        """Add a condition."""
        content: Json = {
            "code": concept(title),
            **_when("onset", onset),
            **_when("abatement", abated),
        }
        if status:
            content["clinicalStatus"] = {"coding": [{"system": CLINICAL, "code": status}]}
        if verified:
            content["verificationStatus"] = {"coding": [{"system": VERIFIED, "code": verified}]}
        return self.add("Condition", **content, **more)

    def service(
        self, title: str, when: Any, status: str = "completed", system: str = SYSTEM, **more: Any
    ) -> Patient:
        """Add a procedure."""
        return self.add(
            "Procedure",
            status=status,
            code=concept(title, system),
            **_when("performed", when),
            **more,
        )

    def request(
        self, title: str, authored: str, status: str = "active", intent: str = "order", **more: Any
    ) -> Patient:
        """Add a service request."""
        content = {
            "status": status,
            "intent": intent,
            "code": concept(title),
            "authoredOn": authored,
        }
        return self.add("ServiceRequest", **content, **more)

    def order(
        self, title: str, authored: str | None, days: float | None = None, status: str = "active",
        system: str = SYSTEM, intent: str = "order", **more: Any,
    ) -> Patient:  # fmt: skip
        """Add a medication order with a supply in days."""
        supply = {"expectedSupplyDuration": {"value": days, "unit": "days", "code": "d"}}
        content = {"status": status, "intent": intent, "authoredOn": authored}
        drug = {"medicationCodeableConcept": concept(title, system)}
        request = None if days is None else supply
        return self.add("MedicationRequest", **content, **drug, dispenseRequest=request, **more)

    def dispense(
        self, title: str, handed_over: str, days: float, status: str = "completed", **more: Any
    ) -> Patient:
        """Add a dispense."""
        content = {
            "status": status,
            "whenHandedOver": handed_over,
            "daysSupply": {"value": days, "code": "d"},
        }
        return self.add(
            "MedicationDispense", **content, medicationCodeableConcept=concept(title), **more
        )

    def last(self) -> str:
        """Id of the resource added last."""
        return str(self.resources[-1]["id"])


def write_bundle(path: Path, patients: list[Patient], shared: Sequence[Json] = ()) -> None:
    """Write one Bundle of all patients and their resources."""
    resources = [
        {"resourceType": "Patient", "id": each.name, "birthDate": each.born,
         "name": [{"family": f"Deck{number:03d}", "given": [each.name]}], "gender": "unknown"}
        for number, each in enumerate(patients)
    ]  # fmt: skip
    resources += [resource for each in patients for resource in each.resources]
    entries = [{"resource": resource} for resource in [*resources, *shared]]
    path.write_text(
        json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}, indent=1)
    )
