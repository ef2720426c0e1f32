"""FHIR to marts: a real bulk export, read in place from ../shared, and all forms of screenings."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from run_results import released_bytes

from tests import forked
from tests.conftest import REAL
from tests.linkage.matching import build_matches

EXPORT = REAL / "fhir-bulk-10" / "landing"
LOINC = "http://loinc.org"
_FORMS_AS_OF = dt.datetime.fromisoformat("2026-06-01T23:59:59-04:00")
_TABLES = ("Patient", "Encounter", "Condition", "Procedure", "MedicationRequest", "Location")


def _all(data: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not EXPORT.is_dir():
        pytest.skip("../shared/real is missing: third-party data are read from there")
    data = tmp_path_factory.mktemp("fhir") / "data"
    forked.run(EXPORT, data, "2023-03-23")
    return data


@pytest.fixture(scope="module")
def delivered() -> list[dict[str, Any]]:
    lines = [
        line for path in sorted(EXPORT.rglob("*.ndjson")) for line in path.open(encoding="utf-8")
    ]
    return [json.loads(line) for line in lines if line.strip()]


@pytest.mark.long
def test_every_resource_is_loaded_or_rejected(
    export: Path, delivered: list[dict[str, Any]]
) -> None:
    counted = {
        row[0]: row[1:]
        for row in _all(
            export,
            "select table_name, rows_in, rows_loaded, rows_rejected, rows_current"
            " from quality.fct_reconciliation where source = 'ehr_fhir'",
        )
    }
    types = Counter(str(resource.get("resourceType")) for resource in delivered)
    for table in _TABLES:
        assert counted[table] == (types[table], types[table], 0, types[table]), table
    others = sum(types.values()) - sum(types[table] for table in _TABLES)
    logged = types["None"]
    assert counted["resource"] == (others, others - logged, logged, others - logged)
    reasons = "select reason_code, count(*) from quality.fct_reject group by reason_code"
    assert _all(export, reasons) == [("no_resource_type", logged)]


@pytest.mark.long
def test_patients_are_clients_with_their_fhir_id(
    export: Path, delivered: list[dict[str, Any]]
) -> None:
    born = {r["id"]: r["birthDate"] for r in delivered if r.get("resourceType") == "Patient"}
    found = _all(export, "select client_id, cast(birth_date as varchar) from marts.dim_client")
    assert dict(found) == born
    died = sum("deceasedDateTime" in r for r in delivered if r.get("resourceType") == "Patient")
    assert _all(export, "select count(*) from marts.dim_client where is_deceased") == [(died,)]


@pytest.mark.long
def test_encounters_become_visits_stays_and_emergency_visits(
    export: Path, delivered: list[dict[str, Any]]
) -> None:
    classes = Counter(r["class"]["code"] for r in delivered if r.get("resourceType") == "Encounter")
    query = (
        "select event_kind, count(*) from intermediate.input_ehr_fhir__encounter"
        " group by event_kind"
    )
    kinds = dict(_all(export, query))
    assert kinds["stay"] == classes["IMP"]
    assert kinds["emergency"] == classes["EMER"]
    assert kinds["visit"] == sum(classes.values()) - classes["IMP"] - classes["EMER"]
    assert _all(export, "select count(*) from marts.fct_visit") == [(kinds["visit"],)]
    assert 0 < _all(export, "select count(*) from marts.fct_stay")[0][0] <= classes["IMP"]
    assert _all(export, "select count(*) from marts.fct_diagnosis where client_key is null") == [
        (0,)
    ]


@pytest.mark.long
def test_export_is_released(export: Path) -> None:
    assert (export / "published" / "current" / "manifest.json").is_file()
    assert released_bytes(export)


def _observation(name: str, patient: str, code: str, **more: object) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": code}]},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": "2026-05-20T10:00:00-04:00",
        **more,
    }


def _response(
    name: str, patient: str, answers: dict[str, dict[str, Any]], **more: object
) -> dict[str, Any]:
    items = [{"linkId": link, "answer": [answer]} for link, answer in answers.items()]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": name,
        "status": "completed",
        "subject": {"reference": f"Patient/{patient}"},
        "authored": "2026-05-20T10:00:00-04:00",
        "item": items,
        **more,
    }


_PHQ9 = (
    "44250-9",
    "44255-8",
    "44259-0",
    "44254-1",
    "44251-7",
    "44258-2",
    "44252-5",
    "44253-3",
    "44260-8",
)
_MORE = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}


def _coded(code: str) -> dict[str, Any]:
    return {"valueCoding": {"system": LOINC, "code": code}}


def _forms() -> tuple[list[dict[str, Any]], dict[str, tuple[Any, ...]]]:
    """Build one patient per form of a screening.

    Returns:
        The resources, and by patient the expected score_status, total, item 9, contradiction,
        level.
    """
    twos = {f"/44249-1/{code}": _coded("LA6570-1") for code in _PHQ9}
    seven = {code: {"valueInteger": 1} for code in _PHQ9[:7]}
    total = "44261-6"
    panel = [
        _observation(f"panel-{n}", "panel", code, valueInteger=1) for n, code in enumerate(_PHQ9)
    ]
    forms: dict[str, tuple[list[dict[str, Any]], tuple[Any, ...]]] = {
        "integer": ([_observation("integer", "integer", total, valueInteger=14)], ("valid", 14, None, False, None)),
        "decimal": ([_observation("decimal", "decimal", total, valueDecimal=14.0)], ("valid", 14, None, False, None)),
        "quantity": ([_observation("quantity", "quantity", total, valueQuantity={"value": 14.0, "unit": "{score}"})],
                     ("valid", 14, None, False, None)),
        "text": ([_observation("text", "text", total, valueString="14")], ("valid", 14, None, False, None)),
        "prose": ([_observation("prose", "prose", total, valueString="fourteen")], None),
        "asked": ([_response("asked", "asked", {total: {"valueInteger": 14}})], ("valid", 14, None, False, None)),
        "items": ([_response("items", "items", twos)], ("valid", 18, 2, False, None)),
        "panel": ([_observation("panel", "panel", "44249-1", hasMember=[{"reference": f"Observation/{o['id']}"} for o in panel]),
                   *panel], ("valid", 9, 1, False, None)),
        "both": ([_response("both", "both", twos),
                  _observation("both-total", "both", total, valueInteger=18,
                               derivedFrom=[{"reference": "QuestionnaireResponse/both"}])], ("valid", 18, 2, False, None)),
        "torn": ([_response("torn", "torn", twos),
                  _observation("torn-total", "torn", total, valueInteger=3,
                               derivedFrom=[{"reference": "QuestionnaireResponse/torn"}])], ("valid", 18, 2, True, None)),
        "high": ([_observation("high", "high", total, valueInteger=300)], ("invalid", None, None, True, None)),
        "seven": ([_response("seven", "seven", seven)], ("prorated", None, None, False, None)),
        "unfinished": ([_response("unfinished", "unfinished", twos, status="in-progress")],
                       ("not_scored", None, 2, False, None)),
        "wrong": ([_response("wrong", "wrong", twos, status="entered-in-error")], None),
        "risk": ([_response("risk", "risk", {"93246-7": _coded("LA33-6"), "93249-1": {"valueBoolean": True}})],
                 ("valid", None, None, False, "high")),
    }  # fmt: skip
    patients = [
        {
            "resourceType": "Patient",
            "id": name,
            "birthDate": "1990-01-01",
            "name": [{"family": "F", "given": [name]}],
        }
        for name in forms
    ]
    resources = [resource for found, _ in forms.values() for resource in found]
    expected = {name: values for name, (_, values) in forms.items() if values is not None}
    return patients + resources, expected


_CARE: list[dict[str, Any]] = [
    {"resourceType": "Patient", "id": "care", "birthDate": "1990-01-01", "name": [{"family": "F", "given": ["care"]}]},
    {"resourceType": "Appointment", "id": "missed", "status": "noshow", "start": "2026-05-29T09:00:00-04:00",
     "serviceType": [{"coding": [{"code": "therapy"}]}], "participant": [{"actor": {"reference": "Patient/care"}}]},
    {"resourceType": "ServiceRequest", "id": "stalled", "status": "active", "intent": "order", "priority": "urgent",
     "category": [{"coding": [{"code": "food-insecurity"}]}], "subject": {"reference": "Patient/care"},
     "authoredOn": "2026-04-01T09:00:00-04:00"},
    {"resourceType": "Encounter", "id": "stay", "status": "finished", "class": {"code": "IMP"},
     "subject": {"reference": "Patient/care"}, "reasonCode": [{"coding": [{"code": "F32.9"}]}],
     "period": {"start": "2026-05-25T09:00:00-04:00", "end": "2026-05-31T15:00:00-04:00"},
     "hospitalization": {"dischargeDisposition": {"coding": [{"code": "home"}]}}},
]  # fmt: skip


def _versions() -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, tuple[Any, ...]]]:
    """Build two versions of some screenings; the one with the latest lastUpdated counts.

    Returns:
        Resources of the first day, resources of the second day, expected values by patient.
    """
    threes = {code: {"valueInteger": 3} for code in _PHQ9}
    zeros = {code: {"valueInteger": 0} for code in _PHQ9}
    two = {code: {"valueInteger": 1} for code in _PHQ9[:2]}
    newer, older = {"lastUpdated": "2026-05-29T10:00:00Z"}, {"lastUpdated": "2026-05-28T10:00:00Z"}
    names = ("kept", "fewer", "withdrawn")
    patients = [
        {"resourceType": "Patient", "id": name, "birthDate": "1990-01-01"} for name in names
    ]
    before = [
        *patients,
        _response("kept", "kept", threes, meta=newer),
        _response("fewer", "fewer", threes, meta=older),
        _observation("withdrawn", "withdrawn", "44261-6", valueInteger=20, meta=newer),
    ]
    after = [
        _response("kept", "kept", zeros, meta=older),
        _response("fewer", "fewer", two, meta=newer),
    ]
    expected = {
        "kept": ("valid", 27, 3, False, None),
        "fewer": ("invalid", None, None, False, None),
    }
    return before, after, expected


def test_screenings_in_all_forms_and_care_events_reach_the_marts(tmp_path: Path) -> None:
    resources, expected = _forms()
    before, after, latest = _versions()
    resources += [*_CARE, *after]
    expected |= latest
    earlier = tmp_path / "landing" / "ehr_fhir" / "2026-05-31" / "all.ndjson"
    earlier.parent.mkdir(parents=True)
    earlier.write_text("".join(json.dumps(resource) + "\n" for resource in before))
    folder = tmp_path / "landing" / "ehr_fhir" / "2026-06-01"
    folder.mkdir(parents=True)
    gone = {"request": {"method": "DELETE", "url": "Observation/withdrawn"}}
    deleted = {"resourceType": "Bundle", "type": "transaction", "entry": [gone]}
    (folder / "deleted.ndjson").write_text(json.dumps(deleted) + "\n")
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": r} for r in resources],
    }
    (folder / "export.json").write_text(json.dumps(bundle, indent=1))
    data = tmp_path / "data"
    build_matches(tmp_path / "landing", data, _FORMS_AS_OF, ["+fct_screening", "+fct_task"])
    rows = _all(
        data,
        "select client.client_id, score_status, cast(total_score as integer), item_9, is_contradicted, level"
        " from marts.fct_screening as screening join marts.dim_client as client using (client_key)",
    )
    assert len(rows) == len(expected)
    assert {row[0]: tuple(row[1:]) for row in rows} == expected
    safety = _all(
        data,
        "select client.client_id from marts.fct_task as task join marts.dim_client as client using (client_key)"
        " where lane = 0 group by client.client_id",
    )
    care = "select distinct lane from marts.fct_task where client_key ="
    care += " (select client_key from marts.dim_client where client_id = 'care') order by lane"
    assert [row[0] for row in _all(data, care)] == [1, 3, 4]
    at_risk = {
        name for name, values in expected.items() if (values[2] or 0) >= 1 or values[4] == "high"
    }
    # Without a review, these safety tasks have expired after twelve days, but they were opened.
    assert {row[0] for row in safety} == at_risk
