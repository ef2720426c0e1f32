-- Tobacco screening and cessation, modeled on rules/measures/tsc.md#event, not certified. No feed
-- has tobacco screenings, so no event can be evaluated.
with

measurement_period as (
    {{ measure_period('tsc', ['minimum_age_years']) }}
),

-- rules/measures/tsc.md#event: the last visit of the year at age 18 or more
adult_visit as (
    select
        visit.visit_key,
        visit.client_key,
        visit.visit_date,
        visit.evidence_table,
        visit.evidence_key,
        period.*,
        row_number() over (
            partition by period.measurement_year, visit.client_key
            order by visit.started_at desc, visit.visit_key desc
        ) as number_from_last
    from {{ ref('fct_visit') }} as visit
    inner join measurement_period as period
        on visit.visit_date between period.start_date and period.end_date
    inner join {{ ref('dim_client') }} as client
        on visit.client_key = client.client_key
        and {{ age_years('client.birth_date', 'visit.visit_date') }} >= period.minimum_age_years
),

-- rules/measures/tsc.md#missing-feed: closed from the start, because nothing can follow
denominator as (
    select
        'tsc' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        visit_key as event_key,
        visit_date as event_date,
        {{ start_of_local_day('visit_date', 'time_zone') }} as window_closes_at,
        'tobacco_screening_not_delivered' as not_evaluable_reason,
        evidence_table,
        evidence_key
    from adult_visit
    where number_from_last = 1
),

exclusion as (
    select *, cast(null as varchar) as exclusion_reason
    from denominator
),

numerator as (
    select *, false as is_met
    from exclusion
),

result as (
    {{ measure_result('tsc', one_row=true) }}
)

select * from result
