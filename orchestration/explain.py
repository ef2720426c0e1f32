"""`caseload explain`: shows why a client is on a list, or counts in a measure, with the source rows.

For the data team and supervisors. Prints codes, dates and reasons, but no name, phone or address.
"""

from __future__ import annotations

from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration import disclosures, warehouse
from orchestration.settings import Settings, UsageError
from publishing.dates import date_text, time_text

_HAS_PART2 = """
    select count(*) > 0 as has_part2 from marts.fct_risk_reason where client_key = ? and is_part2
"""
_CLIENT = "select client_key, status, care_manager_id from marts.dim_client where client_id = ?"
_LISTED = """
    select care_manager_id, covering_for_staff_id, rank, worklist_group, lane, lane_name, tier,
        risk_score, why_now_1, next_step, due_at, is_spillover
    from exports.export_outreach where client_id = ?
"""
_ACCOUNT = """
    select list_status, recipient_staff_id, covering_for_staff_id, open_task_count, paused_reason,
        snoozed_until_date
    from intermediate.int_list__account where client_key = ?
"""
_NOT_LISTED = {
    "no_open_task": "no open task that the recipient of the list may see",
    "old_referral_waits": "only old referrals, and the list shows the three oldest of all clients",
    "snoozed": "open tasks are snoozed",
    "paused": "open tasks are paused",
}
_RISK = """
    select as_of, risk_score, tier, previous_tier, score_change_30d, risk_score_without_part2,
        tier_without_part2, data_gaps
    from marts.mart_client_risk where client_key = ?
"""
_REASONS = """
    select domain, rule_id, points, reason, evidence_table, evidence_key, evidence_date
    from marts.fct_risk_reason where client_key = ?
    order by points desc, rule_id, evidence_key
"""
_TASKS = """
    select lane, task_type, status, opened_at, due_at, closed_at, close_reason, evidence_table,
        evidence_key
    from marts.fct_task where client_key = ?
    order by status <> 'open', lane, opened_at desc, task_key
"""
_MEASURE = """
    select title, section, modelled_on
    from seeds.measure_definition where measure_id = ?
"""
_MEASURES = "select measure_id from seeds.measure_definition order by measure_id"
_EVENTS = """
    select measurement_year, basis, measure_version, event_date, status, is_initial_population,
        is_denominator, is_excluded, is_exception, exclusion_reason, is_numerator, evidence_table,
        evidence_key, evidence_date
    from measures.fct_measure_event where client_key = ? and measure_id = ?
    order by measurement_year desc, basis, event_date desc, event_key
"""
_STATUS = {
    "met": "met",
    "not_met": "not met: the window has closed without the numerator",
    "open": "open: the window has not closed, so the event is not in the rate yet",
    "excluded": "excluded from the rate",
    "not_evaluable": "cannot be evaluated, so it is not in the rate",
}
_SOURCE = """
    select shown_path from raw_caseload.delivery where batch_id = ? order by received_at desc limit 1
"""


def explain(
    settings: Settings, client_id: str, console: Console, measure_id: str | None = None
) -> int:
    """Print a client's list entry, score, reasons and tasks, each with its evidence.

    Args:
        settings: data folder, time zone and DuckDB settings.
        client_id: the client, as on the lists.
        console: where to print.
        measure_id: a measure, whose events of the client are printed instead, clause by clause.

    Returns:
        0.

    Raises:
        UsageError: there is no warehouse, another process has it open, or the client or the
            measure is unknown.
    """
    try:
        with warehouse.open_for_reading(settings.data, settings) as connection:
            client = _client(connection, settings, client_id)
            console.rule(f"Client {client_id}", align="left")
            if measure_id is None:
                _explain_list(connection, settings, client_id, client, console)
            else:
                _explain_measure(connection, client["client_key"], measure_id, console)
    except (FileNotFoundError, warehouse.WarehouseInUseError) as error:
        raise UsageError(str(error)) from error
    except warehouse.WarehouseDamagedError as error:
        raise UsageError(f"{error}: `caseload run` rebuilds it from the raw zone") from error
    except warehouse.DAMAGE as error:
        file = settings.data / warehouse.FILE
        raise UsageError(f"{file} is damaged: `caseload run` rebuilds it") from error
    return 0


def _client(
    connection: duckdb.DuckDBPyConnection, settings: Settings, client_id: str
) -> dict[str, Any]:
    """Find the client, and record the view in the disclosure log."""
    clients = _rows(connection, _CLIENT, client_id)
    if not clients:
        raise UsageError(
            f"the warehouse has no client {client_id!r}. Expected the agency's client_id,"
            " claims:<data_source>:<person_id>, synthea:<Id> or the FHIR Patient id."
        )
    (part2,) = _rows(connection, _HAS_PART2, clients[0]["client_key"])
    disclosures.record_view(settings.data, "explain", client_id, part2=part2["has_part2"])
    return clients[0]


def _explain_measure(
    connection: duckdb.DuckDBPyConnection, client_key: int, measure_id: str, console: Console
) -> None:
    measures = _rows(connection, _MEASURE, measure_id)
    if not measures:
        known = ", ".join(row["measure_id"] for row in _rows(connection, _MEASURES))
        raise UsageError(f"there is no measure {measure_id!r}. Expected one of: {known}.")
    measure = measures[0]
    console.print(f"{measure_id}: {measure['title']}")
    console.print(f"Modeled on {measure['modelled_on']}, not certified: docs/{measure['section']}")
    events = _rows(connection, _EVENTS, client_key, measure_id)
    if not events:
        console.print(
            "No event: the client is outside the initial population in both measurement years."
        )
    for event in events:
        console.print(_event_table(connection, event))


