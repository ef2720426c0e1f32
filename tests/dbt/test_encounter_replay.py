"""Alerts give the same encounters in any order of arrival, with repetitions and split over any files.

The demo's compiled models run on a few rows in memory, from the raw alert to the encounter. dbt compiles them once, so
each example takes milliseconds. The rules of an encounter have examples beside the models.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sources.contract import load_contracts
from tests.conftest import Demo

AS_OF = dt.datetime(2025, 3, 25, tzinfo=dt.UTC)
# The spring change in New York lies in the middle: 2025-03-09 02:30 does not exist there.
START = dt.datetime(2025, 3, 6, 4, tzinfo=dt.UTC)
SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "claim"
MODELS = (
    ("staging", "view", "staging/caseload/stg_caseload__run"),
    ("intermediate", "view", "input/rows/input_run"),
    ("intermediate", "view", "core/run/int_run__as_of"),
    ("staging", "view", "staging/caseload/stg_caseload__delivery"),
    ("staging", "view", "staging/caseload/stg_caseload__batch_order"),
    ("staging", "view", "staging/adt/stg_adt__superseded"),
    ("staging", "view", "staging/adt/stg_adt__event"),
    ("staging", "view", "staging/adt/stg_adt__message"),
    ("intermediate", "view", "input/adt/input_adt__merged_patient"),
    ("intermediate", "view", "input/adt/input_adt__message"),
    ("intermediate", "view", "input/adt/input_adt__alert"),
    ("intermediate", "view", "input/encounters/input_alert"),
    ("intermediate", "view", "core/agency/int_facility__part2_name"),
    ("intermediate", "view", "core/alert/int_alert__described"),
    ("intermediate", "view", "core/alert/int_alert__sequenced"),
    ("intermediate", "view", "core/alert/int_alert_encounter__resolved"),
)
EVENT_TYPES = (
    "admit", "discharge", "transfer", "presented", "cancelled_admit", "cancelled_discharge",
    "deceased", "closed",
)  # fmt: skip

KNOWN_PATIENT = "m0"
TRIGGERS = {
    "admit": ("A01", "admitted_at"),
    "discharge": ("A03", "discharged_at"),
    "presented": ("A04", "admitted_at"),
    "cancelled_admit": ("A11", "recorded_at"),
    "cancelled_discharge": ("A13", "recorded_at"),
}


@dataclass(frozen=True, order=True)
class Alert:
    """One event as a hospital knows it. All else about it follows from these, so a re-send is the same row."""

    table: ClassVar[str] = "event"

    visit: int
    event_type: str
    hour: int

    def row(self) -> dict[str, object]:
        """The raw row without its batch."""
        happened = START + dt.timedelta(hours=self.hour)
        has_number = self.visit < 3
        digest = (self.visit * 31 + self.hour * 7 + len(self.event_type)) % 5
        return {
            "sending_facility_id": "h1",
            "facility_type": "acute_hospital",
            "visit_number": f"v{self.visit}" if has_number else None,
            "source_patient_id": f"m{self.visit % 2}",
            "event_type": self.event_type,
            "event_at": happened,
            "event_at_precision": "date" if self.hour % 24 == 0 else "time",
            "patient_class": (None, "inpatient", "emergency", "observation", None)[digest],
            "diagnosis_code": (None, "F20.9", None, "I10", "T40.0X1A")[digest],
            "discharge_disposition_code": "01" if self.event_type == "discharge" else None,
            "received_at": happened + dt.timedelta(hours=digest),
        }


class Message(Alert):
    """The same event as the hospital's own HL7 v2 message, with the moment where the standard has it."""

    table: ClassVar[str] = "message"

    def row(self) -> dict[str, object]:
        """The raw row without its batch."""
        alert = super().row()
        trigger, moment = TRIGGERS[self.event_type]
        return {
            **{name: alert[name] for name in ("sending_facility_id", "visit_number")},
            "source_patient_id": alert["source_patient_id"],
            "message_type": "ADT",
            "trigger_event": trigger,
            "message_control_id": f"{self.visit}-{trigger}-{self.hour}",
            "patient_class": "E" if self.event_type == "presented" else "I",
            "message_at": alert["event_at"] + dt.timedelta(minutes=5),
            "message_at_precision": "time",
            moment: alert["event_at"],
            f"{moment}_precision": alert["event_at_precision"],
        }


