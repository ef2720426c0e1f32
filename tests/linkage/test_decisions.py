"""Staff decisions merge and separate records, and each as_of shows the decisions known by then.

A small agency written by hand and one landing folder; the warehouse is built as of four mornings.
The client_key of an agency client never changes.
"""

from __future__ import annotations

import datetime as dt

import pytest
from matching import build_matches, rows

CLIENTS = """client_id,medicaid_id,first_name,last_name,birth_date,sex,status
C1,M1,Ada,Crane,1980-02-13,F,active
C2,,Ida,Crane,1980-02-13,F,active
C3,,Ada,Crane,1980-02-13,F,inactive
"""
MEMBERS = """person_id,member_id,gender,birth_date,enrollment_start_date,enrollment_end_date,payer,payer_type,plan,data_source,first_name,last_name
P1,M1,female,1980-02-13,2025-01-01,2026-12-31,Harbor,medicaid,Harbor,harbor,Ada,Crane
P2,M2,female,1980-02-13,2025-01-01,2026-12-31,Harbor,medicaid,Harbor,harbor,Ida,Crane
P3,M3,female,1990-07-07,2025-01-01,2026-12-31,Harbor,medicaid,Harbor,harbor,Uma,Poe
"""
ALERTS = """event_id,sending_facility_id,visit_number,event_type,event_at,source_patient_id,medicaid_id,first_name,last_name,birth_date,sex
e1,h1,v1,discharge,2026-05-30T10:00:00-04:00,mrn2,M2,Ida,Crane,1980-02-13,F
e2,h1,v2,discharge,2026-05-30T11:00:00-04:00,mrn9,,BABY GIRL,Crane,1980-02-13,F
"""
HEAD = "decision_id,source,source_scope,source_client_id,client_id,decision,decided_by,decided_at\n"
DECISIONS = {
    "2026-06-02": "d1,claims,harbor,P1,C1,different,cm-1,2026-06-01T10:00:00-04:00\n"
    "d2,claims,harbor,P3,C2,same,cm-1,2026-06-01T10:00:00-04:00\n"
    "d3,ehr,,C3,C1,same,cm-1,2026-06-01T10:00:00-04:00\n"
    "d4,adt,h1,mrn9,C2,same,cm-1,2026-06-01T10:00:00-04:00\n",
    "2026-06-03": "d5,claims,harbor,P1,C1,same,cm-1,2026-06-02T10:00:00-04:00\n"
    "d6,claims,harbor,P3,C2,different,cm-1,2026-06-02T10:00:00-04:00\n"
    "d7,ehr,,C1,C3,different,cm-1,2026-06-02T10:00:00-04:00\n"
    "d8,adt,h1,mrn2,C2,different,cm-1,2026-06-02T10:00:00-04:00\n",
    "2026-06-04": "d9,claims,harbor,P3,C2,same,cm-1,2026-06-03T10:00:00-04:00\n"
    "d10,adt,h1,mrn9,C404,same,cm-1,2026-06-03T10:00:00-04:00\n",
}


@pytest.fixture(scope="module")
def mornings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[tuple[str, str], tuple]]:
    """(source, person) to (client, rule, key) for each morning."""
    folder = tmp_path_factory.mktemp("decided")
    landing = folder / "landing"
    files = {
        "ehr/2026-06-01/client.csv": CLIENTS,
        "claims/2026-06-01/eligibility.csv": MEMBERS,
        "adt/2026-06-01/event.csv": ALERTS,
        **{
            f"identity_decisions/{day}/decision.csv": HEAD + lines
            for day, lines in DECISIONS.items()
        },
    }
    for name, text in files.items():
        path = landing / name
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    found = {}
    for day in ("2026-06-01", *DECISIONS):
        morning = dt.datetime.fromisoformat(f"{day}T07:00:00-04:00")
        warehouse = build_matches(landing, folder / "data", morning)
        found[day] = {
            (source, person): (client, rule, key)
            for source, person, client, rule, key in rows(
                warehouse,
                "select source, source_client_id, client_id, match_rule, client_key"
                " from intermediate.int_client__matched",
            )
        }
        found[day]["review"] = {
            (person, client, reason)
            for person, client, reason in rows(
                warehouse,
                "select source_client_id, candidate_client_id, reason_code"
                " from quality.fct_identity_review",
            )
        }
    return found


def _client(mornings: dict, day: str, source: str, person: str) -> str | None:
    found = mornings[day].get((source, person))
    return None if found is None else found[0]


def test_matches_without_decisions(mornings: dict) -> None:
    day = "2026-06-01"
    assert mornings[day]["claims", "P1"][:2] == ("C1", "medicaid_id_and_birth_date")
    assert mornings[day]["claims", "P2"][:2] == ("C2", "scored")
    # the hospital's patient is the payer's member, and so the client
    assert mornings[day]["adt", "mrn2"][:2] == ("C2", "medicaid_id_and_birth_date")
    assert _client(mornings, day, "claims", "P3") == "claims:harbor:P3"
    assert _client(mornings, day, "adt", "mrn9") is None
    assert ("C3", "C1", "possible_duplicate") in mornings[day]["review"]
    assert not any(person == "C2" for person, _, _ in mornings[day]["review"])  # C2 is a twin


def test_decisions_merge_and_separate_records(mornings: dict) -> None:
    day = "2026-06-02"
    assert mornings[day]["claims", "P1"][:2] == ("claims:harbor:P1", "own_id")
    assert mornings[day]["claims", "P3"][:2] == ("C2", "decided")
    assert mornings[day]["ehr", "C3"][:2] == ("C1", "merged")
    assert mornings[day]["adt", "mrn9"][:2] == ("C2", "decided")
    assert ("C3", "C1", "possible_duplicate") not in mornings[day]["review"]


def test_later_decisions_reverse_earlier_ones(mornings: dict) -> None:
    day = "2026-06-03"
    assert mornings[day]["claims", "P1"][:2] == ("C1", "decided")
    assert mornings[day]["claims", "P3"][:2] == ("claims:harbor:P3", "own_id")
    assert mornings[day]["ehr", "C3"][:2] == ("C3", "own_id")
    # ruled out, also through the payer's member
    assert _client(mornings, day, "adt", "mrn2") is None
    assert _client(mornings, day, "claims", "P2") == "C2"
    assert ("C3", "C1", "possible_duplicate") not in mornings[day]["review"]


def test_records_can_be_merged_again(mornings: dict) -> None:
    day = "2026-06-04"
    assert mornings[day]["claims", "P3"][:2] == ("C2", "decided")
    # an unknown client id is reported, and the previous decision applies
    assert mornings[day]["adt", "mrn9"][:2] == ("C2", "decided")
    assert ("mrn9", "C404", "unknown_in_decision") in mornings[day]["review"]


def test_client_keys_do_not_change(mornings: dict) -> None:
    keys: dict[str, set[int]] = {}
    for morning in mornings.values():
        for name, found in morning.items():
            if name != "review":
                keys.setdefault(found[0], set()).add(found[2])
    assert {"C1", "C2", "C3"} <= set(keys)
    assert all(len(found) == 1 for found in keys.values())
