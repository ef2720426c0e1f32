"""The area of each file with rules, and the share of its mutants that the unit tests must kill."""

from __future__ import annotations

TARGET = {
    "tasks": 0.9, "stays": 0.9, "alerts": 0.9, "claims": 0.9, "engagement": 0.9, "risk": 0.9, "list": 0.9,
    "measures": 0.95,
}  # fmt: skip
AREAS = (*TARGET, "other")

_FOLDER = {
    "models/care/task/": "tasks", "models/care/absence/": "tasks", "models/core/calendar/": "tasks",
    "models/core/referral/": "tasks", "models/care/admin/": "tasks", "models/care/review/": "tasks",
    "models/care/call/": "list", "models/care/caseload/": "list", "models/care/team/": "list",
    "models/care/returned/": "list", "models/care/privacy/": "list", "models/core/returned/": "list",
    "models/core/contact/": "list",
    "models/core/stay/": "stays", "models/core/alert/": "alerts", "models/core/claim/": "claims",
    "models/care/engagement/": "engagement", "models/care/risk/": "risk", "models/care/risk_evidence/": "risk",
    "models/core/screening/": "risk", "models/care/list/": "list", "models/core/part2/": "list",
    "models/care/utilization/": "stays", "models/measures/": "measures",
    "models/care/registry/": "measures",
    "seeds/task/": "tasks", "seeds/calendar/": "tasks", "seeds/contact/": "tasks", "seeds/claim/": "claims",
    "seeds/engagement/": "engagement", "seeds/risk/": "risk", "seeds/screening/": "risk",
    "seeds/list/": "list", "seeds/caseload/": "list", "seeds/consent/": "list", "seeds/measures/": "measures",
    "models/core/": "other", "models/care/": "other",
}  # fmt: skip
_FILE = {
    "fct_task": "tasks", "fct_unmatched_discharge": "tasks", "task_lifecycle": "tasks", "task_key": "tasks",
    "task_opening": "tasks", "passed_discharge": "tasks",
    "followup_eligible_discharge": "tasks", "local_time": "tasks",
    "int_ed_visit__count_by_client": "stays", "int_ed_visit__merged": "stays", "fct_stay": "stays",
    "fct_ed_visit": "stays", "merged_spans": "stays", "merge_adjacent_events": "stays", "event_setting": "stays",
    "shown_in_both_views": "stays", "translated_codes": "other",
    "latest_non_null": "alerts", "int_outpatient_service__from_claims": "claims", "fct_claim": "claims",
    "fct_outpatient_service": "claims", "claim_setting": "claims", "cclf": "claims",
    "x12_version_id": "claims", "x12_client_id": "claims", "event_rule": "stays",
    "discharge_disposition": "stays", "adt_trigger": "alerts", "adt_patient_class": "alerts", "hl7_label": "alerts",
    "siu_trigger": "alerts", "siu_filler_status": "alerts", "mart_client_engagement": "engagement",
    "engagement_setting": "engagement", "last_by_score_date": "engagement", "fct_risk_reason": "risk",
    "mart_client_risk": "risk", "mart_client_utilization": "stays", "risk_setting": "risk",
    "mart_caseload": "list", "list_text": "list", "list_order": "list", "list_setting": "list",
    "list_status": "list", "old_referral_rank": "list", "shown_time": "list", "lane_setting": "tasks",
    "measure_chained": "measures", "measure_discharge": "measures", "measure_enrolled": "measures",
    "measure_first": "measures", "measure_period": "measures", "measure_result": "measures",
    "measure_stay": "measures",
    "measure_ed_visit": "measures", "measure_ed_follow_up": "measures",
    "measure_readmission": "measures", "measure_hospice_stay": "measures", "measure_covered_client": "measures", "measure_death": "measures",
    "measure_spaced": "measures", "measure_residential_stay": "measures",
    "measure_mental_diagnosis": "measures", "measure_follow_up_service": "measures",
    "measure_condition": "measures", "measure_death_or_hospice": "measures", "measure_dispensed": "measures",
    "measure_new_treatment": "measures", "medication_days": "risk", "measure_window_end": "measures", "phq9_total": "measures",
    "age_years": "measures", "registry_setting": "measures", "utilization_setting": "measures", "payer_type_of": "other", "merged_records": "other", "normalized_code": "other",
    "normalized_identity": "other", "no_text": "other",
}  # fmt: skip


def area(path: str) -> str | None:
    """The area of a file of the dbt project; None if the file has no rules of care, core or measures."""
    name = path.rsplit("/", 1)[-1].partition(".")[0]
    if name in _FILE and not path.startswith("models/staging/"):
        return _FILE[name]
    return next((found for folder, found in _FOLDER.items() if path.startswith(folder)), None)
