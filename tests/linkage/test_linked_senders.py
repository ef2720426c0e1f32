"""Probabilistic matching covers every sender with its own patient ids: X12, CCLF, FHIR, scheduling.

A small agency written by hand, each sender in its own format; the warehouse before and after a
decision against three matches.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from matching import build_matches, rows

from orchestration import dbt_project

CLIENTS = """client_id,first_name,last_name,name_suffix,birth_date,sex,address,zip_code,phone,status
C1,Ada,Crane,,1980-02-13,F,12 Oak St,12207,2025550101,active
C2,Ida,Crane,,1980-02-13,F,12 Oak St,12207,2025550101,active
C3,Uma,Poe,,1950-07-07,F,7 Elm St,12208,2025550102,active
C4,Kay,Moss,,1971-01-31,F,,,,active
C5,Leo,Finch,,1985-11-23,M,9 Ash St,12209,,active
C6,Ned,Marsh,Sr,1966-06-16,M,3 Fir St,12210,2025550103,active
C7,Zoe,Heath,,1991-09-09,F,,12211,2025550104,active
"""
HEAD = "decision_id,source,source_scope,source_client_id,client_id,decision,decided_by,decided_at\n"
DECISIONS = (
    HEAD
    + "d1,ehr_fhir,,f-ada,C1,different,cm-1,2026-06-01T10:00:00-04:00\n"
    + "d2,ehr_fhir,,f-kay,C4,different,cm-1,2026-06-01T10:00:00-04:00\n"
    + "d3,claims_x12,claims_x12,X1,C1,different,cm-1,2026-06-01T10:00:00-04:00\n"
)
BEFORE, AFTER = "2026-06-01", "2026-06-02"


def _x12(*subscribers: tuple[str, str, str, str, str, str]) -> str:
    """An 837P interchange with one commercial claim per subscriber.

    A subscriber is (member id, last name, first name, birth date, sex, street).
    """
    segments = [
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260501*1147*^*00501*000000001*0*P*:",
        "GS*HC*S*R*20260501*1147*1*X*005010",
    ]
    for number, (member, last, first, born, sex, street) in enumerate(subscribers, 1):
        claim = [
            f"ST*837*{number:04}*005010X222A1",
            "BHT*0019*00*1*20260501*1023*CH",
            "HL*1**20*1",
            "NM1*85*2*CLINIC*****XX*1234567893",
            "N3*1 MAIN ST",
            "N4*ALBANY*NY*12207",
            "REF*EI*111222333",
            "HL*2*1*22*0",
            "SBR*P*18*G1******CI",
            f"NM1*IL*1*{last}*{first}****MI*{member}",
            f"N3*{street}",
            "N4*ALBANY*NY*12207",
            f"DMG*D8*{born}*{sex}",
            "NM1*PR*2*HARBOR*****PI*HARBOR",
            f"CLM*CLM{number}*100***11:B:1*Y*A*Y*Y",
            "HI*ABK:F329",
            "LX*1",
            "SV1*HC:90837*100*UN*1***1",
            "DTP*472*D8*20260410",
        ]
        segments += [*claim, f"SE*{len(claim) + 1}*{number:04}"]
    return "~\n".join([*segments, f"GE*{len(subscribers)}*1", "IEA*1*000000001", ""])


def _beneficiary(mbi: str, born: str, sex: str, first: str, last: str, street: str) -> str:
    """A CCLF8 line with values at the contract's positions (1-based)."""
    line = [" "] * 545
    for start, text in (
        (1, mbi), (33, born), (43, sex), (82, first), (127, last), (189, street), (541, "12208"),
    ):  # fmt: skip
        line[start - 1 : start - 1 + len(text)] = text
    return "".join(line) + "\n"


def _patient(name: str, first: str, last: str, born: str, sex: str, **more: Any) -> str:
    return json.dumps(
        {
            "resourceType": "Patient", "id": name, "gender": sex, "birthDate": born,
            "name": [{"use": "official", "family": last, "given": [first], **more.pop("named", {})}],
            **more,
        }
    )  # fmt: skip


