-- Screening for social needs in all five domains, modeled on rules/measures/sdoh.md#event, not
-- certified.
with

measurement_period as (
    {{ measure_period('sdoh', ['minimum_age_years']) }}
),

-- rules/measures/sdoh.md#event: the first visit of the year at age 18 or more
adult_visit as (
    select
        visit.visit_key,
        visit.client_key,
        visit.visit_date,
        visit.evidence_table,
        visit.evidence_key,
        client.birth_date,
        period.*,
        row_number() over (
            partition by period.measurement_year, visit.client_key
            order by visit.started_at, visit.visit_key
        ) as number_in_year
    from {{ ref('fct_visit') }} as visit
    inner join measurement_period as period
        on visit.visit_date between period.start_date and period.end_date
    inner join {{ ref('dim_client') }} as client
        on visit.client_key = client.client_key
        and {{ age_years('client.birth_date', 'visit.visit_date') }} >= period.minimum_age_years
),

denominator as (
    select
        'sdoh' as measure_id,
        measure_version,
        measurement_year,
        'operational' as basis,
        client_key,
        visit_key as event_key,
        visit_date as event_date,
        {{ end_of_local_day('end_date', 'time_zone') }} as window_closes_at,
        cast(null as varchar) as not_evaluable_reason,
        evidence_table,
        evidence_key,
        birth_date,
        start_date,
        end_date,
        minimum_age_years
    from adult_visit
    where number_in_year = 1
),

-- rules/measures/sdoh.md#exclusions: none
exclusion as (
    select
        measure_id,
        basis,
        event_key,
        cast(null as varchar) as exclusion_reason,
        evidence_table,
        evidence_key,
        event_date as evidence_date
    from denominator
    where false
),

-- rules/measures/sdoh.md#screening: completed responses of the year at age 18 or more
adult_response as (
    select
        event.measure_id,
        event.basis,
        event.event_key,
        response.is_food_need is not null as is_food_asked,
        response.is_housing_need is not null as is_housing_asked,
        response.is_transportation_need is not null as is_transportation_asked,
        response.is_utilities_need is not null as is_utilities_asked,
        response.is_safety_need is not null as is_safety_asked,
        response.administered_at,
        response.administered_date,
        response.screening_key,
        response.evidence_table,
        response.evidence_key
    from denominator as event
    inner join {{ ref('fct_screening') }} as response
        on event.client_key = response.client_key
        and response.instrument = 'sdoh'
        and response.status = 'completed'
        and response.administered_date between event.start_date and event.end_date
        and {{ age_years('event.birth_date', 'response.administered_date') }}
        >= event.minimum_age_years
),

-- rules/measures/sdoh.md#screening: the domains may be in several responses
answered_event as (
    select
        measure_id,
        basis,
        event_key,
        bool_or(is_food_asked) over same_event
        and bool_or(is_housing_asked) over same_event
        and bool_or(is_transportation_asked) over same_event
        and bool_or(is_utilities_asked) over same_event
        and bool_or(is_safety_asked) over same_event as is_met,
        administered_at,
        administered_date as evidence_date,
        screening_key,
        evidence_table,
        evidence_key
    from adult_response
    window same_event as (partition by measure_id, basis, event_key)
),

numerator as (
    {{ measure_first('answered_event', ['administered_at desc', 'screening_key desc']) }}
),

result as (
    {{ measure_result('sdoh') }}
)

select * from result
