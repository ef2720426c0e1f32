"""Compares the results of the reference baseline and the pipeline: a CPU ratio is valid only for equal results.

Keys differ (the baseline uses integers), so rows are compared by client id and by their other columns. The baseline
lacks some rules (docs/benchmarks.md): the lists below name them, and only what does not depend on them is compared. A
rule, task type or measure that is new in the pipeline and in none of the lists is a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

# Rules of the score that the baseline lacks: each needs claims or fills of a year or more that nothing else there reads.
ABSENT_RULES = (
    "lace_high",
    "charlson_3",
    "antipsychotic_pdc",
    "primary_care_missing",
    "metabolic_test_missing",
)
# The points that a cap takes away depend on every rule of the domain: the domains of those rules, and the total.
ABSENT_CAPS = ("cap_utilization", "cap_clinical", "cap_medication", "cap_care_gap", "cap_total")
# Data gaps of those rules, and the gap of a sender without any document.
ABSENT_GAPS = ("antipsychotic_fills", "safety_plan", "primary_care", "metabolic_test")
# Lanes 5 to 7, apart from the late transition of lane 6: their reviews, dates, chart checks and measures are not read.
ABSENT_TASK_TYPES = (
    "case_review", "measure_first", "worse", "relapse_plan", "cadence_gap", "went_quiet", "plan_review",
    "authorization_end", "coverage_end", "note_unsigned", "chart_review", "consent_end",
)  # fmt: skip
# Measures that the baseline computes, by id; it lacks the others.
MEASURES = (
    "fuh_7", "fuh_30", "fum_7", "fum_30", "fua_7", "fua_30", "dep_rem_6", "contact_24h", "contact_24h_from_notification", "attempt_24h",
    "followup_7d_scheduled", "followup_7d_kept", "no_show_rate", "phq9_response",
)  # fmt: skip

# Clients whose score depends on a rule that the baseline lacks, at any score date and in any view.
_SCORED_BY_ABSENT_RULE = f"""
    select client_id from warehouse.intermediate.int_risk__reason inner join warehouse.marts.dim_client using (client_key)
    where rule_id in {ABSENT_RULES}"""
# Clients with Part 2 hospital records: without these the pipeline shows what other records say of a merged stay, and the
# baseline drops the stay.
_WITH_PART2_HOSPITAL = """
    select client_key from {marts}.fct_stay where is_part2 and client_key is not null
    union select client_key from {marts}.fct_ed_visit where is_part2 and client_key is not null"""

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
    "scores and tiers": f"""
        select client_id, risk_score, tier, previous_tier, score_change_30d from {{marts}}.mart_client_risk
        where client_id not in ({_SCORED_BY_ABSENT_RULE})""",
    "scores and tiers without Part 2": f"""
        select client_id, risk_score_without_part2, tier_without_part2 from {{marts}}.mart_client_risk
        where client_id not in ({_SCORED_BY_ABSENT_RULE}) and client_key not in ({_WITH_PART2_HOSPITAL})""",
    "data gaps": f"""
        select client_id, list_filter(string_split(data_gaps, ';'), lambda gap: gap not in {ABSENT_GAPS}) as gaps
        from {{marts}}.mart_client_risk where data_gaps is not null and len(gaps) > 0""",
    "measure rates": f"""
        select measure_id, measurement_year, month, basis, stratum_name, stratum_value, denominator, numerator, excluded, open
        from {{measures}}.fct_measure_rate where measure_id in {MEASURES}""",
    # The baseline aggregates the appointments of the no-show rate without events; "measure rates" compares that measure.
    "measure events": f"""
        select measure_id, measurement_year, basis, client_id, event_date, status, exclusion_reason
        from {{measures}}.fct_measure_event
        where measure_id <> 'no_show_rate' and measure_id in {MEASURES}""",
}
_OTHER_QUERY = {
    "final claims": (
        "select claims, paid_usd from baseline.claim_result",
        "select count(*), sum(paid_usd) from warehouse.intermediate.int_claim__final",
    ),
    # The baseline numbers the score dates by the days before as_of.
    "risk reasons of all score dates, both views": (
        f"""
        select
            client_id, rule_id, points, no_part2,
            case score_point
                when 0 then 'current' when (select max(score_point) from baseline.risk_reason) then 'month_ago'
                else 'hysteresis'
            end as score_point
        from baseline.risk_reason
        inner join baseline.dim_client using (client_key)
        where rule_id not in {ABSENT_CAPS}
            and (not no_part2 or client_key not in ({_WITH_PART2_HOSPITAL.format(marts="baseline.main")}))""",
        f"""
        select client_id, rule_id, points, part2_view = 'redacted' as no_part2, score_point
        from warehouse.intermediate.int_risk__reason
        inner join warehouse.marts.dim_client using (client_key)
        where rule_id not in {ABSENT_RULES + ABSENT_CAPS}
            and (
                part2_view = 'full'
                or client_key not in ({_WITH_PART2_HOSPITAL.format(marts="warehouse.marts")})
            )""",
    ),
    # The due date of a referral depends on the tier.
    "tasks, both views": (
        f"""
        select
            client_id, no_part2, lane, task_type, task.status, opened_at, closed_at, close_reason, paused_reason,
            case when lane <> 4 or client_id not in ({_SCORED_BY_ABSENT_RULE}) then due_at end as due_at
        from baseline.task
        left join baseline.dim_client using (client_key)
        where not no_part2 or client_key not in ({_WITH_PART2_HOSPITAL.format(marts="baseline.main")})""",
        f"""
        select
            client_id, part2_view = 'redacted' as no_part2, lane, task_type, task.status, opened_at, closed_at,
            close_reason, paused_reason,
            case when lane <> 4 or client_id not in ({_SCORED_BY_ABSENT_RULE}) then due_at end as due_at
        from warehouse.intermediate.int_task__unioned as task
        left join warehouse.marts.dim_client using (client_key)
        where task_type not in {ABSENT_TASK_TYPES}
            and (
                part2_view = 'full'
                or client_key not in ({_WITH_PART2_HOSPITAL.format(marts="warehouse.marts")})
            )""",
    ),
    "Part 2 views of recipients": (
        """
        select client_id, recipient_staff_id, no_part2
        from baseline.recipient_view inner join baseline.dim_client using (client_key)""",
        """
        select client_id, recipient.care_manager_id, part2_view = 'redacted' as no_part2
        from warehouse.intermediate.int_client__recipient_view as recipient
        inner join warehouse.marts.dim_client using (client_key)""",
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
