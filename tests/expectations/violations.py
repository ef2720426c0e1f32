"""One change of the sample warehouse per expectation, which that expectation must refuse.

Keys: relation, then the name of the expectation in the verdict. `{t}` is replaced by the relation.
A test checks that every expectation of every suite is listed.
"""

from __future__ import annotations

_UNIQUE = "expect_column_values_to_be_unique({})"
_NOT_NULL = "expect_column_values_to_not_be_null({})"
_BETWEEN = "expect_column_values_to_be_between({})"
_IN_SET = "expect_column_values_to_be_in_set({})"
_COLUMNS = "expect_table_columns_to_match_ordered_list"


def _set(column: str, value: str, where: str) -> str:
    return f"update {{t}} set {column} = {value} where {where}"


def _nulls(*columns: str, where: str) -> dict[str, str]:
    return {_NOT_NULL.format(column): _set(column, "null", where) for column in columns}


_CLIENT_3 = "client_key = 3"
# Shares are checked from 100 rows on: this makes 160 rows, so that a change affects 4 of them.
_QUADRUPLE = "insert into {t} from {t};insert into {t} from {t};"
_C3 = "client_id = 'C3'"
_TASK = "task_key = 't3-3'"
_STRATUM = "stratum_value = 'F'"

VIOLATIONS: dict[str, dict[str, str]] = {
    "marts.dim_client": {
        **_nulls("client_key", "client_id", where=_CLIENT_3),
        _UNIQUE.format("client_key"): _set("client_key", "4", _CLIENT_3),
        _UNIQUE.format("client_id"): _set("client_id", "'C4'", _CLIENT_3),
        "From 100 clients on, at most 1% have an impossible age": _QUADRUPLE
        + _set("age_years", "-1", _CLIENT_3),
        "No client who died or was discharged can be listed": _set("death_date", "date '2026-06-01'", _CLIENT_3),
    },
    "marts.fct_task": {
        **_nulls("task_key", "client_key", "lane", "due_at", where=_TASK),
        _NOT_NULL.format("status"): _set("status", "null", _TASK),
        _UNIQUE.format("task_key"): "insert into {t} from {t} where " + _TASK,
        _BETWEEN.format("lane"): _set("lane", "8", _TASK),
        _IN_SET.format("status"): _set("status", "'done'", _TASK),
        "Open tasks have no closing time, all others have one": _set("closed_at", "due_at", _TASK),
        "No open task of a client who cannot be listed": _set("client_key", "0", _TASK),
    },
    "marts.fct_stay": {
        **_nulls("stay_key", where="stay_key = 3"),
        _UNIQUE.format("stay_key"): _set("stay_key", "4", "stay_key = 3"),
        "From 100 stays on, at most 1% are longer than ten years": _QUADRUPLE
        + _set("length_of_stay_days", "3651", "stay_key = 3"),
        "No discharge is before its admission": _set(
            "discharged_at", "admitted_at - interval 1 minute", "stay_key = 3"
        ),
    },
    "marts.fct_risk_reason": {
        **_nulls("client_key", "reason", where=_CLIENT_3),
        _BETWEEN.format("points"): _set("points", "101", _CLIENT_3),
        "Only caps have negative points": _set("points", "-1", f"{_CLIENT_3} and rule_id = 'r'"),
    },
    "marts.mart_client_risk": {
        **_nulls("client_key", "risk_score", "tier", where=_CLIENT_3),
        _UNIQUE.format("client_key"): _set("client_key", "4", _CLIENT_3),
        _BETWEEN.format("risk_score"): _set("risk_score", "101", _CLIENT_3),
        _BETWEEN.format("risk_score_without_part2"): _set("risk_score_without_part2", "-1", _CLIENT_3),
        _IN_SET.format("tier"): _set("tier", "'urgent'", _CLIENT_3),
        _IN_SET.format("tier_without_part2"): _set("tier_without_part2", "'urgent'", _CLIENT_3),
        "The points of the reasons sum to the score": _set("risk_score", "13", _CLIENT_3),
    },
    "marts.mart_client_engagement": {
        **_nulls("client_key", where=_CLIENT_3),
        _UNIQUE.format("client_key"): _set("client_key", "4", _CLIENT_3),
        _BETWEEN.format("no_show_90d_rate"): _set("no_show_90d_rate", "1.01", _CLIENT_3),
        _BETWEEN.format("no_show_365d_rate"): _set("no_show_365d_rate", "-0.01", _CLIENT_3),
        _BETWEEN.format("kept_365d_count"): _set("kept_365d_count", "-1", _CLIENT_3),
        "No kept visit is more than a day after as_of": _set(
            "last_kept_at", "as_of + interval 2 day", _CLIENT_3
        ),
        "The next appointment is after as_of": _set("next_appointment_at", "as_of", _CLIENT_3),
        "Kept visits in 90 days do not exceed those in 365 days": _set("kept_90d_count", "10", _CLIENT_3),
    },
    "marts.mart_client_utilization": {
        **_nulls("client_key", where=_CLIENT_3),
        _UNIQUE.format("client_key"): _set("client_key", "4", _CLIENT_3),
        "Counts do not exceed those of longer windows": _set("medical_stay_30d_count", "1", _CLIENT_3),
        "Behavioral health emergency visits do not exceed emergency visits": _set(
            "behavioral_ed_visit_365d_count", "3", _CLIENT_3
        ),
        _BETWEEN.format("ed_visit_365d_count"): _set("ed_visit_365d_count", "367", _CLIENT_3),
        "From 100 clients on, at most 1% have more than a year of psychiatric days": _QUADRUPLE
        + _set("psychiatric_stay_365d_days", "367", _CLIENT_3),
    },
    "measures.fct_measure_rate": {
        **_nulls("measure_id", where="true"),
        _BETWEEN.format("rate"): _set("rate", "1.01", "true"),
        "No numerator exceeds its denominator": _set("numerator", "5", "true"),
        _IN_SET.format("basis"): _set("basis", "'both'", "true"),
    },
    "quality.fct_reconciliation": {
        "Every delivered row is loaded or rejected": _set("rows_in", "11", "true"),
        "Every loaded row is current or superseded": _set("rows_current", "8", "true"),
        "Set-aside rows do not exceed current rows": _set("rows_set_aside", "8", "true"),
        _BETWEEN.format("rows_in"): _set("rows_in", "-1", "true"),
    },
    "quality.fct_impossible_row": {
        _BETWEEN.format("impossible_rate"): _set("impossible_rate", "0.1501", "true"),
        _BETWEEN.format("impossible_count"): _set("impossible_count", "-1", "true"),
    },
    "quality.fct_linkage_accuracy": {
        _BETWEEN.format("precision_rate"): _set("precision_rate", "0.998", "true"),
        "At least 97% of the checked people who are clients are matched": _set("recall_rate", "0.96", "true"),
        _BETWEEN.format("merged_twin_count"): _set("merged_twin_count", "1", "true"),
    },
    "quality.fct_unmatched": {
        _BETWEEN.format("unmatched_rate"): _set("unmatched_rate", "0.1501", "true"),
        _BETWEEN.format("unmatched_count"): _set("unmatched_count", "-1", "true"),
    },
    "exports.export_outreach": {
        **_nulls(
            "rank", "client_id", "client_name", "lane", "lane_name", "tier", "risk_score", "why_now_1",
            "action_needed", "due_at", "overdue_hours", "consent_status", "is_spillover",
            "data_as_of", "worklist_group", "contact_person", "next_step", where=_C3,
        ),
        _IN_SET.format("worklist_group"): _set("worklist_group", "'H'", _C3),
        _IN_SET.format("contact_person"): _set("contact_person", "'neighbor'", _C3),
        "No row covers for its own recipient": _set("covering_for_staff_id", "care_manager_id", "care_manager_id = 'cm'"),
        "No guardian is called for an adult": _set("age_years", "18", _C3),
        "A list has at most three old referrals": _set("worklist_group", "'F'", "true"),
        "Ranks follow the groups": _set("worklist_group", "'G'", "rank = 1"),
        _COLUMNS: "alter table {t} rename column barriers to hurdles",
        _UNIQUE.format("client_id"): _set("client_id", "'C4'", _C3),
        "Ranks run from 1 to n for each care manager": _set("rank", "2", "rank = 3"),
        _BETWEEN.format("lane"): _set("lane", "8", _C3),
        _IN_SET.format("tier"): _set("tier", "'urgent'", _C3),
        _BETWEEN.format("risk_score"): _set("risk_score", "101", _C3),
        _BETWEEN.format("overdue_hours"): _set("overdue_hours", "-0.1", _C3),
        _IN_SET.format("consent_status"): _set("consent_status", "'revoked'", _C3),
        "Phone numbers contain digits only": _set("phone", "'518-555-0100'", _C3),
        "No Part 2 notice without consent": _set("part2_notice", "'notice'", _C3),
        # The score with Part 2 evidence is 12, without it 10.
        "Without consent, the score is computed without Part 2 records": (
            "update intermediate.int_client__recipient_view set part2_view = 'redacted'"
            " where client_key = 3"
        ),
        _BETWEEN.format("phq9_first"): _set("phq9_first", "28", _C3),
        _BETWEEN.format("phq9_latest"): _set("phq9_latest", "-1", _C3),
        _BETWEEN.format("phq9_item9"): _set("phq9_item9", "4", _C3),
    },
    "exports.export_unmatched_discharge": {
        _COLUMNS: "alter table {t} add column client_name varchar",
        **_nulls("rank", "due_at", where="true"),
        _UNIQUE.format("rank"): "insert into {t} from {t}",
        _BETWEEN.format("overdue_hours"): _set("overdue_hours", "-0.1", "true"),
        "No Part 2 discharge of an unmatched person": (
            "update marts.fct_unmatched_discharge set is_part2 = true"
        ),
    },
    "exports.export_task": {
        **_nulls(
            "task_key", "client_id", "rank", "lane", "due_at", "why_now", "is_primary",
            "worklist_group", "next_step", where="task_key = 't3-3'",
        ),
        _COLUMNS: "alter table {t} add column extra integer",
        _UNIQUE.format("task_key"): _set("task_key", "'t3-1'", _TASK),
        _BETWEEN.format("lane"): _set("lane", "-1", _TASK),
        _BETWEEN.format("overdue_hours"): _set("overdue_hours", "-0.1", _TASK),
        "Each listed client has exactly one primary task": _set("is_primary", "true", _TASK),
        "Listed clients are the clients with tasks": "delete from {t} where client_id = 'C3'",
        "No Part 2 task on the list of a recipient without permission": "update marts.fct_task set is_part2 = true where " + _TASK,
    },
    "exports.export_metric_measure_rate": {
        "No count from 1 to 10": _set("numerator", "50", _STRATUM),  # 60 - 50 = 10 clients
        "No rate where counts are suppressed": _set("rate", "0.5", "stratum_value = 'M'"),
        # Two values are suppressed, but 100 - 95 leaves five clients for both.
        "No count from 1 to 10 can be derived from a year's total": _set("denominator", "95", _STRATUM),
        "No count from 1 to 10 is the difference of two measures of the same events": _set(
            "numerator", "60", "measure_id = 'fuh_30'"
        ),
    },
    "exports.export_metric_task_flow": {
        "No count from 1 to 10": _set("overdue", "1", "month = '2026-06-01'"),
        "No count from 1 to 10 can be derived from a lane's total": (
            "insert into {t} values (1, '2026-04-01', null, null, null);"
            "update {t} set opened = 105 where month is null"
        ),
    },
    "exports.export_metric_caseload": {
        "No count from 1 to 10": _set("clients", "10", "tier = 'high'"),
        "No count from 1 to 10 can be derived from the agency's total": (
            "insert into {t} values ('site', 'c', null, null);"
            "update {t} set clients = 101 where breakdown = 'agency'"
        ),
        "No count from 1 to 10 can be derived from a site's total": _set("clients", "51", "tier = 'high'"),
    },
}  # fmt: skip
