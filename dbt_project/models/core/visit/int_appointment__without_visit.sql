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

linked_appointment as (
    select {{ row_hash(['visit.appointment_id']) }} as appointment_hash
    from {{ ref('stg_ehr__visit') }} as visit
    cross join run
    where
        visit.appointment_id is not null
        and {{ happened_by_as_of('visit.started_at') }}
    union all
    select {{ row_hash(['appointment_id']) }} from {{ ref('int_visit__from_fhir') }}
    where appointment_id is not null
),

unlinked_record as (
    {{ agency_record(
        'ehr', 'visit',
        day=local_date('record.started_at', 'run.time_zone'),
        happened_at='record.started_at'
    ) }}
    where record.appointment_id is null
),

unlinked_visit as (
    select distinct client_key, record_date, service_line from unlinked_record
    union
    select client_key, visit_date, service_line from {{ ref('int_visit__from_fhir') }}
    where appointment_id is null
)

select appointment.appointment_key
from kept_appointment as appointment
anti join linked_appointment
    on appointment.appointment_hash = linked_appointment.appointment_hash
anti join unlinked_visit
    on
    appointment.client_key = unlinked_visit.client_key
    and appointment.scheduled_date = unlinked_visit.record_date
    and appointment.service_line = unlinked_visit.service_line
