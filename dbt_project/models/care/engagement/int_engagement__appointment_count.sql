with run as (
    select
        *,
        as_of_date - cast({{ engagement_setting('short_window_days') }} as integer) as short_from,
        as_of_date - cast({{ engagement_setting('long_window_days') }} as integer) as long_from
    from {{ ref('int_run__as_of') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

last_visit as (
    select client_key, part2_view, last_kept_at
    from {{ ref('int_engagement__last_visit') }}
    where service_line = 'any'
),

appointment as (
    select * from {{ ref('fct_appointment') }}
    where client_key is not null
),

-- rules/engagement.md#no-show: appointments that the clinic cancelled or the client moved in time
-- do not count
summed_by_origin as (
    select
        appointment.client_key,
        appointment.is_part2,
        {%- for status, name in [
            ('kept', 'kept'), ('no_show', 'no_show'), ('late_cancel', 'late_cancel'),
        ] %}
        {%- for window in ['short', 'long'] %}
        count(case when appointment.status = '{{ status }}'
                and appointment.scheduled_date > run.{{ window }}_from
                and appointment.scheduled_at <= run.as_of then 1
        end) as {{ name }}_{{ window }},
        {%- endfor %}
        {%- endfor %}
        min(case when appointment.status = 'kept' then appointment.scheduled_at end)
            as first_kept_at,
        min(case when appointment.status = 'no_show' then appointment.scheduled_at end)
            as first_no_show_at,
        max(case when appointment.status = 'kept' then appointment.scheduled_at end)
            as last_kept_at,
        max(case when appointment.status in ('no_show', 'late_cancel')
                then appointment.scheduled_at
        end) as last_missed_at,
        min(case when appointment.status = 'scheduled' and appointment.scheduled_at > run.as_of
                then appointment.scheduled_at
        end) as next_appointment_at
    from appointment
    cross join run
    group by appointment.client_key, appointment.is_part2
),

summed as (
    select
        client_part2_view.client_key,
        client_part2_view.part2_view,
        {%- for name in ['kept', 'no_show', 'late_cancel'] %}
        {%- for window in ['short', 'long'] %}
        cast(sum(summed_by_origin.{{ name }}_{{ window }}) as integer) as {{ name }}_{{ window }},
        {%- endfor %}
        {%- endfor %}
        min(summed_by_origin.first_kept_at) as first_kept_at,
        min(summed_by_origin.first_no_show_at) as first_no_show_at,
        max(summed_by_origin.last_kept_at) as last_kept_at,
        max(summed_by_origin.last_missed_at) as last_missed_at,
        min(summed_by_origin.next_appointment_at) as next_appointment_at
    from summed_by_origin
    inner join client_part2_view on summed_by_origin.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not summed_by_origin.is_part2
    group by client_part2_view.client_key, client_part2_view.part2_view
),

-- A kept visit without an appointment also ends a series of misses.
last_seen as (
    select
        summed.client_key,
        summed.part2_view,
        greatest(summed.last_kept_at, last_visit.last_kept_at) as last_seen_at
    from summed
    left join last_visit
        on summed.client_key = last_visit.client_key
        and summed.part2_view = last_visit.part2_view
),

miss_row as (
    select
        last_seen.client_key,
        last_seen.part2_view,
        cast(count(*) as integer) as consecutive_miss_count
    from appointment
    inner join last_seen
        on appointment.client_key = last_seen.client_key
        and coalesce(appointment.scheduled_at > last_seen.last_seen_at, true)
        and (last_seen.part2_view = 'full' or not appointment.is_part2)
    cross join run
    where appointment.status in ('no_show', 'late_cancel')
        and appointment.scheduled_at <= run.as_of
    group by last_seen.client_key, last_seen.part2_view
),

appointment_summed as (
    select
        summed.*,
        coalesce(miss_row.consecutive_miss_count, 0) as consecutive_miss_count,
        coalesce(
            summed.first_no_show_at < summed.first_kept_at, summed.first_no_show_at is not null
        ) as is_first_visit_no_show
    from summed
    left join miss_row
        on summed.client_key = miss_row.client_key
        and summed.part2_view = miss_row.part2_view
)

select * from appointment_summed
