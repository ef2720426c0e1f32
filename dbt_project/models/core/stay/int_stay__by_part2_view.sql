{#
    Longer than the budget: three quarters of it are its many columns.

    rules/privacy.md#merged-records: in the redacted view a stay is what the records say that are not Part
    2 records. A client without Part 2 hospital records has the same stays in both views.
#}
with run as (
    select * from {{ ref('int_run__as_of') }}
),

rule as (
    select
        max(case when rule_id = 'open_claim_stay_days' then value end) as open_claim_days,
        max(case when rule_id = 'transfer_days' then value end) as transfer_days
    from {{ ref('event_rule') }}
),

disposition as (
    select * from {{ ref('discharge_disposition') }}
),

client as (
    select client_key, death_date from {{ ref('dim_client') }}
),

-- an alert ends a stay, else a final claim; after an interim bill that no other bill followed, the
-- client is no longer assumed to be in the hospital
ended_stay as (
    select
        stay.*,
        stay.alert_end_date is null
        and stay.claim_end_date is null
        and not stay.has_adt
        and stay.last_seen_date + rule.open_claim_days < run.as_of_date as is_end_lost,
        coalesce(stay.alert_facility_id, stay.claim_facility_id) as facility_id,
        coalesce(stay.alert_evidence_table, stay.claim_evidence_table) as evidence_table,
        coalesce(stay.alert_evidence_key, stay.claim_evidence_key) as evidence_key,
        stay.alert_end_date is null and stay.claim_end_date is not null as is_ended_by_claim,
        run.time_zone,
        rule.transfer_days
    from {{ ref('int_stay__summarized') }} as stay
    cross join run
    cross join rule
),

-- where two senders disagree so that a stay would end before it begins, it ends when it begins
dated_stay as (
    select
        *,
        case
            when is_end_lost
                then greatest(
                        {{ start_of_local_day('last_seen_date', 'time_zone') }}, admitted_at
                    )
            when coalesce(alert_ended_at, claim_ended_at) is not null
                then greatest(coalesce(alert_ended_at, claim_ended_at), admitted_at)
        end as discharged_at,
        case
            when is_end_lost then last_seen_date
            when coalesce(alert_end_date, claim_end_date) is not null
                then greatest(coalesce(alert_end_date, claim_end_date), admit_date)
        end as discharge_date,
        case
            when is_end_lost then 'unknown'
            when is_ended_by_claim then claim_end_precision
            else alert_end_precision
        end as discharge_precision,
        nullif(coalesce(alert_discharge_disposition_code, claim_discharge_disposition_code), '30')
            as discharge_disposition_code,
        case
            when is_ended_by_claim then claim_known_at
            else coalesce(alert_known_at, claim_known_at)
        end as received_at
    from ended_stay
),

-- a transfer: acute to acute on one day, or at another facility within a day; two stays that name
-- each other
neighbouring_stay as (
    select
        *,
        lag(stay_key) over acute as earlier_stay_key,
        lag(discharge_date) over acute as earlier_discharge_date,
        lag(facility_id) over acute as earlier_facility_id,
        lead(stay_key) over acute as later_stay_key,
        lead(admit_date) over acute as later_admit_date,
        lead(facility_id) over acute as later_facility_id
    from dated_stay
    window acute as (
        partition by part2_view, coalesce(client_key, -stay_key), stay_class
        order by admitted_at, discharged_at nulls last, stay_key
    )
),

evaluated_stay as (
    select
        stay.*,
        stay.has_died
        or coalesce(disposition.category = 'died', false)
        or coalesce(client.death_date between stay.admit_date and stay.discharge_date, false)
            as died,
        {{ event_setting('stay.reported_setting', 'stay.stay_class', 'principal_diagnosis') }}
            as setting,
        coalesce(principal_diagnosis.is_mental_principal_2024, false) as is_mental_principal_2024,
        coalesce(principal_diagnosis.is_mental_principal_2025, false) as is_mental_principal_2025,
        coalesce(principal_diagnosis.is_self_harm, false) as is_self_harm_principal,
        coalesce(principal_diagnosis.is_sud, false) as is_sud_principal,
        {%- for name, left_on, arrived_on, left_facility, arrived_facility, stay_key in [
            ('from', 'stay.earlier_discharge_date', 'stay.admit_date', 'stay.earlier_facility_id',
                'stay.facility_id', 'stay.earlier_stay_key'),
            ('to', 'stay.discharge_date', 'stay.later_admit_date', 'stay.facility_id',
                'stay.later_facility_id', 'stay.later_stay_key'),
        ] %}
        case
            when
                stay.stay_class = 'acute'
                and {{ arrived_on }} <= {{ left_on }}
                + case when {{ left_facility }} = {{ arrived_facility }} then 0
                    else stay.transfer_days
                end
                then {{ stay_key }}
        end as transferred_{{ name }}_stay_key,
        {%- endfor %}
        disposition.is_to_community as is_community_disposition,
        coalesce(disposition.is_against_advice, false) as is_against_advice,
        coalesce(stay.is_hospice or disposition.category = 'hospice', false) as is_in_hospice
    from neighbouring_stay as stay
    left join disposition
        on stay.discharge_disposition_code = disposition.discharge_disposition_code
    left join client on stay.client_key = client.client_key
    left join {{ ref('int_code__classified') }} as principal_diagnosis
        on stay.principal_diagnosis_code = principal_diagnosis.code
),

merged_stay as (
    select
        part2_view,
        stay_key,
        client_key,
        facility_id,
        coalesce(alert_facility_name, claim_facility_name) as facility_name,
        coalesce(alert_facility_type, claim_facility_type) as facility_type,
        stay_class,
        setting,
        admitted_at,
        admit_date,
        discharged_at,
        discharge_date,
        discharge_precision,
        discharge_disposition_code,
        discharge_date is not null
        and not died
        and discharge_precision <> 'unknown'
        and coalesce(is_community_disposition, transferred_to_stay_key is null) as is_to_community,
        is_against_advice,
        principal_diagnosis_code,
        is_mental_principal_2024,
        is_mental_principal_2025,
        is_mental_any,
        is_self_harm_principal,
        is_self_harm_any,
        is_sud_principal,
        is_sud_any,
        is_aud_any,
        is_oud_any,
        is_other_drug_any,
        is_overdose_any,
        coalesce(reported_setting = 'substance_use', false) as is_detox,
        came_through_ed,
        coalesce(is_emergency_admission, false) as is_emergency_admission,
        has_claim,
        has_adt,
        is_in_hospice as is_hospice,
        died,
        {{ dbt.datediff('admit_date', 'discharge_date', 'day') }} as length_of_stay_days,
        cast(paid_usd as decimal(18, 4)) as paid_usd,
        is_discharge_cancelled and discharge_date is null as is_discharge_cancelled,
        cancelled_discharge_at,
        claim_start_date as claim_admit_date,
        claim_end_date as claim_discharge_date,
        transferred_from_stay_key,
        transferred_to_stay_key,
        event_count,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from evaluated_stay
),

{{ shown_in_both_views('merged_stay', 'stay') }}

select * from stay
