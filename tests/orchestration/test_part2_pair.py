"""Two agencies that differ only in Part 2 records without consent release equal outreach files.

The second agency has additional records of a Part 2 program to which no care manager belongs, and
messages with labels, for clients without a valid consent (`protected_rows`). Any difference in a
file would disclose these records.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests import forked
from tests.orchestration.conftest import AS_OF, SmallAgency
from tests.orchestration.protected_rows import (
    HOSPITAL,
    HOSPITAL_ID,
    PROGRAM,
    Landed,
    Leave,
    clients,
    last_delivery,
    leave,
    protected_messages,
    protected_rows,
    shared_messages,
    shared_rows,
    write,
)


@dataclass(frozen=True)
class Pair:
    """Data folders of the agency without and with the Part 2 records.

    Attributes:
        clients: number of clients who have them.
        leave: the owner on leave and the cover.
    """

    without: Path
    protected: Path
    clients: int
    leave: Leave

    def outreach(self, data: Path) -> dict[str, bytes]:
        folder = (data / "published" / "current").resolve() / "outreach"
        return {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }


@pytest.fixture(scope="module")
def pair(small: SmallAgency, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("pair")
    landing = folder / "landing"
    shutil.copytree(small.landing_before, landing)
    landed = Landed(landing)
    found = clients(landed)
    absence = leave(landed, found)
    messages = last_delivery(landing, "adt")
    write(landing, shared_rows(found, absence), "plain")
    (messages / "plain.hl7").write_text(shared_messages(found), encoding="utf-8")
    forked.run(landing, folder / "without", AS_OF)
    write(landing, protected_rows(found, absence), PROGRAM)
    (messages / f"{PROGRAM}.hl7").write_text(protected_messages(found), encoding="utf-8")
    forked.run(landing, folder / "data", AS_OF)
    return Pair(folder / "without", folder / "data", len(found), absence)


def _count(data: Path, query: str) -> int:
    with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
        counted = connection.execute(query).fetchone()
    assert counted is not None
    return int(counted[0])


@pytest.mark.parametrize(
    "table",
    [
        "appointment", "visit", "screening", "referral", "contact", "document", "medication", "diagnosis", "stay",
        "ed_visit", "treatment_plan", "authorization", "intake", "crisis_contact",
    ],
)  # fmt: skip
def test_protected_records_of_every_kind_are_in_the_warehouse(pair: Pair, table: str) -> None:
    query = f"select count(*) from marts.fct_{table} where is_part2 and client_key is not null"
    assert _count(pair.protected, query) > _count(pair.without, query)


def test_protected_records_change_the_score_that_counts_them(pair: Pair) -> None:
    query = (
        "select count(*) from marts.mart_client_risk where risk_score <> risk_score_without_part2"
    )
    assert _count(pair.protected, query) >= pair.clients // 2
    scopes = "select count(distinct consent_status) from intermediate.int_client__recipient_view"
    assert _count(pair.protected, scopes) > 3


def test_part_2_records_and_others_describe_the_same_stays(pair: Pair) -> None:
    stays = (
        "select count(*) from intermediate.int_stay__by_part2_view as stay "
        "join intermediate.int_stay__by_part2_view as own using (client_key) "
        "where stay.part2_view = 'full' and stay.is_part2 and stay.has_adt and stay.has_claim "
        "and own.part2_view = 'redacted' and own.admit_date = stay.admit_date "
    )
    for own in ("own.has_adt and not own.has_claim", "own.has_claim and not own.has_adt"):
        assert _count(pair.protected, f"{stays} and {own}") > 0
        assert _count(pair.without, f"{stays} and {own}") == 0
    listed = f"select count(*) from exports.export_outreach where event_facility = '{HOSPITAL}'"
    assert _count(pair.protected, listed) == _count(pair.without, listed) > 0
    by_name = "select count(*) from marts.fct_ed_visit where is_part2 and facility_id = 'HIE-77'"
    assert _count(pair.protected, by_name) > 0


def test_labelled_messages_of_an_ordinary_hospital_are_protected(pair: Pair) -> None:
    query = (
        "select count(distinct visit_number) from intermediate.int_alert__described "
        f"where sending_facility_id = '{HOSPITAL_ID}' and is_part2 and client_key is not null"
    )
    assert _count(pair.protected, query) > 3
    assert _count(pair.without, query) == 0


def test_consents_of_the_absent_owner_do_not_reach_the_cover(pair: Pair) -> None:
    covered = (
        "select count(*) from intermediate.int_client__recipient_view as recipient "
        "join marts.fct_consent as consent using (client_key) "
        f"where consent.recipient_id = '{pair.leave.absent}' and recipient.care_manager_id = '{pair.leave.cover}' "
        "and recipient.part2_view = 'redacted'"
    )
    assert _count(pair.protected, covered) > 0
    listed = f"select count(*) from exports.export_outreach where covering_for_staff_id = '{pair.leave.absent}'"
    assert _count(pair.protected, listed) > 0


def test_protected_contacts_snooze_tasks_of_the_full_view_only(pair: Pair) -> None:
    snoozed = "select count(*) from intermediate.int_list__snooze where part2_view = "
    assert _count(pair.protected, f"{snoozed}'redacted'") > 0
    tries = "select count(*) from marts.fct_contact where is_part2 and outcome = 'wrong_number'"
    assert _count(pair.protected, tries) > _count(pair.without, tries)


def test_supervisors_see_the_reports_and_tries_that_are_not_protected(pair: Pair) -> None:
    for table in ("export_supervisor_report", "export_supervisor_unreached"):
        shown = f"select count(*) from exports.{table}"
        assert _count(pair.protected, shown) == _count(pair.without, shown) > 0
    moved = "select count(*) from marts.fct_contact where is_part2 and outcome = 'moved'"
    assert _count(pair.protected, moved) > 0
    reviewed = "select count(*) from quality.fct_identity_review"
    assert _count(pair.protected, reviewed) > _count(pair.without, reviewed)


def test_protected_records_change_no_fhir_task(pair: Pair) -> None:
    found = []
    for data in (pair.without, pair.protected):
        with duckdb.connect(str(data / "warehouse.duckdb"), read_only=True) as connection:
            found.append(
                connection.execute("select * from exports.export_fhir_task order by all").fetchall()
            )
    assert found[1] == found[0]
    assert len(found[0]) > 3


def test_protected_records_change_no_outreach_list(pair: Pair) -> None:
    before, after = pair.outreach(pair.without), pair.outreach(pair.protected)
    name = "outreach_list.csv"
    assert after[name].splitlines() == before[name].splitlines()
    assert after == before
    assert len(before) > 3