class Merge(Message):
    """A40: the patient of this visit is the known one."""

    def row(self) -> dict[str, object]:
        """The raw row without its batch."""
        sent = super().row()
        return {
            **{name: sent[name] for name in ("sending_facility_id", "message_type", "message_at")},
            "trigger_event": "A40",
            "message_control_id": f"{self.visit}-A40",
            "source_patient_id": KNOWN_PATIENT,
            "prior_patient_id": sent["source_patient_id"],
        }


class Hospital:
    """The models from raw alert to encounter, over an empty warehouse in memory."""

    def __init__(self, compiled: Path) -> None:
        """Build the views; compiled is the folder of dbt's compiled models."""
        self._connection = duckdb.connect()
        run = self._connection.execute
        run("set threads = 1")
        run("set TimeZone = 'UTC'")
        run("attach ':memory:' as warehouse")
        run("use warehouse")
        for schema in ("raw_adt", "raw_caseload", "staging", "intermediate", "seeds", "marts"):
            run(f"create schema {schema}")
        self._names: dict[str, list[str]] = {}
        for name, table in load_contracts()["adt"].tables.items():
            columns = table.typed_columns()
            self._names[name] = [column for column, _ in columns]
            typed = ", ".join(f"{column} {kind}" for column, kind in columns)
            run(f"create table raw_adt.{name} ({typed})")
        run(
            "create table raw_caseload.run as select cast(? as timestamptz) as as_of, date '2025-03-24'"
            " as as_of_date, 'America/New_York' as time_zone, 'org' as organization_id, 'NY' as state",
            [AS_OF],
        )
        run(
            "create table raw_caseload.delivery (batch_id varchar, source varchar, path varchar, shown_path varchar,"
            " received_at timestamptz, is_dated boolean)"
        )
        run(
            "create table marts.dim_provider (npi varchar, provider_name varchar, facility_type varchar, is_part2 boolean)"
        )
        for seed in ("event_rule", "adt_trigger", "adt_patient_class", "discharge_disposition"):
            run(f"create table seeds.{seed} as from read_csv('{SEEDS / seed}.csv')")
        labels = SEEDS.parent / "consent" / "hl7_label.csv"
        run(f"create table seeds.hl7_label as from read_csv('{labels}', all_varchar = true)")
        run(
            "create table seeds.quality_limit as"
            f" from read_csv('{SEEDS.parent / 'quality' / 'quality_limit.csv'}')"
        )
        run(
            "create table intermediate.int_alert__first_received (source varchar, source_table varchar,"
            " _batch_id varchar, _source_row bigint, received_at timestamptz)"
        )
        run(
            "create table intermediate.int_client__matched as select 'adt' as source,"
            f" 'h1' as source_scope, '{KNOWN_PATIENT}' as source_client_id, 7 as client_key"
        )
        for schema, kind, path in MODELS:
            sql = (compiled / f"{path}.sql").read_text()
            run(f"create {kind} {schema}.{Path(path).name} as {sql}")

    def encounters(
        self, deliveries: list[list[Alert]], columns: str = "* exclude (_batch_id, _source_row)"
    ) -> list[tuple[object, ...]]:
        """What stands after these deliveries, one on each day, without what names a batch."""
        run = self._connection.execute
        for name in self._names:
            run(f"delete from raw_adt.{name}")
        run("delete from raw_caseload.delivery")
        for number, alerts in enumerate(deliveries):
            received = AS_OF - dt.timedelta(days=len(deliveries) - number)
            run(
                "insert into raw_caseload.delivery values (?, 'adt', ?, null, ?, true)",
                [f"b{number}", f"adt/{number}", received],
            )
            for position, alert in enumerate(alerts, 1):
                row = {**alert.row(), "_batch_id": f"b{number}", "_source_row": position}
                names = self._names[alert.table]
                run(
                    f"insert into raw_adt.{alert.table} values ({', '.join('?' * len(names))})",
                    [row.get(name) for name in names],
                )
        return run(
            f"select {columns} from intermediate.int_alert_encounter__resolved order by encounter_key"
        ).fetchall()

    def close(self) -> None:
        """Let go of the memory."""
        self._connection.close()


