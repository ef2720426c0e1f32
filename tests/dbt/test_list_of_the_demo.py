"""What the demo's lists promise as a whole, counted from marts and exports without the list's own models."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.conftest import Demo

_RED_SHARE = 0.15


@pytest.fixture(scope="module")
def warehouse(demo: Demo) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(demo.data / "warehouse.duckdb"), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def rows(warehouse: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    return warehouse.execute(query).fetchall()


def test_few_rows_are_red(warehouse: duckdb.DuckDBPyConnection) -> None:
    # rules/tasks-and-lanes.md#groups: A and B past due, C past day 7
    [(listed, red)] = rows(
        warehouse,
        """
        select count(*), count_if(
            (worklist_group in ('A', 'B') and overdue_hours > 0)
            or (worklist_group = 'C' and lane = 6)
        )
        from exports.export_outreach
        """,
    )
    assert listed > 0
    assert red / listed < _RED_SHARE
    [(shown_red,)] = rows(
        warehouse, "select count(*) from exports.export_task where is_primary and is_red"
    )
    assert shown_red == red


_BOOKED = """
    with booked as (
        select appointment.client_key, appointment.service_line
        from marts.fct_appointment as appointment
        inner join intermediate.int_client__recipient_view as recipient
            on appointment.client_key = recipient.client_key
            and (recipient.part2_view = 'full' or not appointment.is_part2)
        cross join raw_caseload.run
        where appointment.status = 'scheduled' and appointment.scheduled_at > run.as_of
    ),
    asking as (
        select
            client.client_key, task.task_key, task.task_type, task.next_step,
            task.next_step ilike '%nothing is booked%' or task.next_step ilike '%visit booked?%'
                or task.next_step ilike '%offer a visit%' or task.next_step ilike '%book a visit%'
                as asks_for_a_visit,
            task.next_step ilike '%rebook %' as asks_to_rebook,
            missed.service_line as missed_line
        from exports.export_task as task
        inner join marts.dim_client as client on task.client_id = client.client_id
        inner join marts.fct_task on task.task_key = fct_task.task_key
        left join marts.fct_appointment as missed on fct_task.event_key = missed.appointment_key
    )
"""


def test_no_row_asks_for_a_visit_that_is_booked(warehouse: duckdb.DuckDBPyConnection) -> None:
    asked = rows(
        warehouse,
        _BOOKED
        + """
        select asking.task_key, asking.next_step
        from asking
        where (asks_for_a_visit and client_key in (select client_key from booked))
            or (asks_to_rebook and exists (
                select 1 from booked
                where booked.client_key = asking.client_key
                    and booked.service_line = asking.missed_line
            ))
        """,
    )
    assert asked == []


def test_rows_ask_for_visits_that_are_not_booked(warehouse: duckdb.DuckDBPyConnection) -> None:
    # The phrases of the test above are those of the lists.
    [(visits, rebookings)] = rows(
        warehouse,
        _BOOKED + "select count_if(asks_for_a_visit), count_if(asks_to_rebook) from asking",
    )
    assert visits > 0
    assert rebookings > 0


def test_every_open_task_of_a_listed_client_is_on_exactly_one_list(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    # In the recipient's view of Part 2 records; a snoozed task rests: rules/tasks-and-lanes.md#snooze
    missing = rows(
        warehouse,
        """
        with listed as (
            select task_key, count(*) as lists from exports.export_task group by task_key
        )
        select task.task_key, task.lane, coalesce(listed.lists, 0) as lists
        from intermediate.int_task__unioned as task
        inner join marts.dim_client as client on task.client_key = client.client_key
        inner join intermediate.int_client__recipient_view as recipient
            on task.client_key = recipient.client_key
            and task.part2_view = recipient.part2_view
        left join intermediate.int_list__task as rest on task.task_key = rest.task_key
        left join listed on task.task_key = listed.task_key
        where task.status = 'open' and task.paused_reason is null
            and client.client_id in (select client_id from exports.export_outreach)
            and not coalesce(rest.hidden_reason = 'snoozed' and task.lane > 2, false)
            and coalesce(listed.lists, 0) <> 1
        """,
    )
    assert missing == []


def test_every_row_is_a_client_and_every_client_is_on_one_list(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    twice = rows(
        warehouse,
        "select client_id from exports.export_outreach group by client_id having count(*) <> 1",
    )
    elsewhere = rows(
        warehouse,
        """
        select task.client_id
        from exports.export_task as task
        left join exports.export_outreach as listed
            on task.client_id = listed.client_id
            and task.care_manager_id is not distinct from listed.care_manager_id
            and task.rank = listed.rank
        where listed.client_id is null
        """,
    )
    assert (twice, elsewhere) == ([], [])


_DISCHARGED = """
    with discharged as (
        select
            client.client_key, client.client_id, stay.discharged_at, stay.stay_key,
            run.as_of_date - stay.discharge_date as days
        from marts.fct_stay as stay
        inner join marts.dim_client as client on stay.client_key = client.client_key
        inner join intermediate.int_client__recipient_view as recipient
            on stay.client_key = recipient.client_key
            and (recipient.part2_view = 'full' or not stay.is_part2)
        cross join raw_caseload.run
        where stay.setting = 'psychiatric' and stay.stay_class = 'acute'
            and stay.is_to_community and not stay.is_discharge_cancelled
            and stay.discharged_at <= run.as_of
            and run.as_of_date - stay.discharge_date between 0 and 30
            and (
                stay.has_adt
                or cast(timezone(run.time_zone, stay.received_at) as date) <= stay.discharge_date + 7
            )
            and client.is_listable
            and not exists (
                select 1 from marts.fct_visit as visit
                where visit.client_key = stay.client_key and visit.started_at > stay.discharged_at
                    and visit.started_at <= run.as_of
            )
            -- back in a hospital, or reported as away
            and not exists (
                select 1 from marts.fct_stay as later
                where later.client_key = stay.client_key and later.stay_key <> stay.stay_key
                    and later.admitted_at >= stay.discharged_at and later.stay_class <> 'crisis'
            )
            and not exists (
                select 1 from marts.fct_task as task
                where task.client_key = stay.client_key and task.paused_reason is not null
            )
    )
"""


def test_a_client_without_a_visit_after_a_psychiatric_stay_is_listed_through_day_30(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    waiting = rows(warehouse, _DISCHARGED + "select client_id, days from discharged")
    missing = rows(
        warehouse,
        _DISCHARGED
        + """
        select discharged.client_id, discharged.days
        from discharged
        anti join exports.export_task as task
            on discharged.client_id = task.client_id and task.worklist_group in ('B', 'C')
        """,
    )
    assert waiting
    assert missing == []


def test_the_supervisors_account_is_all_clients(warehouse: duckdb.DuckDBPyConnection) -> None:
    [(clients,)] = rows(warehouse, "select count(*) from marts.dim_client where is_listable")
    [(accounted,)] = rows(
        warehouse, "select sum(client_count) from exports.export_supervisor_account"
    )
    named = rows(
        warehouse,
        "select count(*), count(distinct client_id) from exports.export_workbook_client",
    )
    # rules/privacy.md#supervisors: only Part 2 records make a difference to the lists
    different = rows(
        warehouse,
        """
        select client.client_key
        from marts.mart_team_client as client
        inner join intermediate.int_list__account as account using (client_key)
        where client.list_status <> account.list_status and client.client_key not in (
            select client_key from intermediate.int_client__part2_view where part2_view = 'redacted'
        )
        """,
    )
    assert accounted == clients
    assert named == [(clients, clients)]
    assert different == []
