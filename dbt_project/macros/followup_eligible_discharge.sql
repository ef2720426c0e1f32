{#
    The discharges that lane 1 follows up, as CTEs that end in followup_eligible_discharge. The tasks of clients and the
    list of unmatched discharges both read them, so that both follow one rule.

    rules/privacy.md#merged-records: one row per Part 2 view. A stay or visit of which some records are Part 2 records is
    another discharge in the redacted view, of which the others are the records.
#}
{% macro followup_eligible_discharge() -%}
-- rules/tasks-and-lanes.md#lane-1: psychiatric or medical inpatient, crisis center; observation
-- counts as the emergency visit that it belongs to
stay_discharge as (
    select
        part2_view,
        stay_key as event_key,
        client_key,
        facility_id,
        facility_name,
        setting,
        case stay_class
            when 'crisis' then 'discharge_crisis'
            when 'observation' then 'discharge_observation'
            else 'discharge_inpatient'
        end as task_type,
        discharged_at,
        discharge_date,
        discharge_precision,
        discharge_disposition_code,
        has_adt,
        received_at,
        is_part2,
        evidence_table,
        evidence_key
    from {{ ref('int_stay__by_part2_view') }}
    where discharged_at is not null
        and (
            stay_class in ('acute', 'crisis')
            or (
                stay_class = 'observation'
                and (setting <> 'medical' or is_self_harm_any or is_overdose_any)
            )
        )
        and is_to_community
),

-- an ED visit counts if it was for behavioral health or an unknown reason
emergency_discharge as (
    select
        part2_view,
        ed_visit_key as event_key,
        client_key,
        facility_id,
        facility_name,
        setting,
        case when facility_type = 'crisis_center' then 'discharge_crisis'
            else 'discharge_emergency'
        end as task_type,
        ended_at as discharged_at,
        end_date as discharge_date,
        end_precision as discharge_precision,
        discharge_disposition_code,
        has_adt,
        received_at,
        is_part2,
        evidence_table,
        evidence_key
    from {{ ref('int_ed_visit__by_part2_view') }}
    where ended_at is not null
        and not became_inpatient
        and (is_behavioral or setting in ('psychiatric', 'substance_use', 'unknown'))
        and is_to_community
),

followup_eligible_discharge as (
    select * from stay_discharge
    union all
    select * from emergency_discharge
)
{%- endmacro %}
