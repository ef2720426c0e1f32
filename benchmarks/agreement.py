"""Compares the results of the reference baseline and the pipeline: a CPU ratio is valid only for equal results.

Keys differ (the baseline uses integers), so rows are compared by client id and by their other columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

# Result name -> query for both databases. {marts} and {measures} are the pipeline's schemas, or the baseline's only schema.
_SAME_QUERY = {
    "clients": """
        select client_id, birth_date, status, death_date, is_listable, payer_type, care_manager_id from {marts}.dim_client""",
    "appointments by status": "select status, count(*) from {marts}.fct_appointment group by all",
    "visits by service line": "select service_line, count(*) from {marts}.fct_visit group by all",
    "stays": """
        select client_id, stay_class, setting, admitted_at, discharged_at, is_to_community, has_adt, has_claim, stay.is_part2
        from {marts}.fct_stay as stay left join {marts}.dim_client using (client_key)""",
    "emergency visits": """
        select client_id, started_at, ended_at, setting, is_behavioral, became_inpatient, has_adt, has_claim, visit.is_part2
        from {marts}.fct_ed_visit as visit left join {marts}.dim_client using (client_key)""",
    "screenings": """
        select response_id, instrument, client_id, total_score, level, item_9, score_status, is_positive, severity
        from {marts}.fct_screening left join {marts}.dim_client using (client_key)""",
    "contacts": """
        select client_id, contacted_at, outcome, is_two_way, is_part2
        from {marts}.fct_contact left join {marts}.dim_client using (client_key)""",
    "referrals": """
        select referral_id, client_id, referral.status, last_status_at, is_part2
        from {marts}.fct_referral as referral left join {marts}.dim_client using (client_key)""",
    "risk, both scopes": """
        select client_id, risk_score, tier, previous_tier, score_change_30d, risk_score_without_part2, tier_without_part2,
            data_gaps
        from {marts}.mart_client_risk""",
    "risk reasons": """
        select client_id, rule_id, points from {marts}.fct_risk_reason left join {marts}.dim_client using (client_key)""",
    "tasks": """
        select client_id, lane, task_type, task.status, opened_at, due_at, closed_at, close_reason
        from {marts}.fct_task as task left join {marts}.dim_client using (client_key)""",
    "measure rates": """
        select measure_id, measurement_year, month, basis, stratum_name, stratum_value, denominator, numerator, excluded, open
        from {measures}.fct_measure_rate""",
    # The baseline aggregates the appointments of the no-show rate without events; "measure rates" compares that measure.
    "measure events": """
        select measure_id, measurement_year, basis, client_id, event_date, status, exclusion_reason
        from {measures}.fct_measure_event where measure_id <> 'no_show_rate'""",
}
_OTHER_QUERY = {
    "final claims": (
        "select claims, paid_usd from baseline.claim_result",
        "select count(*), sum(paid_usd) from warehouse.intermediate.int_claim__final",
    ),
    "ranked list": (
        "select care_manager_id, rank, client_id, lane from baseline.outreach_list",
        "select care_manager_id, rank, client_id, lane from warehouse.exports.export_outreach",
    ),
}
# Keys, and columns for which the pipeline's key breaks ties between contacts at the same time (one client in 100,000).
_NOT_COMPARED = (
    "client_key", "last_acute_stay_key", "last_ed_visit_key", "last_contact_outcome", "last_contact_channel",
)  # fmt: skip


@dataclass(frozen=True)
class Result:
    """A result of both programs: the row counts, and the number of rows that only one of them has."""

    name: str
    pipeline_rows: int
    baseline_rows: int
    differences: int

    @property
    def is_same(self) -> bool:
        """Whether both programs have the same rows."""
        return self.differences == 0


def compare(warehouse: Path, baseline: Path) -> list[Result]:
    """Compare every result of the two databases row by row, read-only."""
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    # The warehouse's views refer to the database by this name.
    connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
    connection.execute(f"attach '{baseline}' as baseline (read_only)")
    queries = {
        name: tuple(_in_schemas(query, database) for database in ("baseline", "warehouse"))
        for name, query in _SAME_QUERY.items()
    } | _OTHER_QUERY
    for table in ("mart_client_utilization", "mart_client_engagement"):
        columns = _shared_columns(connection, table)
        queries[table] = tuple(
            _in_schemas(f"select {columns} from {{marts}}.{table}", database)
            for database in ("baseline", "warehouse")
        )
    results = [_compared(connection, name, *pair) for name, pair in queries.items()]
    connection.close()
    return results


def _in_schemas(query: str, database: str) -> str:
    if database == "baseline":
        return query.format(marts="baseline.main", measures="baseline.main")
    return query.format(marts="warehouse.marts", measures="warehouse.measures")


def _shared_columns(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """Columns of the baseline's table without the keys; the pipeline has all of them."""
    rows = connection.execute(
        "select column_name from duckdb_columns() where table_name = $table and database_name = 'baseline'"
        " and column_name not in $keys order by column_index",
        {"table": table, "keys": list(_NOT_COMPARED)},
    ).fetchall()
    return ", ".join(name for (name,) in rows)


def _compared(
    connection: duckdb.DuckDBPyConnection, name: str, baseline: str, pipeline: str
) -> Result:
    counts = connection.execute(
        f"""
        with baseline_row as (from ({baseline}) as result), pipeline_row as (from ({pipeline}) as result)
        select
            (select count(*) from pipeline_row),
            (select count(*) from baseline_row),
            (select count(*) from (from baseline_row except all from pipeline_row))
            + (select count(*) from (from pipeline_row except all from baseline_row))
        """
    ).fetchone()
    assert counts is not None
    return Result(name, *counts)