def _street(line: str, zip_code: str) -> list[dict[str, Any]]:
    return [{"line": [line], "postalCode": zip_code}]


PATIENTS = [
    _patient("f-ada", "Ada", "Crane", "1980-02-13", "female", address=_street("12 Oak St", "12207")),
    # another given name, everything else equal
    _patient("f-eda", "Eda", "Crane", "1980-02-13", "female", address=_street("12 Oak St", "12207")),
    _patient(
        "f-kay", "Kay", "Moss", "1971-01-31", "female",
        identifier=[{"type": {"coding": [{"code": "MR"}]}, "value": "C4"}],
    ),
    _patient(
        "f-old", "Leo", "Finch", "1985-11-23", "male",
        link=[{"other": {"reference": "Patient/f-leo"}, "type": "replaced-by"}],
    ),
    _patient("f-leo", "Leo", "Finch", "1985-11-23", "male", address=_street("9 Ash St", "12209")),
    _patient(
        "f-ned", "Ned", "Marsh", "1966-06-16", "male", address=_street("3 Fir St", "12210"),
        named={"suffix": ["Jr"]},
    ),
]  # fmt: skip
MEMBERS = _x12(
    ("X1", "CRANE", "ADA", "19800213", "F", "12 OAK ST"),
    ("X2", "CRANE", "IDA", "19800213", "F", "12 OAK ST"),
    # one member id, two birth dates
    ("X5", "FINCH", "LEO", "19851213", "M", "9 ASH ST"),
    ("X5", "FINCH", "LEO", "19851123", "M", "9 ASH ST"),
)
BENEFICIARIES = _beneficiary("1A", "1950-07-07", "2", "UMA", "POE", "7 ELM ST")
MESSAGES = "".join(
    f"MSH|^~\\&|SCHED|CLINIC|||20260520081{number}||SIU^S12|S{number}|P|2.5.1\r"
    f"SCH||A{number}^SCHED|||||||30|MIN|^^30^20260710090000^20260710093000\r"
    f"PID|1||{person}^^^CLINIC^MR||{name}||{born}|{sex}|||{place}||{phone}\r"
    "RGS|1\rAIS|1|A|THERAPY\r"
    for number, (person, name, born, sex, place, phone) in enumerate(
        [
            ("S7", "HEATH^ZOE", "19910909", "F", "^^^^12211", "(202)555-0104"),
            ("S8", "HEATH^BABY GIRL", "19910909", "F", "^^^^12211", "(202)555-0104"),
        ]
    )
)


def _write(landing: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = landing / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")


def _matches_as_of(landing: Path, data: Path, day: str) -> dict[str, dict[Any, Any]]:
    warehouse = build_matches(landing, data, dt.datetime.fromisoformat(f"{day}T07:00:00-04:00"))
    return {
        "matched": {
            person: found
            for person, *found in rows(
                warehouse,
                "select source_client_id, client_id, match_rule, client_key"
                " from intermediate.int_client__matched where source <> 'ehr'",
            )
        },
        "agency": dict(
            rows(
                warehouse,
                "select source_client_id, client_key from intermediate.int_client__matched"
                " where source = 'ehr'",
            )
        ),
        "review": {
            (person, client): reason
            for person, client, reason in rows(
                warehouse,
                "select source_client_id, candidate_client_id, reason_code"
                " from quality.fct_identity_review where source <> 'ehr'",
            )
        },
    }


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict]:
    folder = tmp_path_factory.mktemp("senders")
    _write(
        folder / "landing",
        {
            f"ehr/{BEFORE}/client.csv": CLIENTS,
            f"claims_x12/{BEFORE}/837.x12": MEMBERS,
            f"claims_cclf/{BEFORE}/P.A1234.ACO.ZC8Y26.D260501.T0101010": BENEFICIARIES,
            f"adt/{BEFORE}/scheduling.hl7": MESSAGES,
            f"ehr_fhir/{BEFORE}/Patient.ndjson": "\n".join(PATIENTS) + "\n",
            f"identity_decisions/{AFTER}/decision.csv": DECISIONS,
        },
    )
    return {
        day: _matches_as_of(folder / "landing", folder / "data", day) for day in (BEFORE, AFTER)
    }


