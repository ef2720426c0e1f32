{#- Longer than the budget: the inputs of all rules, each looked up once. -#}
{%- set instruments = {
    'phq9': 'phq9_latest', 'cssrs': 'cssrs_level', 'audit': 'audit_total', 'dast10': 'dast10_total',
    'dla20': 'dla20_mean',
} %}
{%- set gap_names = (
    'phq9 cssrs audit dast10 dla20 consistent_screening social_needs housing phone diagnosis'
    ' visit_cadence appointments intakes medications antipsychotic_fills treatment_plan'
    ' safety_plan claims primary_care metabolic_test hospital_events'
).split() %}
with
client as (
    select client_key, source, is_agency_client, is_listable, housing_status, phone, phone_2
    from {{ ref('dim_client') }}
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
    where score_point = 'current'
),

living_situation as (
    select client_key from {{ ref('int_client__living_situation') }}
),

response as (
    select * from {{ ref('int_risk__latest_screening') }}
    where score_point = 'current' and part2_view = 'full'
),

screened as (
    select
        client_key,
    {%- for instrument, measure in instruments.items() %}
    max(
        case
            when instrument = '{{ instrument }}' and age_days <= {{ risk_window_days(measure) }}
                then 1
            else 0
        end
    ) = 1 as has_{{ instrument }}{{ ',' if not loop.last }}
    {%- endfor %}
    from response
    group by client_key
),

-- rules/screenings.md#totals: a total that contradicts its items is not used
screening as (
    select
        fct_screening.client_key,
        max(case when fct_screening.instrument = 'sdoh' and fct_screening.status = 'completed'
                and score_date.score_date - fct_screening.administered_date
                <= {{ risk_window_days('need_safety') }} then 1
            else 0
        end) = 1 as has_needs,
        max(case when fct_screening.is_contradicted
                and score_date.score_date - fct_screening.administered_date
                <= {{ risk_setting_days('note_days') }} then 1
            else 0
        end) = 1 as has_contradiction
    from {{ ref('fct_screening') }} as fct_screening
    cross join score_date
    group by fct_screening.client_key
),

-- Coverage that only the agency's record reports brings no claims.
enrolled as (
    select
        eligibility.client_key,
        max(case when eligibility.end_date >= score_date.score_date then 1 else 0 end) = 1
            as is_covered
    from {{ ref('fct_eligibility') }} as eligibility
    inner join score_date on eligibility.start_date <= score_date.score_date
    where eligibility.basis = 'payer'
    group by eligibility.client_key
),

diagnosed as (
    select distinct client_key from {{ ref('fct_diagnosis') }}
),

seen as (
    select client_key, gap_ratio
    from {{ ref('int_risk__last_kept_visit') }}
    where score_point = 'current' and part2_view = 'full'
),

planned as (
    select distinct client_key from {{ ref('fct_treatment_plan') }}
    where status = 'active' and next_review_date is not null
),

missing_safety_plan as (
    select client_key from {{ ref('int_risk__missing_safety_plan') }}
    where score_point = 'current' and part2_view = 'full' and not has_document_feed
),

preventive_care as (
    select client_key, primary_care from {{ ref('int_risk__preventive_care') }}
    where score_point = 'current' and part2_view = 'full'
),

supplied as (
    select client_key from {{ ref('int_risk__antipsychotic_supply') }}
    where score_point = 'current' and part2_view = 'full'
),

-- Active orders of antipsychotics; an injection brings no fills.
ordered as (
    select
        medication.client_key,
        max(case when medication.is_long_acting_injectable then 0 else 1 end) = 1 as is_filled
    from {{ ref('fct_medication') }} as medication
    cross join score_date
    where medication.medication_class = 'antipsychotic'
        and not medication.is_fill
        and coalesce(medication.end_date >= score_date.score_date, true)
    group by medication.client_key
),

alerted as (
    select stay_key as event_key from {{ ref('fct_stay') }}
    where has_adt
    union all
    select ed_visit_key as event_key from {{ ref('fct_ed_visit') }}
    where has_adt
),

feed as (
    select
        (select count(*) from {{ ref('fct_medication') }}) > 0 as has_medications,
        (select count(*) from {{ ref('fct_intake') }}) > 0 as has_intakes,
        (select count(*) from alerted) > 0 as has_alerts
),

appointment_source as (
    select distinct {{ evidence_source('evidence_table') }} as source
    from {{ ref('fct_appointment') }}
),

-- rules/risk-score.md#data-gaps: inputs of the score that are missing, in a fixed order
known as (
    select
        client.client_key,
        client.is_agency_client,
        {%- for instrument in instruments %}
        not coalesce(screened.has_{{ instrument }}, false) as lacks_{{ instrument }},
        {%- endfor %}
        screening.has_contradiction as lacks_consistent_screening,
        not coalesce(screening.has_needs, false) as lacks_social_needs,
        coalesce(client.housing_status, 'unknown') = 'unknown' as lacks_housing,
        -- an empty phone field of a client record is a finding; without such a record it is a gap
        living_situation.client_key is null
        and client.phone is null
        and client.phone_2 is null as lacks_phone,
        diagnosed.client_key is null as lacks_diagnosis,
        seen.gap_ratio is null as lacks_visit_cadence,
        client.is_listable and appointment_source.source is null as lacks_appointments,
        client.is_listable and seen.client_key is null and not feed.has_intakes as lacks_intakes,
        not feed.has_medications as lacks_medications,
        ordered.is_filled and supplied.client_key is null
            as lacks_antipsychotic_fills,
        planned.client_key is null as lacks_treatment_plan,
        missing_safety_plan.client_key is not null as lacks_safety_plan,
        enrolled.client_key is null as lacks_claims,
        not coalesce(enrolled.is_covered, false)
        or preventive_care.primary_care = 'unknown' as lacks_primary_care,
        not coalesce(enrolled.is_covered, false) and ordered.client_key is not null
            as lacks_metabolic_test,
        enrolled.client_key is null and not feed.has_alerts as lacks_hospital_events
    from client
    cross join feed
    left join living_situation on client.client_key = living_situation.client_key
    left join screened on client.client_key = screened.client_key
    left join screening on client.client_key = screening.client_key
    left join enrolled on client.client_key = enrolled.client_key
    left join diagnosed on client.client_key = diagnosed.client_key
    left join seen on client.client_key = seen.client_key
    left join appointment_source on client.source = appointment_source.source
    left join planned on client.client_key = planned.client_key
    left join missing_safety_plan on client.client_key = missing_safety_plan.client_key
    left join preventive_care on client.client_key = preventive_care.client_key
    left join supplied on client.client_key = supplied.client_key
    left join ordered on client.client_key = ordered.client_key
),

listed_gap as (
    select
        client_key,
        case when is_agency_client then '' else ';agency_record' end
        {%- for gap_name in gap_names %}
        || case when is_agency_client and lacks_{{ gap_name }} then ';{{ gap_name }}' else '' end
        {%- endfor %}
            as gap_list
    from known
),

gap as (
    select client_key, nullif(substr(gap_list, 2), '') as data_gaps
    from listed_gap
)

select * from gap
