with missed_version as (
    select
        *,
        row_number() over (
            partition by appointment_key, scheduled_at order by _batch_id, _source_row
        ) as version_rank
    from {{ ref('int_appointment__superseded') }}
    where status in ('no_show', 'late_cancel')
),

retracted_appointment as (
    select
        coalesce(appointment.client_key, version.client_key) as client_key,
        version.appointment_id,
        appointment.appointment_key,
        version.scheduled_at,
        version.scheduled_date,
        version.service_line,
        version.replaced_at as corrected_at,
        appointment.status,
        appointment.status_at,
        -- no program is known of a deleted appointment
        coalesce(appointment.is_part2, true) as is_part2,
        version.evidence_table,
        version.evidence_key
    from missed_version as version
    left join {{ ref('fct_appointment') }} as appointment
        on version.appointment_key = appointment.appointment_key
    where version.version_rank = 1
        and (
            appointment.appointment_key is null
            or appointment.status not in ('no_show', 'late_cancel')
            or appointment.scheduled_at <> version.scheduled_at
        )
)

select * from retracted_appointment