@pytest.fixture(scope="module")
def hospital(demo: Demo) -> Iterator[Hospital]:
    """One hospital for all examples."""
    built = Hospital(demo.data / "logs" / "dbt" / "compiled" / "caseload" / "models")
    yield built
    built.close()


alerts = st.builds(
    Alert,
    visit=st.integers(0, 4),
    event_type=st.sampled_from(EVENT_TYPES),
    hour=st.integers(0, 30).map(lambda step: step * 6),
)
stories = st.lists(alerts, min_size=1, max_size=14, unique=True)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=stories, data=st.data())
def test_any_arrival_gives_the_same_encounters(
    hospital: Hospital, story: list[Alert], data: st.DataObject
) -> None:
    again = data.draw(st.lists(st.sampled_from(story), max_size=6), label="sent again")
    arrived = data.draw(st.permutations(story + again), label="order of arrival")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(arrived)), max_size=3), label="cuts"))
    borders = [0, *cuts, len(arrived)]
    pieces = [arrived[a:b] for a, b in itertools.pairwise(borders)]
    assert hospital.encounters(pieces) == hospital.encounters([sorted(story)])


def test_the_replay_sees_a_difference(hospital: Hospital) -> None:
    """The comparison above would be worth nothing if encounters did not depend on their alerts."""
    admitted = [Alert(1, "admit", 6), Alert(1, "discharge", 30)]
    retracted = [*admitted, Alert(1, "cancelled_discharge", 36)]
    assert hospital.encounters([admitted]) != hospital.encounters([retracted])
    assert len(hospital.encounters([retracted])) == 1


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ([("admit", 6)], (6, None, False, False)),
        ([("admit", 6), ("discharge", 31)], (6, 31, False, False)),
        ([("admit", 6), ("discharge", 31), ("cancelled_discharge", 37)], (6, None, False, True)),
        ([("admit", 6), ("cancelled_discharge", 37)], (6, None, False, False)),
        ([("cancelled_discharge", 37)], (37, None, True, False)),
        ([("admit", 6), ("cancelled_admit", 7)], (6, None, True, False)),
        ([("presented", 5), ("admit", 6), ("discharge", 31)], (6, 31, False, False)),
        (
            [("admit", 6), ("discharge", 31), ("cancelled_discharge", 37), ("discharge", 50)],
            (6, 50, False, False),
        ),
    ],
)
@pytest.mark.parametrize("visit", [1, 4])
def test_a_hospitals_own_messages_tell_what_alerts_tell(
    hospital: Hospital,
    story: list[tuple[str, int]],
    expected: tuple[int, int | None, bool, bool],
    visit: int,
) -> None:
    columns = (
        "client_key, admitted_at, ended_at, is_cancelled, is_discharge_cancelled, evidence_table"
    )
    admitted, ended, *flags = expected
    moments = [hour and START + dt.timedelta(hours=hour) for hour in (admitted, ended)]
    client = None if visit % 2 else 7
    for kind in (Alert, Message):
        sent = [kind(visit, event_type, hour) for event_type, hour in story]
        found = hospital.encounters([sent[::-1], sent], columns)
        assert found == [(client, *moments, *flags, f"raw_adt.{kind.table}")]


def test_an_alert_and_a_message_of_one_visit_are_one_encounter(hospital: Hospital) -> None:
    mixed = [Alert(1, "admit", 6), Message(1, "discharge", 31), Alert(1, "discharge", 31)]
    assert len(hospital.encounters([mixed])) == 1


def test_a_merge_after_the_discharge_finds_the_client_in_any_order(hospital: Hospital) -> None:
    visit = [Message(1, "admit", 6), Message(1, "discharge", 31)]
    story = [*visit, Merge(1, "admit", 40)]
    assert hospital.encounters([visit], "client_key") == [(None,)]
    for pieces in (
        [story],
        [story[::-1]],
        [[sent] for sent in story],
        [[sent] for sent in story[::-1]],
    ):
        found = hospital.encounters(pieces, "client_key, ended_at is not null")
        assert found == [(7, True)], pieces
