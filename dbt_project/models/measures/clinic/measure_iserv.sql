-- Time to services, modeled on rules/measures/iserv.md#event, not certified: business days from a
-- new client's first contact to the initial evaluation and to the first service, hours from a
-- crisis contact to the crisis service.
-- Longer than the budget: three ids with two clocks.
with

measurement_period as (
    {{ measure_period('iserv', [
        'new_client_months', 'urgent_business_days', 'routine_business_days', 'crisis_hours',
    ]) }}
),

business_day as (
    select * from {{ ref('int_business_day__numbered') }}
),

-- a weekend or holiday has the number of the business day before it
numbered_day as (
    select
        business_day_number,
        max(calendar_date) as last_date
    from business_day
    group by business_day_number
),

contact as (
    select
        intake.intake_key,
        intake.client_key,
        intake.first_contact_at,
        intake.first_contact_date,
        coalesce(intake.urgency, 'routine') as urgency,
        intake.initial_evaluation_at,
        intake.first_service_at,
        intake.evidence_table,
        intake.evidence_key,
        period.*,
        cast({{ dbt.dateadd(
            'month', '-period.new_client_months', 'intake.first_contact_date'
        ) }} as date) as first_prior_date
    from {{ ref('fct_intake') }} as intake
    inner join measurement_period as period
        on intake.first_contact_date between period.start_date and period.end_date
    where intake.client_key is not null
),

-- rules/measures/iserv.md#event: not new with a visit, or an earlier contact, in the six months
-- before
known_client as (
    select contact.intake_key
    from contact
    inner join {{ ref('fct_visit') }} as visit
        on contact.client_key = visit.client_key
        and visit.visit_date >= contact.first_prior_date
        and visit.visit_date < contact.first_contact_date
    union
    select contact.intake_key
    from contact
    inner join {{ ref('fct_intake') }} as intake
        on contact.client_key = intake.client_key
        and intake.first_contact_date >= contact.first_prior_date
        and (
            intake.first_contact_at < contact.first_contact_at
            or (
                intake.first_contact_at = contact.first_contact_at
                and intake.intake_key < contact.intake_key
            )
        )
),

new_contact as (
    select contact.*
    from contact
    left join known_client on contact.intake_key = known_client.intake_key
    where known_client.intake_key is null
),

-- rules/measures/iserv.md#crisis: the first service, or a crisis visit before it
crisis_visit as (
    select
        contact.intake_key,
        min(visit.started_at) as started_at
    from new_contact as contact
    inner join {{ ref('fct_visit') }} as visit
        on contact.client_key = visit.client_key
        and visit.is_crisis
        and visit.started_at >= contact.first_contact_at
    where contact.urgency = 'crisis'
    group by contact.intake_key
),

awaited_service as (
    select 'iserv' as measure_id, initial_evaluation_at as done_at, * from new_contact
    union all
    select 'iserv_service' as measure_id, first_service_at as done_at, * from new_contact
    union all
    select
        'iserv_crisis' as measure_id,
        least(contact.first_service_at, crisis_visit.started_at) as done_at,
        contact.*
    from new_contact as contact
    left join crisis_visit on contact.intake_key = crisis_visit.intake_key
    where contact.urgency = 'crisis'
),

-- rules/measures/iserv.md#standard: urgent and crisis contacts have the shorter standard
counted_service as (
    select
        service.*,
        contact_day.business_day_number as contact_day_number,
        case when service.urgency = 'routine' then service.routine_business_days
            else service.urgent_business_days
        end as standard_business_days,
        done_day.business_day_number - contact_day.business_day_number as elapsed_business_days,
        {{ dbt.datediff('service.first_contact_at', 'service.done_at', 'second') }}
            as elapsed_seconds
    from awaited_service as service
    left join business_day as contact_day
        on service.first_contact_date = contact_day.calendar_date
    left join business_day as done_day
        on {{ local_date('service.done_at', 'service.time_zone') }} = done_day.calendar_date
),

denominator as (
    select
        service.measure_id,
        service.measure_version,
        service.measurement_year,
        'operational' as basis,
        service.client_key,
        service.intake_key as event_key,
        service.first_contact_date as event_date,
        case
            when service.measure_id = 'iserv_crisis'
                then {{ dbt.dateadd('hour', 'service.crisis_hours', 'service.first_contact_at') }}
            else {{ end_of_local_day('due_day.last_date', 'service.time_zone') }}
        end as window_closes_at,
        case when service.done_at < service.first_contact_at then 'service_before_contact' end
            as not_evaluable_reason,
        service.evidence_table,
        service.evidence_key,
        service.done_at,
        {{ local_date('service.done_at', 'service.time_zone') }} as done_date,
        service.elapsed_business_days,
        service.elapsed_seconds,
        service.standard_business_days,
        service.crisis_hours
    from counted_service as service
    left join numbered_day as due_day
        on service.contact_day_number + service.standard_business_days
        = due_day.business_day_number
),

-- rules/measures/iserv.md#exclusions: none
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

numerator as (
    select
        measure_id,
        basis,
        event_key,
        case
            when measure_id = 'iserv_crisis' then elapsed_seconds <= crisis_hours * 3600
            else elapsed_business_days <= standard_business_days
        end as is_met,
        evidence_table,
        evidence_key,
        done_date as evidence_date,
        case when measure_id <> 'iserv_crisis' then elapsed_business_days end
            as elapsed_business_days,
        case
            when measure_id = 'iserv_crisis'
                then cast(elapsed_seconds / 3600.0 as decimal(18, 4))
        end as elapsed_hours
    from denominator
    where done_at is not null and not_evaluable_reason is null
),

result as (
    {{ measure_result('iserv') }}
),

timed_result as (
    select
        result.*,
        numerator.elapsed_business_days,
        numerator.elapsed_hours
    from result
    left join numerator
        on result.event_key = numerator.event_key
        and result.measure_id = numerator.measure_id
)

select * from timed_result
