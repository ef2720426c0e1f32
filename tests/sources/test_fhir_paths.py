"""The paths in FHIR contracts: what they select, and the errors of invalid ones."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from sources.contract import ContractError
from sources.formats.fhir import decode
from sources.formats.fhir_paths import Shape, value_paths

RESOURCE: dict[str, Any] = {
    "id": "x",
    "active": True,
    "weight": 70.25,
    "period": {"start": "2025-01-01"},
    "name": [
        {"use": "old", "given": ["A"]},
        {"use": "official", "family": "B", "given": ["C", "D"]},
    ],
    "identifier": [
        {"system": "http://a.b/c.d", "value": "1", "type": {"coding": [{"code": "MR"}]}},
        {"system": "urn:oid:1.2", "value": "2"},
    ],
    "text": "14",
    "prose": "about 14 of them",
    "contained": [{"resourceType": "Medication", "id": "m", "code": "z"}],
}


def _value(path: str, resource: dict[str, Any] | None = None) -> str | None:
    shape = Shape()
    found = value_paths(path, "here")
    for value_path in found:
        shape.add(value_path.steps, "here")
    decoded, problems = decode(pl.Series([json.dumps(resource or RESOURCE)]), shape, {})
    assert problems == {}
    return decoded.select(pl.coalesce([value_path.value(None) for value_path in found])).item()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("id", "x"),
        ("active", "true"),
        ("weight", "70.25"),
        ("period.start", "2025-01-01"),
        ("period.end", None),
        ("absent.start", None),
        ("name[0].given[0]", "A"),
        ("name[use=official].given[1]", "D"),
        ("name[use=official].given[2]", None),
        ("name[use=nickname].given[0]", None),
        ("name[use=nickname].given[0] | name[1].family", "B"),
        ("name[use!=old].family", "B"),
        ("name[use~ffic].family", "B"),
        ("identifier[system=http://a.b/c.d].value", "1"),
        ("identifier[type.coding[0].code=MR].value", "1"),
        ("identifier[type.coding[0].code!=MR].value", "2"),
        ("identifier[system~urn:][type.coding[0].code=MR].value", None),
        ("contained[resourceType=Medication].code", "z"),
        ("text.number()", "14"),
        ("prose.number()", None),
        ("weight.number()", "70.25"),
    ],
)
def test_path_selects_text(path: str, expected: str | None) -> None:
    assert _value(path) == expected


@pytest.mark.parametrize(
    ("reference", "local", "of_patient", "kind", "conditional"),
    [
        ("Patient/a-1", "a-1", "a-1", "Patient", None),
        ("Patient/a-1/_history/7", "a-1", "a-1", "Patient", None),
        ("https://h.org/fhir/Patient/a-1", "a-1", "a-1", "Patient", None),
        ("https://h.org/fhir/Patient/a-1/_history/2", "a-1", "a-1", "Patient", None),
        ("Group/a-1", "a-1", None, "Group", None),
        ("urn:uuid:0c-1", "0c-1", "0c-1", None, None),
        ("#a", None, None, None, None),
        ("Patient?identifier=http://x|y|1", None, None, "Patient", "y"),
        ("Patient?identifier=http://h.org/npi|999", None, None, "Patient", "999"),
        ("Patient?identifier=999", None, None, "Patient", "999"),
        ("nonsense", None, None, None, None),
    ],
)  # fmt: skip
def test_reference_functions(
    reference: str,
    local: str | None,
    of_patient: str | None,
    kind: str | None,
    conditional: str | None,
) -> None:
    resource = {"subject": {"reference": reference}}
    functions = {
        "local()": local,
        "local(Patient)": of_patient,
        "kind()": kind,
        "conditional()": conditional,
    }
    assert {f: _value(f"subject.reference.{f}", resource) for f in functions} == functions


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "expected a path"),
        ("a..b", "joined by dots"),
        ("a.", "expected a path"),
        ("name[].family", "one item of an array, not all"),
        ("name[use].family", "expected an index or element=value"),
        ("na-me", "joined by dots"),
        ("a.guess()", "joined by dots"),
    ],
)
def test_invalid_path_error_names_the_expectation(path: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        value_paths(path, "Patient.name")


def test_element_must_be_an_array_in_all_paths_or_in_none() -> None:
    shape = Shape()
    shape.add(value_paths("name[0].family", "here")[0].steps, "here")
    with pytest.raises(ContractError, match="an array in all paths or in none"):
        shape.add(value_paths("name.family", "here")[0].steps, "here")