def _event_table(connection: duckdb.DuckDBPyConnection, event: dict[str, Any]) -> Table:
    """Return the clauses of one event, in the order in which they decide."""
    version = f", rules of {event['measure_version']}" if event["measure_version"] else ""
    day = date_text(event["event_date"], None) if event["event_date"] else "no date"
    table = Table(
        title=f"{day}, year {event['measurement_year']}, basis {event['basis']}{version}",
        title_justify="left",
    )
    table.add_column("Clause")
    table.add_column("Answer")
    reason = event["exclusion_reason"] or ""
    table.add_row("Initial population", _yes_or_no(event["is_initial_population"]))
    table.add_row("Denominator", _yes_or_no(event["is_denominator"]))
    table.add_row("Exclusion", f"yes: {reason}" if event["is_excluded"] else "no")
    table.add_row("Exception", f"yes: {reason}" if event["is_exception"] else "no")
    table.add_row("Numerator", _yes_or_no(event["is_numerator"]))
    status = _STATUS[event["status"]]
    table.add_row(
        "Status", f"{status} ({reason})" if event["status"] == "not_evaluable" else status
    )
    decided = f" ({date_text(event['evidence_date'], None)})" if event["evidence_date"] else ""
    table.add_row("Decided by", f"{_evidence_text(connection, event)}{decided}")
    return table


def _yes_or_no(answer: bool) -> str:
    return "yes" if answer else "no"


def _explain_list(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    client_id: str,
    client: dict[str, Any],
    console: Console,
) -> None:
    key = client["client_key"]
    account = _rows(connection, _ACCOUNT, key)
    _print_list_entries(_rows(connection, _LISTED, client_id), account, client, settings, console)
    for risk in _rows(connection, _RISK, key):
        console.print(
            f"Score {risk['risk_score']}, tier {risk['tier']} (previous tier {risk['previous_tier']};"
            f" 30-day change {risk['score_change_30d']}; without Part 2 records: score"
            f" {risk['risk_score_without_part2']}, tier {risk['tier_without_part2']})"
        )
        if risk["data_gaps"]:
            console.print(f"Data gaps: {risk['data_gaps']}")
    reasons = Table(title="Reasons", title_justify="left")
    for heading in ("Points", "Domain", "Reason", "Date", "Evidence"):
        reasons.add_column(heading, justify="right" if heading == "Points" else "left")
    for row in _rows(connection, _REASONS, key):
        reasons.add_row(
            str(row["points"]),
            row["domain"],
            row["reason"],
            date_text(row["evidence_date"], None) if row["evidence_date"] else "",
            _evidence_text(connection, row),
        )
    console.print(reasons)
    tasks = Table(title="Tasks", title_justify="left")
    for heading in ("Lane", "Task", "Status", "Opened", "Due", "Closed", "Evidence"):
        tasks.add_column(heading)
    for row in _rows(connection, _TASKS, key):
        tasks.add_row(
            str(row["lane"]),
            row["task_type"],
            row["status"] if not row["close_reason"] else f"{row['status']}: {row['close_reason']}",
            _local_time(row["opened_at"], settings),
            _local_time(row["due_at"], settings),
            _local_time(row["closed_at"], settings),
            _evidence_text(connection, row),
        )
    console.print(tasks)


def _not_listed(account: list[dict[str, Any]], client: dict[str, Any]) -> str:
    """Return why a client is on no list today (docs/rules/tasks-and-lanes.md#account)."""
    if not account:
        return f"the client cannot be listed (status {client['status']})"
    row = account[0]
    reason = _NOT_LISTED[row["list_status"]]
    if row["list_status"] == "snoozed":
        reason += f" until {date_text(row['snoozed_until_date'], None)}"
    if row["list_status"] == "paused":
        reason += f" ({row['paused_reason']})"
    owner = row["recipient_staff_id"] or "unassigned clients"
    return f"{reason}; the list would be that of {owner}"


def _print_list_entries(
    listed: list[dict[str, Any]],
    account: list[dict[str, Any]],
    client: dict[str, Any],
    settings: Settings,
    console: Console,
) -> None:
    if not listed:
        console.print(f"Not on a list today: {_not_listed(account, client)}.")
    for row in listed:
        owner = row["care_manager_id"] or "unassigned clients"
        if row["covering_for_staff_id"]:
            owner += f" (for {row['covering_for_staff_id']}, who is away)"
        spill = ", spillover" if row["is_spillover"] else ""
        console.print(
            f"On the list of {owner}: rank {row['rank']}, group {row['worklist_group']}, lane {row['lane']} {row['lane_name']},"
            f" tier {row['tier']}, due {_local_time(row['due_at'], settings)}{spill}. Why now:"
            f" {row['why_now_1']} Next: {row['next_step']}"
        )


def _evidence_text(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> str:
    """Format evidence; with a source row: `raw_adt.event, row 12 of adt/2026-06-29/event.csv`."""
    table, key = row["evidence_table"] or "", row["evidence_key"] or ""
    batch, _, source_row = key.partition(":")
    found = _rows(connection, _SOURCE, batch) if source_row.isdigit() else []
    if not found:
        return f"{table} {key}".strip()
    return f"{table}, row {source_row} of {found[0]['shown_path']}"


def _local_time(instant: Any, settings: Settings) -> str:  # noqa: ANN401 - a datetime or None
    return "" if instant is None else time_text(instant.astimezone(settings.zone), None)


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, *values: object) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
