{%- set lines = [
    'therapy', 'psychiatry', 'medical', 'case_management', 'peer', 'group', 'injection', 'moud',
] %}

with client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

last_visit as (
    select * from {{ ref('int_engagement__last_visit') }}
),

any_visit as (
    select
        client_key,
        part2_view,
        max(case when service_line = 'any' then last_kept_at end) as last_kept_at,
        max(case when service_line = 'any' then last_kept_date end) as last_kept_visit_date,
        {%- for line in lines %}
        max(case when service_line = '{{ line }}' then days_since_last_kept end)
            as days_since_last_{{ line }},
        {%- endfor %}
        max(case when service_line = 'any' then days_since_last_kept end) as days_since_last_kept
    from last_visit
    group by client_key, part2_view
),

last_visit_evidence as (
    select any_visit.client_key, any_visit.part2_view, min(visit.evidence_key) as evidence_key
    from {{ ref('fct_visit') }} as visit
    inner join any_visit
        on visit.client_key = any_visit.client_key
        and visit.started_at = any_visit.last_kept_at
        and (any_visit.part2_view = 'full' or not visit.is_part2)
    group by any_visit.client_key, any_visit.part2_view
),

cadence as (
    select * from {{ ref('int_engagement__cadence') }}
),

appointment as (
    select * from {{ ref('int_engagement__appointment_count') }}
),

contact as (
    select * from {{ ref('int_engagement__last_contact') }}
),

setting as (
    select
        {{ engagement_setting('minimum_appointments') }} as minimum_appointments,
        {{ engagement_setting('late_cancel_is_no_show') }} as late_cancel_is_no_show
),

engagement as (
    select
        client_part2_view.client_key,
        client_part2_view.part2_view,
        {%- for window, days in [('short', '90d'), ('long', '365d')] %}
        coalesce(appointment.kept_{{ window }}, 0) as kept_{{ days }}_count,
        coalesce(appointment.no_show_{{ window }} + appointment.late_cancel_{{ window }}, 0)
            as missed_{{ days }}_count,
        coalesce(appointment.no_show_{{ window }}, 0) as no_show_{{ days }}_count,
        cast(case
            when appointment.kept_{{ window }} + appointment.no_show_{{ window }}
                + appointment.late_cancel_{{ window }} * setting.late_cancel_is_no_show
                >= setting.minimum_appointments
                then (
                    appointment.no_show_{{ window }}
                    + appointment.late_cancel_{{ window }} * setting.late_cancel_is_no_show
                ) / cast(
                    appointment.kept_{{ window }} + appointment.no_show_{{ window }}
                    + appointment.late_cancel_{{ window }} * setting.late_cancel_is_no_show
                    as decimal(18, 6)
                )
        end as decimal(5, 4)) as no_show_{{ days }}_rate,
        {%- endfor %}
        visit.last_kept_at,
        visit.last_kept_visit_date,
        visit.days_since_last_kept,
        {%- for line in lines %}
        visit.days_since_last_{{ line }},
        {%- endfor %}
        cadence.expected_interval_days,
        cadence.expected_interval_source,
        cadence.cadence_gap_ratio,
        cadence.service_line as cadence_service_line,
        cadence.days_since_last_kept as cadence_days,
        appointment.next_appointment_at,
        appointment.last_missed_at,
        coalesce(appointment.consecutive_miss_count, 0) as consecutive_miss_count,
        coalesce(appointment.is_first_visit_no_show, false) as is_first_visit_no_show,
        coalesce(contact.attempts_14d_count, 0) as attempts_14d_count,
        contact.last_contact_at,
        contact.last_contact_outcome,
        contact.last_contact_channel,
        contact.last_reached_at,
        last_visit_evidence.evidence_key as last_kept_evidence_key,
        contact.last_contact_evidence_key
    from client_part2_view
    cross join setting
    left join any_visit as visit
        on client_part2_view.client_key = visit.client_key
        and client_part2_view.part2_view = visit.part2_view
    left join last_visit_evidence
        on client_part2_view.client_key = last_visit_evidence.client_key
        and client_part2_view.part2_view = last_visit_evidence.part2_view
    left join cadence
        on client_part2_view.client_key = cadence.client_key
        and client_part2_view.part2_view = cadence.part2_view
    left join appointment
        on client_part2_view.client_key = appointment.client_key
        and client_part2_view.part2_view = appointment.part2_view
    left join contact
        on client_part2_view.client_key = contact.client_key
        and client_part2_view.part2_view = contact.part2_view
),

flagged as (
    select
        *,
        next_appointment_at is null as has_no_future_appointment,
        consecutive_miss_count >= {{ engagement_setting('consecutive_misses') }}
            as has_consecutive_misses,
        coalesce(
            cadence_days
            > nullif(expected_interval_days, 0) * {{ engagement_setting('gap_watch_above') }},
            false
        ) as is_cadence_watch,
        -- rules/engagement.md#cadence-gap: a wide gap, or a smaller one with nothing booked
        coalesce(
            cadence_days
            > nullif(expected_interval_days, 0) * {{ engagement_setting('gap_disengaging_above') }}
            or (
                cadence_days
                > nullif(expected_interval_days, 0) * {{ engagement_setting('gap_watch_above') }}
                and next_appointment_at is null
            ),
            false
        ) as is_disengaging
    from engagement
)

select * from flagged
