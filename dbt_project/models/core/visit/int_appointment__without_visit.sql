with run as (
    select * from {{ ref('int_run__as_of') }}
),

-- few and narrow columns: the joins below hold millions of rows in memory
kept_appointment as (
    select
        appointment_key,
        {{ row_hash(['appointment_id']) }} as appointment_hash,
        client_key,
        scheduled_date,
        service_line
    from {{ ref('fct_appointment') }}
    cross join run
    where status = 'kept' and scheduled_at <= run.as_of
),

linked_visit as (
    select {{ row_hash(['visit.appointment_id']) }} as appointment_hash
    from {{ ref('input_visit') }} as visit
    cross join run
    where
        visit.appointment_id is not null
        and {{ happened_by_as_of('visit.started_at') }}
),

unlinked_visit as (
    select distinct client_key, visit_date, service_line from {{ ref('int_visit__recorded') }}
    where appointment_id is null
),

unrecorded_appointment as (
    select appointment.appointment_key
    from kept_appointment as appointment
    anti join linked_visit on appointment.appointment_hash = linked_visit.appointment_hash
    anti join unlinked_visit
        on
        appointment.client_key = unlinked_visit.client_key
        and appointment.scheduled_date = unlinked_visit.visit_date
        and appointment.service_line = unlinked_visit.service_line
)

select * from unrecorded_appointment
