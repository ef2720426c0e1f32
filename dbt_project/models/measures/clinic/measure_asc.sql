-- Screening for unhealthy alcohol use and brief counseling of positives, modeled on
-- rules/measures/asc.md#event, not certified.
-- Longer than the budget: two ids with their own outcomes and common exclusions.
with

measurement_period as (
    {{ measure_period('asc', [
        'minimum_age_years', 'minimum_visits', 'lookback_months', 'counselling_months',
    ]) }}
),

service_code as (
    select * from {{ ref('alcohol_service') }}
),

coded_visit as (
    select
        visit.visit_key,
        visit.client_key,
        visit.visit_date,
        visit.started_at,
        visit.evidence_table,
        visit.evidence_key,
        service_code.kind
    from {{ ref('fct_visit') }} as visit
    left join service_code on visit.procedure_code = service_code.code
),

-- rules/measures/asc.md#event: two visits of any kind in the year, or a preventive visit
counted_visit as (
    select
        visit.*,
        period.*,
        count(*) over same_year as visit_count,
        bool_or(visit.kind = 'preventive_visit') over same_year as has_preventive_visit,
        row_number() over (
            partition by period.measurement_year, visit.client_key
            order by visit.started_at desc, visit.visit_key desc
        ) as number_from_last
    from coded_visit as visit
    inner join measurement_period as period
        on visit.visit_date between period.start_date and period.end_date
    window same_year as (partition by period.measurement_year, visit.client_key)
),

-- rules/measures/asc.md#event: the last visit of the year
last_visit as (
    select visit.*
    from counted_visit as visit
    inner join {{ ref('dim_client') }} as client
        on visit.client_key = client.client_key
        and {{ age_years('client.birth_date', 'visit.visit_date') }} >= visit.minimum_age_years
    where visit.number_from_last = 1
        and (visit.visit_count >= visit.minimum_visits or visit.has_preventive_visit)
),

-- rules/measures/asc.md#screening: the most recent total; at the same time the longer form
screened_visit as (
    select
        visit.visit_key,
        screening.screening_key,
        screening.administered_date,
        screening.is_positive,
        screening.evidence_table,
        screening.evidence_key,
        row_number() over (
            partition by visit.visit_key
            order by
                screening.administered_at desc,
                screening.instrument,
                screening.screening_key desc
        ) as screening_rank
    from last_visit as visit
    inner join {{ ref('fct_screening') }} as screening
        on visit.client_key = screening.client_key
        and screening.instrument in ('audit', 'audit_c')
        and screening.total_score is not null
        and screening.administered_date between
        {{ dbt.dateadd('month', '-visit.lookback_months', 'visit.visit_date') }}
        and visit.visit_date
),

screened_event as (
    select
        visit.*,
        screening.screening_key,
        screening.administered_date as screening_date,
        screening.is_positive,
        screening.evidence_table as screening_table,
        screening.evidence_key as screening_row,
        cast({{ dbt.dateadd(
            'month', 'visit.counselling_months', 'screening.administered_date'
        ) }} as date) as last_counselling_date
    from last_visit as visit
    left join screened_visit as screening
        on visit.visit_key = screening.visit_key
        and screening.screening_rank = 1
),

-- rules/measures/asc.md#counseling: only after a positive screening
denominator as (
    select
        id.measure_id,
        event.measure_version,
        event.measurement_year,
        'operational' as basis,
        event.client_key,
        event.visit_key as event_key,
        event.visit_date as event_date,
        -- rules/measures/asc.md#open: through the year, and the months of counseling after it
        {{ end_of_local_day(
            "case when id.measure_id = 'asc' then event.end_date"
            ~ " else greatest(event.end_date, event.last_counselling_date) end",
            'event.time_zone'
        ) }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        event.evidence_table,
        event.evidence_key,
        event.start_date,
        event.end_date,
        event.screening_key,
        event.screening_date,
        event.last_counselling_date,
        event.screening_table,
        event.screening_row
    from screened_event as event
    inner join (
        select 'asc' as measure_id
        union all
        select 'asc_counselling' as measure_id
    ) as id
        on id.measure_id = 'asc' or event.is_positive
),

-- rules/measures/asc.md#exclusions: dementia by the end of the year, hospice in the year
exclusion_found as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'dementia' as exclusion_reason,
        entry.evidence_table,
        entry.evidence_key,
        coalesce(entry.diagnosis_date, event.event_date) as evidence_date
    from denominator as event
    inner join {{ ref('fct_diagnosis') }} as entry
        on event.client_key = entry.client_key
        and coalesce(entry.diagnosis_date <= event.end_date, true)
    inner join {{ ref('int_code__classified') }} as code
        on entry.code = code.code
        and code.is_dementia
        -- F01 to F03, without the neurological codes of the group
        and code.is_behavioral
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        'hospice' as exclusion_reason,
        stay.evidence_table,
        stay.evidence_key,
        stay.admit_date as evidence_date
    from denominator as event
    inner join {{ ref('fct_stay') }} as stay
        on event.client_key = stay.client_key
        and stay.is_hospice
        and stay.admit_date <= event.end_date
        and coalesce(stay.discharge_date >= event.start_date, true)
),

exclusion as (
    {{ measure_first(
        'exclusion_found', ['exclusion_reason', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

outcome as (
    select
        measure_id,
        basis,
        event_key,
        measure_id = 'asc' as is_met,
        screening_table as evidence_table,
        screening_row as evidence_key,
        screening_date as evidence_date
    from denominator
    where screening_key is not null
    union all
    select
        event.measure_id,
        event.basis,
        event.event_key,
        true as is_met,
        visit.evidence_table,
        visit.evidence_key,
        visit.visit_date as evidence_date
    from denominator as event
    inner join coded_visit as visit
        on event.client_key = visit.client_key
        and visit.kind = 'counselling'
        and visit.visit_date between event.screening_date and event.last_counselling_date
    where event.measure_id = 'asc_counselling'
),

numerator as (
    {{ measure_first(
        'outcome', ['is_met desc', 'evidence_date', 'evidence_table', 'evidence_key']
    ) }}
),

result as (
    {{ measure_result('asc') }}
)

select * from result
