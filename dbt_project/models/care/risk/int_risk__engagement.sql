{#- Longer than the budget: four rules of one domain, and a domain is one model. -#}
with
client as (
    select client_key, source from {{ ref('dim_client') }}
    where is_listable
),

client_day as (
    select
        client.client_key,
        client.source,
        client_part2_view.part2_view,
        score_date.score_point,
        score_date.score_at,
        score_date.score_date
    from client
    inner join {{ ref('int_client__part2_view') }} as client_part2_view
        on client.client_key = client_part2_view.client_key
    cross join {{ ref('int_risk__score_date') }} as score_date
),

last_seen as (
    select * from {{ ref('int_risk__last_kept_visit') }}
),

stretched_gap as (
    select last_seen.*
    from last_seen
    inner join client on last_seen.client_key = client.client_key
    where last_seen.gap_ratio > (
            select min(above) from {{ ref('risk_weight') }}
            where measure = 'cadence_gap_ratio'
        )
),

-- Evidence is for the current score date only. Of visits that begin at the same time one is chosen.
simultaneous_visit as (
    select
        gap.part2_view, gap.client_key, visit.is_part2, visit.evidence_table,
        visit.evidence_key,
        row_number() over (
            partition by gap.part2_view, gap.client_key
            order by visit.is_part2, visit.evidence_table, visit.evidence_key
        ) as visit_order
    from stretched_gap as gap
    inner join {{ ref('fct_visit') }} as visit
        on gap.client_key = visit.client_key and gap.last_seen_at = visit.started_at
    where gap.score_point = 'current' and (gap.part2_view = 'full' or not visit.is_part2)
),

last_visit as (
    select * from simultaneous_visit
    where visit_order = 1
),

cadence_fact as (
    select
        gap.score_point, gap.part2_view, gap.client_key,
        'cadence_gap_ratio' as measure, gap.gap_ratio as value,
        coalesce(last_visit.is_part2, false) as is_part2,
        last_visit.evidence_table, last_visit.evidence_key, gap.last_seen_date as evidence_date,
        gap.expected_interval_days as compared_value, gap.service_line
    from stretched_gap as gap
    left join last_visit
        on gap.client_key = last_visit.client_key
        and gap.part2_view = last_visit.part2_view
),

missed_fact as (
    select
        missed.score_point, missed.part2_view, missed.client_key,
        'missed_of_last_3' as measure,
        cast(missed.missed_count as decimal(18, 4)) as value,
        missed.is_part2, appointment.evidence_table, appointment.evidence_key,
        missed.scheduled_date as evidence_date,
        {{ no_comparison() }}
    from {{ ref('int_risk__missed_appointment') }} as missed
    inner join client on missed.client_key = client.client_key
    inner join {{ ref('fct_appointment') }} as appointment
        on missed.appointment_key = appointment.appointment_key
),

future_appointment as (
    select client_key, scheduled_at, created_at, status, status_at, is_part2
    from {{ ref('fct_appointment') }}
    where scheduled_at > (select min(score_at) from {{ ref('int_risk__score_date') }})
),

-- Appointments that were scheduled on the score date: created by then, later, not yet cancelled.
booked as (
    select distinct client_day.score_point, client_day.part2_view, client_day.client_key
    from future_appointment as appointment
    inner join client_day
        on appointment.client_key = client_day.client_key
        and appointment.scheduled_at > client_day.score_at
        and (appointment.created_at is null or appointment.created_at <= client_day.score_at)
        and (
            appointment.status in ('scheduled', 'kept', 'no_show')
            or appointment.status_at > client_day.score_at
        )
        and (client_day.part2_view = 'full' or not appointment.is_part2)
),

appointment_table as (
    select distinct evidence_table from {{ ref('fct_appointment') }}
),

-- unknown is not zero: a client's calendar is known where the client's own sender has appointments
calendar as (
    select
        {{ evidence_source('evidence_table') }} as source,
        min(evidence_table) as evidence_table
    from appointment_table
    group by {{ evidence_source('evidence_table') }}
),

unbooked_fact as (
    select
        client_day.score_point, client_day.part2_view, client_day.client_key,
        'no_future_appointment' as measure,
        cast(1 as decimal(18, 4)) as value,
        false as is_part2,
        calendar.evidence_table,
        cast(null as {{ dbt.type_string() }}) as evidence_key,
        client_day.score_date as evidence_date,
        {{ no_comparison() }}
    from client_day
    inner join calendar on client_day.source = calendar.source
    left join booked
        on client_day.score_point = booked.score_point
        and client_day.part2_view = booked.part2_view
        and client_day.client_key = booked.client_key
    where booked.client_key is null
),

unseen_intake as (
    select
        client_day.score_point, client_day.part2_view, client_day.client_key,
        'days_unseen_since_intake' as measure,
        cast(client_day.score_date - intake.first_contact_date as decimal(18, 4)) as value,
        intake.is_part2, intake.evidence_table, intake.evidence_key,
        intake.first_contact_date as evidence_date,
        row_number() over (
            partition by client_day.score_point, client_day.part2_view, client_day.client_key
            order by intake.first_contact_at desc, intake.intake_key
        ) as intake_rank
    from {{ ref('fct_intake') }} as intake
    inner join client_day
        on intake.client_key = client_day.client_key
        and intake.first_contact_at <= client_day.score_at
        and (client_day.part2_view = 'full' or not intake.is_part2)
    left join last_seen
        on client_day.score_point = last_seen.score_point
        and client_day.part2_view = last_seen.part2_view
        and client_day.client_key = last_seen.client_key
    where last_seen.client_key is null
        and (intake.first_service_at is null or intake.first_service_at > client_day.score_at)
),

unseen_fact as (
    select
        score_point, part2_view, client_key, measure, value,
        is_part2, evidence_table, evidence_key, evidence_date, {{ no_comparison() }}
    from unseen_intake
    where intake_rank = 1
),

fact as (
    select * from cadence_fact
    union all
    select * from missed_fact
    union all
    select * from unbooked_fact
    union all
    select * from unseen_fact
)

select * from fact
