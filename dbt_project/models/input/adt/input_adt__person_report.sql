{%- set named = 'first_name, last_name, name_suffix, birth_date, sex' %}
with alert as (
    select * from {{ ref('input_adt__alert') }}
    where source_client_id is not null
),

booked_patient as (
    select distinct sender_id, source_patient_id from {{ ref('input_adt__appointment') }}
),

merged_patient as (
    select * from {{ ref('input_adt__merged_patient') }}
),

message as (
    select
        message.* exclude (source_patient_id),
        coalesce(merged_patient.surviving_patient_id, message.source_patient_id)
            as source_patient_id
    from {{ ref('stg_adt__message') }} as message
    left join merged_patient
        on message.sender_id = merged_patient.sender_id
        and message.source_patient_id = merged_patient.prior_patient_id
    where coalesce(message.processing_id, 'P') not in ('D', 'T')
),

-- a scheduling message may leave out demographics that a registration message has
booked_message as (
    select message.*
    from message
    inner join booked_patient
        on message.sender_id = booked_patient.sender_id
        and message.source_patient_id = booked_patient.source_patient_id
),

report as (
    select
        client_scope,
        source_client_id,
        {{ named }},
        phone,
        address,
        zip_code,
        medicaid_id,
        event_at as reported_at,
        _batch_id,
        _source_row
    from alert
    union all
    select
        sender_id,
        source_patient_id,
        {{ named }},
        phone,
        address,
        zip_code,
        medicaid_id,
        message_at,
        _batch_id,
        _source_row
    from booked_message
),

person_report as (
    select
        'adt' as source,
        client_scope,
        source_client_id,
        {{ named }},
        phone,
        address,
        zip_code,
        cast(null as {{ dbt.type_string() }}) as ssn_last4,
        medicaid_id,
        cast(null as {{ dbt.type_string() }}) as medicare_id,
        -- an alert and a message of a patient may be one record of a file, with different values
        row_number() over (
            order by
                reported_at, _batch_id, _source_row, client_scope, source_client_id,
                {{ named }}, phone, address, zip_code, medicaid_id
        ) as report_sequence
    from report
)

select * from person_report
