"""Changes of the sample warehouse that an expectation must refuse, at least one per expectation.

Longer than the size budget: one table, which a test compares with the suites as a whole.

Keys: relation, then the name of the expectation in the verdict. `{t}` is replaced by the relation.
A tuple has a change for each of the rules that the expectation joins.
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

_AFTER = "timestamptz '2026-06-30 12:00:01+00'"
_AGAIN = "insert into {t} from {t}"
_RENAMED = {_COLUMNS: "alter table {t} add column extra integer"}

VIOLATIONS: dict[str, dict[str, str | tuple[str, ...]]] = {
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
        "At least 97% of the checked people who are clients are matched or in the identity review beside the right client":
            _set("found_rate", "0.96", "true"),
        "At least 90% of the checked people who are clients are matched": _set("recall_rate", "0.89", "true"),
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
            "task_key", "client_id", "rank", "lane", "due_at", "why_now", "is_primary", "is_red",
            "worklist_group", "next_step", where="task_key = 't3-3'",
        ),
        _COLUMNS: "alter table {t} add column extra integer",
        _UNIQUE.format("task_key"): _set("task_key", "'t3-1'", _TASK),
        _BETWEEN.format("lane"): _set("lane", "-1", _TASK),
        _BETWEEN.format("overdue_hours"): _set("overdue_hours", "-0.1", _TASK),
        "Each listed client has exactly one primary task": _set("is_primary", "true", _TASK),
        "Listed clients are the clients with tasks": "delete from {t} where client_id = 'C3'",
        "No Part 2 task on the list of a recipient without permission": (
            "update intermediate.int_task__unioned set is_part2 = true where " + _TASK,
            # a task that the recipient's view does not have
            "delete from intermediate.int_task__unioned where " + _TASK,
            _set("part2_notice", "'notice'", _TASK),
        ),
    },
    "exports.export_fhir_task": {
        **_RENAMED,
        "Every task has its own key, a client, a reason and times": (
            _AGAIN,
            *(_set(name, "null", _TASK) for name in ("task_key", "client_id", "why_now", "authored_at", "due_at")),
        ),
        "Status, intent and priority are codes of FHIR": (
            _set("status", "'open'", _TASK), _set("status", "null", _TASK), _set("intent", "'proposal'", _TASK),
            _set("intent", "null", _TASK), _set("priority", "'high'", _TASK), _set("priority", "null", _TASK),
            _set("status", "'ready'", "owner_staff_id is null"),
            _set("status", "'requested'", "owner_staff_id is not null"),
        ),
        "No task opened after the data": _set("authored_at", _AFTER, _TASK),
        "The tasks and their texts are those of the lists": (
            "delete from {t} where " + _TASK, "delete from exports.export_task where " + _TASK,
            *(_set(name, "'x'", _TASK) for name in ("client_id", "owner_staff_id", "why_now", "action_needed")),
        ),
        "Every task that shows Part 2 records has the security label": (
            "update intermediate.int_client__recipient_view set is_part2_permitted = true where client_key = 3",
            _set("part2_notice", "'notice'", _TASK),
        ),
    },
    "exports.export_consent": {
        **_RENAMED,
        "Each client has one row": (_AGAIN, _set("client_id", "null", "true")),
        "States and views are known": (
            _set("consent_status", "'lost'", "true"), _set("consent_status", "null", "true"),
            _set("part2_view", "'half'", "true"), _set("part2_view", "null", "true"),
        ),
        "No full view without a permission": _set("part2_view", "'full'", "true"),
        "Every consent that shapes a list is in the file": (
            "update exports.export_outreach set consent_status = 'consented' where client_id = 'C3'",
            "update exports.export_outreach set consent_status = 'consented' where client_id = 'C5'",
        ),
    },
    "exports.export_disclosure": {
        **_RENAMED,
        "Each file names a client once": (
            _AGAIN, _set("file_name", "null", _C3), _set("client_id", "null", "client_id = 'C3' and column_class = 'fhir_task'"),
        ),
        "Every row names its recipient and the class of its columns": (
            *(_set(name, "null", _C3) for name in ("recipient", "purpose", "is_part2", "column_class")),
            _set("column_class", "'everything'", _C3),
        ),
        "Every client of a list or a workbook is logged": tuple(
            f"delete from {{t}} where {_C3} and column_class = '{columns}'"
            for columns in ("outreach_list", "fhir_task", "care_manager_workbook")
        ),
        "No Part 2 record in a supervisor's workbook": (
            _set("is_part2", "true", _C3), _set("consent_id", "'k'", _C3),
        ),
        "Part 2 records under a consent name the consent": (
            _set("consent_id", "'k'", "client_id = 'C3' and column_class = 'outreach_list'"),
            "update exports.export_outreach set consent_status = 'consented' where client_id = 'C3'",
        ),
    },
    "exports.export_workbook_client": {
        **_RENAMED,
        "Each client has one row": (_AGAIN, _set("client_id", "null", _C3)),
        "Tiers and statuses are known": (
            _set("tier", "'urgent'", _C3), _set("tier", "null", _C3), _set("list_status", "'gone'", _C3),
            _set("list_status", "null", _C3), _set("open_task_count", "-1", _C3), _set("tries_14d", "-1", _C3),
        ),
        "No state of a consent but consented, and no consent or notice without it": (
            _set("consent_status", "'revoked'", _C3), _set("consent_status", "null", _C3),
            _set("consent_id", "'k'", _C3), _set("part2_notice", "'notice'", _C3),
            "update {t} set consent_status = 'consented', consent_id = 'k' where client_id = 'C3'",
            "update {t} set consent_status = 'consented', part2_notice = 'n' where client_id = 'C3'",
        ),
        # The tier with Part 2 evidence is standard, without it rising.
        "Without a permission, the tier is computed without Part 2 records": (
            "update intermediate.int_client__recipient_view set part2_view = 'redacted' where client_key = 3"
        ),
        "Other phone numbers contain digits only": _set("phone_2", "'518-555-0199'", _C3),
        "No visit, score, consult or plan after as_of": (
            *(
                _set(name, "date '2026-07-01'", _C3)
                for name in (
                    "last_kept_visit_date", "cssrs_date", "safety_plan_date", "last_consult_date", "baseline_date",
                )
            ),
            _set("next_appointment_at", "timestamptz '2026-06-30 12:00:00+00'", _C3),
        ),
        "Clients on a list are the listed clients, of the same care manager": (
            _set("list_status", "'snoozed'", _C3), "delete from exports.export_outreach where client_id = 'C3'",
            _set("care_manager_id", "'cm'", _C3),
        ),
        "Every client who can be listed is in a workbook": (
            "delete from {t} where client_id = 'C3'",
            "update marts.dim_client set is_listable = false where client_key = 3",
        ),
    },
    "exports.export_workbook_change": {
        **_RENAMED,
        "Each client changes once": (_AGAIN, _set("client_id", "null", _C3)),
        "A client came, or left for a reason": (
            _set("change", "'moved'", _C3), _set("change", "null", _C3), _set("left_reason", "'reached'", _C3),
            _set("left_reason", "null", "client_id = 'C0'"),
        ),
        "Clients who came are on the same list, and those who left are on none": (
            "delete from exports.export_outreach where client_id = 'C3'", _set("client_id", "'C4'", "client_id = 'C0'"),
            _set("care_manager_id", "'cm'", _C3),
        ),
    },
    "exports.export_workbook_staff": {
        **_RENAMED,
        "Each staff member has one row": (_AGAIN, _set("staff_id", "null", "staff_id = 'th'")),
    },
    "exports.export_return": {
        **_RENAMED,
        "Each staff member has one row": (_AGAIN, "update {t} set staff_id = null;" + _AGAIN),
        "Every returned row counts or needs a look": (
            _set("sent_count", "4", "true"), _set("sent_count", "null", "true"), _set("workbook_count", "0", "true"),
            "update {t} set counted_count = -1, sent_count = 0", "update {t} set look_count = -1, sent_count = 1",
        ),
        "No return after as_of": (_set("received_at", _AFTER, "true"), _set("received_at", "null", "true")),
        "Rows that need a look are sent back": "delete from exports.export_sent_back",
    },
    "exports.export_sent_back": {
        **_RENAMED,
        "Each row has its own key": (_AGAIN, _set("sent_back_key", "null", "true")),
        "Every row names its table and its place, and an error its column": (
            _set("list_table", "null", "true"), _set("sheet_row", "0", "true"), _set("is_deciding", "null", "true"),
            _set("reason_code", "null", "true"),
        ),
        "No name of another care manager's client": (
            "update marts.mart_sent_back set client_key = 3", _set("staff_id", "'th'", "true"),
            _set("staff_id", "null", "true"), "delete from marts.mart_sent_back",
        ),
        "Every row belongs to a return": "delete from exports.export_return",
    },
    "exports.export_supervisor_account": {
        **_RENAMED,
        "Each team has one count per status": _AGAIN,
        "Statuses are known, and each has clients": (
            _set("list_status", "'gone'", "true"), _set("list_status", "null", "true"),
            _set("client_count", "0", "true"), _set("client_count", "null", "true"),
        ),
        "The counts add up to all clients who can be listed": (_set("client_count", "38", "true"), "delete from {t}"),
    },
    "exports.export_supervisor_discharge": {
        **_RENAMED,
        "Each discharge has its own key and a due time": (
            _AGAIN, _set("unmatched_discharge_key", "null", "true"), _set("due_at", "null", "true"),
        ),
        "No Part 2 discharge by name": (
            "update marts.fct_unmatched_discharge set is_part2 = true", "delete from marts.fct_unmatched_discharge",
        ),
        "No discharge after as_of": (_set("discharged_at", _AFTER, "true"), _set("discharged_at", "null", "true")),
        "The discharges are those of the list without names": "delete from {t}",
    },
    "exports.export_supervisor_pair": {
        **_RENAMED,
        "Each pair has one row and a sender": (_AGAIN, _set("source", "null", "true")),
        "Match probabilities range from 0 to 1": _set("match_probability", "1.01", "true"),
        "No person known from Part 2 alerts alone": "update intermediate.int_alert__described set is_part2 = true",
    },
    "exports.export_supervisor_referral": {
        **_RENAMED,
        "Each referral has one row and a client": (
            _AGAIN, _set("referral_key", "null", "true"), _set("client_id", "null", "true"),
        ),
        "No closed referral and no Part 2 referral": (
            "update marts.fct_referral set is_part2 = true", "update marts.fct_referral set is_open = false",
            "delete from marts.fct_referral",
        ),
        "No status after as_of": (_set("last_status_at", _AFTER, "true"), _set("last_status_at", "null", "true")),
    },
    "exports.export_supervisor_report": {
        **_RENAMED,
        "Each client has one report of a kind": (_AGAIN, _set("client_id", "null", "kind = 'moved'")),
        "Reports are of a death or a move": (_set("kind", "'jail'", "kind = 'moved'"), _set("kind", "null", "kind = 'moved'")),
        "No report after as_of": (_set("reported_at", _AFTER, "true"), _set("reported_at", "null", "true")),
        "No report of a Part 2 contact": "update marts.fct_contact set is_part2 = true",
    },
    "exports.export_supervisor_staff": {
        **_RENAMED,
        "Each care manager has one row": (_AGAIN, _set("staff_id", "null", "true")),
        "The groups add up to the list, and no group has more late rows than rows": (
            _set("listed_count", "18", "true"), _set("listed_count", "null", "true"),
            _set("group_d_late_count", "20", "true"), _set("group_g_late_count", "-1", "true"),
        ),
        "Clients and units are not negative, and a caseload without clients has no units": (
            _set("client_count", "-1", "true"), _set("load_units", "-0.1", "true"),
            _set("client_count", "0", "true"), _set("load_units", "null", "true"),
        ),
        "No return after as_of": _set("last_return_at", _AFTER, "true"),
    },
    "exports.export_supervisor_task": {
        **_RENAMED,
        "Each task has its own key and a client": (
            _AGAIN, _set("task_key", "null", "problem = 'late'"), _set("client_id", "null", "problem = 'late'"),
        ),
        "Late tasks are those of groups A and B, the others have expired": (
            _set("worklist_group", "'C'", "problem = 'late'"), _set("overdue_hours", "null", "problem = 'late'"),
            _set("expired_at", "opened_at", "problem = 'late'"), _set("problem", "'paused'", "problem = 'late'"),
            _set("expired_at", "null", "problem = 'expired'"), _set("problem", "null", "problem = 'late'"),
        ),
        "No Part 2 task in a supervisor's workbook": (
            "update intermediate.int_task__unioned set is_part2 = true",
            "update intermediate.int_client__supervisor_view set part2_view = 'redacted'",
        ),
        "No task opened or expired after as_of": (
            _set("opened_at", _AFTER, "true"), _set("opened_at", "null", "true"), _set("expired_at", _AFTER, "true"),
        ),
    },
    "exports.export_supervisor_unassigned": {
        **_RENAMED,
        "Each client has one row": (_AGAIN, _set("client_id", "null", _C3)),
        "A suggested owner is a care manager, with the reason": (
            _set("suggested_by", "null", _C3), _set("suggested_staff_id", "null", _C3),
            _set("suggested_staff_id", "'th'", _C3),
        ),
        "The clients are those of the unassigned workbook whose owner is not away": (
            "delete from {t} where client_id = 'C3'",
            "update exports.export_workbook_client set covering_for_staff_id = 'cm' where client_id = 'C3'",
        ),
    },
    "exports.export_supervisor_pass": {
        **_RENAMED,
        "Each client has one row": (_AGAIN, _set("client_id", "null", _C3)),
        "A request names who asks, the colleague and the day": (
            _set("staff_id", "null", _C3), _set("pass_to_staff_id", "null", _C3),
            _set("requested_date", "null", _C3),
        ),
        "Only clients who can be listed are passed": (
            "update marts.dim_client set is_listable = false where client_id = 'C3'",
        ),
    },
    "exports.export_supervisor_unreached": {
        **_RENAMED,
        "Each client has one row with the tries": (
            _AGAIN, _set("client_id", "null", _C3), _set("unable_to_reach", "null", _C3),
        ),
        "No client whose tries are counted in another view than the supervisors'": (
            "update intermediate.int_client__supervisor_view set part2_view = 'redacted' where client_key = 3"
        ),
        "Every client can be listed": (
            "update marts.dim_client set is_listable = false where client_key = 3", _set("client_id", "'C99'", _C3),
        ),
    },
    "exports.export_metric_feed": {
        **_RENAMED,
        "Each sender has one row and a state": (
            _AGAIN, _set("source", "null", "source = 'adt'"), _set("is_stale", "null", "source = 'adt'"),
        ),
        "No delivery after as_of": _set("last_received_at", _AFTER, "source = 'adt'"),
    },
    "exports.export_metric_measure_definition": {
        **_RENAMED,
        "Each measure has one definition": (_AGAIN, _set("measure_id", "null", "measure_id = 'fuh_7'")),
        "Every definition says that the rate is not certified": (
            _set("certification", "'certified'", "true"), _set("certification", "null", "true"),
            _set("description", "null", "true"), _set("direction", "'up'", "true"), _set("direction", "null", "true"),
        ),
        "Targets and national rates are shares with a source": (
            _set("target_rate", "50", "true"), _set("target_source", "null", "true"),
            "update {t} set national_rate = 84.1, national_source = 'CMS'", _set("national_rate", "0.841", "true"),
        ),
        "Every published rate has its definition": "delete from {t} where measure_id = 'fuh_30'",
    },
    "exports.export_metric_ccbhc_measure": {
        **_RENAMED,
        "Each line of the list has one row": (_AGAIN, _set("position", "null", "position = 1")),
        "Every measure has a sheet or the reason why not": (
            _set("sheet", "null", "position = 1"), _set("sheet", "'x'", "position = 2"),
            _set("what_is_missing", "null", "position = 2"), _set("sheet", "repeat('x', 32)", "position = 1"),
        ),
    },
    "exports.export_metric_chart_rebase": {
        **_RENAMED,
        "Each rebase point has a reason": (
            _AGAIN, _set("measure_id", "null", "true"), _set("first_period_date", "null", "true"),
            _set("reason", "null", "true"), _set("reason", "' '", "true"),
        ),
    },
    "exports.export_metric_measure_version": {
        **_RENAMED,
        "Each measure and year has one version": (
            _AGAIN, _set("measure_id", "null", "measurement_year = 2025"),
            _set("measurement_year", "null", "measurement_year = 2025"),
        ),
    },
    "exports.export_metric_capacity": {
        **_RENAMED,
        "Care managers and their planning limit are plausible": (
            _set("care_manager_count", "-1", "true"), _set("care_manager_count", "null", "true"),
            _set("clients_per_care_manager", "0", "true"), _set("clients_per_care_manager", "null", "true"),
        ),
    },
    "exports.export_metric_measure_rate": {
        "No count from 1 to 10": (
            _set("numerator", "50", _STRATUM),  # 60 - 50 = 10 clients
            _set("excluded", "1", "basis = 'reporting'"), _set("open", "10", "basis = 'reporting'"),
        ),
        "No rate where counts are suppressed": _set("rate", "0.5", "basis = 'reporting'"),
        "Every count is shown or has its words": (
            _set("denominator_status", "'hidden'", "basis = 'reporting'"),
            _set("numerator_status", "null", "basis = 'reporting'"),
            _set("excluded_status", "'shown'", _STRATUM), _set("open_status", "'fewer than 11'", "open = 0"),
        ),
        # 100 - 95 leaves five clients for the other groups.
        "No count from 1 to 10 can be derived from a year's total": (
            "delete from {t} where stratum_value = 'all other groups';" + _set("denominator", "95", _STRATUM),
            "delete from {t} where period_start = '2026-02-01'; update {t} set denominator = 90 where period_type = 'month'",
        ),
        "No count from 1 to 10 is the difference of two measures of the same events": _set(
            "numerator", "40", "measure_id = 'fuh_30' and stratum_name = 'sex'"
        ),
        "No count from 1 to 10 is the difference of two measures in merged groups": (
            "update exports.export_rate_sister_group set first_numerator = 1",  # 12 - 2
            "update exports.export_rate_sister_group set first_denominator = first_denominator + 5",
        ),
        "Periods do not overlap": _set("period_end", "'2026-02-28'", "period_start = '2026-01-01' and period_type = 'month'"),
    },
    "exports.export_metric_task_flow": {
        "No count from 1 to 10": "update {t} set tasks = 1 where period_start = '2026-06-01'",
        "Every count is shown or has its words": (
            "update {t} set tasks = null where period_start = '2026-06-01'",
            _set("tasks_status", "null", "period_start = '2026-06-01'"),
        ),
        "The outcomes of a period add up to the tasks that opened": "delete from {t} where outcome = 'other outcomes'",
    },
    "exports.export_metric_caseload": {
        "No count from 1 to 10": (
            "insert into {t} values ('site', 'c', null, 10, 'shown'); update {t} set clients = 110 where breakdown = 'agency'"
        ),
        "Every count is shown or has its words": (
            _set("clients_status", "'fewer than 11'", "breakdown = 'agency'"), _set("clients_status", "null", "breakdown = 'agency'"),
        ),
        "The sites add up to the agency": _set("clients", "101", "breakdown = 'agency'"),
        "The groups of a site add up to the site": _set("clients", "36", "tier = 'standard'"),
    },
}  # fmt: skip