@pytest.mark.parametrize(
    ("person", "client", "rule"),
    [
        ("X1", "C1", "scored"),
        ("X2", "C2", "scored"),
        ("1A", "C3", "scored"),
        ("f-ada", "C1", "scored"),
        ("f-kay", "C4", "agency_id"),
        ("f-leo", "C5", "scored"),
        ("f-old", "C5", "merged"),
        ("S7", "C7", "scored"),
    ],
)
def test_person_of_each_sender_is_matched(
    mornings: dict, person: str, client: str, rule: str
) -> None:
    assert mornings[BEFORE]["matched"][person][:2] == [client, rule]


@pytest.mark.parametrize(
    ("person", "client", "reason"),
    [
        ("X5", "C5", "birth_date_conflict"),
        ("f-eda", "C1", "first_name_conflict"),
        ("f-ned", "C6", "suffix_conflict"),
        ("S8", "C7", "newborn_name"),
    ],
)
def test_conflicting_evidence_puts_the_pair_into_the_review_queue(
    mornings: dict, person: str, client: str, reason: str
) -> None:
    assert mornings[BEFORE]["review"][person, client] == reason
    own = {"X5": "claims_x12:X5", "S8": None}.get(person, person)
    found = mornings[BEFORE]["matched"].get(person)
    assert (found[0] if found else None) == own


def test_decision_overrides_probabilistic_and_exact_matches(mornings: dict) -> None:
    after = mornings[AFTER]["matched"]
    assert after["f-ada"][:2] == ["f-ada", "own_id"]
    assert after["f-kay"][:2] == ["f-kay", "own_id"]
    assert after["X1"][:2] == ["claims_x12:X1", "own_id"]
    assert after["f-old"][:2] == ["C5", "merged"]
    assert ("f-kay", "C4") not in mornings[AFTER]["review"]


def test_client_keys_do_not_change(mornings: dict) -> None:
    assert mornings[BEFORE]["agency"] == mornings[AFTER]["agency"]
    assert mornings[BEFORE]["matched"]["f-ada"][2] == mornings[BEFORE]["agency"]["C1"]


def test_without_agency_clients_every_patient_is_a_client_and_none_are_compared(
    tmp_path: Path,
) -> None:
    duplicates = [_patient(name, "Ada", "Crane", "1980-02-13", "female") for name in ("f1", "f2")]
    _write(
        tmp_path / "landing",
        {
            f"ehr_fhir/{BEFORE}/Patient.ndjson": "\n".join(duplicates) + "\n",
            f"claims_x12/{BEFORE}/837.x12": MEMBERS,
        },
    )
    matches = _matches_as_of(tmp_path / "landing", tmp_path / "data", BEFORE)
    assert {person: found[:2] for person, found in matches["matched"].items()} == {
        "f1": ["f1", "own_id"],
        "f2": ["f2", "own_id"],
        **{name: [f"claims_x12:{name}", "own_id"] for name in ("X1", "X2", "X5")},
    }
    assert matches["review"] == {}


def test_only_matching_models_read_unmatched_agency_patients() -> None:
    """Other models would miss a match if they read patients before probabilistic matching."""
    nodes = dbt_project.manifest()["nodes"]
    readers = {
        node["name"]
        for name, node in nodes.items()
        if name.startswith("model.")
        and "model.caseload.int_agency_patient__matched" in node["depends_on"]["nodes"]
    }
    assert readers == {
        "int_agency_patient__match_conflicts", "int_client__identified", "int_client__linked",
        "int_decision__resolved", "int_identity__exact",
    }  # fmt: skip
