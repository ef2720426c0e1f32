"""`caseload explain`: why a client is on which list, down to the delivered row.

It shows what the warehouse knows of one client to the person at the keyboard (the data team or a supervisor): codes, dates
and reasons, no name, phone or address.
"""

from __future__ import annotations

from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from orchestration import warehouse
from orchestration.settings import Settings, UsageError

_CLIENT = "select client_key, status, care_manager_id from marts.dim_client where client_id = ?"
_LISTED = """
    select care_manager_id, rank, lane, lane_name, tier, risk_score, why_now_1, due_at, is_spillover
    from exports.export_outreach where client_id = ?
"""
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
_SOURCE = """
    select path from raw_caseload.delivery where batch_id = ? order by received_at desc limit 1
"""


def explain(settings: Settings, client_id: str, console: Console) -> int:
    """Print the score, each reason with its evidence and source row, the tasks, and the place on the list.

    Returns:
        0.

    Raises:
        UsageError: no warehouse, a run holds it, or the client is unknown.
    """
    try:
        with warehouse.open_for_reading(settings.data, settings) as connection:
            _explain(connection, settings, client_id, console)
    except (FileNotFoundError, warehouse.WarehouseHeldError) as error:
        raise UsageError(str(error)) from error
    except warehouse.WarehouseDamagedError as error:
        raise UsageError(f"{error}: `caseload run` rebuilds it from the raw zone") from error
    except warehouse.DAMAGE as error:
        file = settings.data / warehouse.FILE
        raise UsageError(f"{file} is damaged: `caseload run` rebuilds it") from error
    return 0


def _explain(
    connection: duckdb.DuckDBPyConnection, settings: Settings, client_id: str, console: Console
) -> None:
    clients = _rows(connection, _CLIENT, client_id)
    if not clients:
        raise UsageError(
            f"no client {client_id!r} in the warehouse. Expected the agency's client_id, or"
            " claims:<data_source>:<person_id>, or synthea:<Id>, or the FHIR Patient id."
        )
    client = clients[0]
    key = client["client_key"]
    console.rule(f"Client {client_id}", align="left")
    _say_listed(_rows(connection, _LISTED, client_id), client, settings, console)
    for risk in _rows(connection, _RISK, key):
        console.print(
            f"Score {risk['risk_score']}, tier {risk['tier']} (before: {risk['previous_tier']};"
            f" change in 30 days {risk['score_change_30d']}; without Part 2 evidence"
            f" {risk['risk_score_without_part2']}, {risk['tier_without_part2']})"
        )
        if risk["data_gaps"]:
            console.print(f"Not known: {risk['data_gaps']}")
    reasons = Table(title="Reasons", title_justify="left")
    for heading in ("Points", "Domain", "Reason", "Date", "Evidence"):
        reasons.add_column(heading, justify="right" if heading == "Points" else "left")
    for row in _rows(connection, _REASONS, key):
        reasons.add_row(
            str(row["points"]),
            row["domain"],
            row["reason"],
            str(row["evidence_date"] or ""),
            _evidence(connection, row),
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
            _local(row["opened_at"], settings),
            _local(row["due_at"], settings),
            _local(row["closed_at"], settings),
            _evidence(connection, row),
        )
    console.print(tasks)


def _say_listed(
    listed: list[dict[str, Any]], client: dict[str, Any], settings: Settings, console: Console
) -> None:
    if not listed:
        console.print(
            f"On no list: status {client['status']}; no open task that the care manager may see."
        )
    for row in listed:
        owner = row["care_manager_id"] or "nobody (unassigned)"
        spill = ", spillover" if row["is_spillover"] else ""
        console.print(
            f"On the list of {owner}: rank {row['rank']}, lane {row['lane']} {row['lane_name']},"
            f" tier {row['tier']}, due {_local(row['due_at'], settings)}{spill}. Why now:"
            f" {row['why_now_1']}"
        )


def _evidence(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> str:
    """`raw_adt.event, row 12 of adt/2026-06-29/event.csv`, where the key points at a delivered row."""
    table, key = row["evidence_table"] or "", row["evidence_key"] or ""
    batch, _, source_row = key.partition(":")
    found = _rows(connection, _SOURCE, batch) if source_row.isdigit() else []
    if not found:
        return f"{table} {key}".strip()
    return f"{table}, row {source_row} of {found[0]['path']}"


def _local(instant: Any, settings: Settings) -> str:  # noqa: ANN401 - a datetime or None
    return "" if instant is None else instant.astimezone(settings.zone).strftime("%Y-%m-%d %H:%M")


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, value: object) -> list[dict[str, Any]]:
    cursor = connection.execute(sql, [value])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
