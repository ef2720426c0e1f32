"""The lists of the demo agency are plausible: most clients need nothing today, and few rows are red."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter

import duckdb
import pytest

RED_GROUPS = frozenset("ABC")


@pytest.fixture(scope="module")
def listed(demo) -> list[dict[str, str]]:
    path = demo.release / "outreach" / "outreach_list.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def clients(demo) -> dict[str, str]:
    """Status by client."""
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "select client_id, status from marts.dim_client where is_agency_client"
        ).fetchall()
    return dict(rows)


def test_a_quarter_to_a_half_of_the_clients_are_listed(listed, clients) -> None:
    assert 0.25 <= len(listed) / len(clients) <= 0.50


def test_few_rows_are_red(listed) -> None:
    """Groups A to C are red past due, a visit within seven days from day eight on."""
    red = [
        row
        for row in listed
        if row["worklist_group"] in RED_GROUPS and float(row["overdue_hours"] or 0) > 0
    ]
    assert len(red) / len(listed) < 0.15


def test_disengagement_is_a_minority_of_the_list(listed) -> None:
    """Plans order what clients are booked for, so that wide gaps are those of clients who stop coming."""
    lanes = Counter(row["lane"] for row in listed)
    assert lanes["6"] / len(listed) < 0.40
    assert {"3", "5", "6", "7"} <= set(lanes)


def test_contacts_and_bookings_are_those_of_a_working_agency(listed) -> None:
    """Most listed clients were called in the last half year, and many have a next appointment."""
    as_of = dt.datetime.fromisoformat(listed[0]["data_as_of"])
    last = [
        dt.datetime.fromisoformat(row["last_contact_at"])
        for row in listed
        if row["last_contact_at"]
    ]
    assert sum(as_of - at < dt.timedelta(days=182) for at in last) / len(listed) > 0.5
    assert sum(row["next_appointment_at"] != "" for row in listed) / len(listed) > 0.3
