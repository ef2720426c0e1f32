with superseded as (
    select _batch_id, _source_row, current_batch_id
    from {{ ref('stg_ehr__superseded') }}
    where table_name = 'appointment'
),

batch as (
    select batch_id, batch_rank, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

appointment_version as (
    select
        version.appointment_id,
        version.scheduled_at,
        version.service_line,
        version.status,
        version.created_at,
        current_batch.first_received_at as replaced_at,
        'ehr' as source,
        'appointment' as source_table,
        'ehr' as client_source,
        '' as client_scope,
        version.client_id as source_client_id,
        false as is_part2_labelled,
        batch.first_received_at as received_at,
        batch.batch_rank,
        version._batch_id,
        version._source_row,
        {{ evidence_columns('raw_ehr.appointment', 'version') }}
    from {{ source('ehr', 'appointment') }} as version
    inner join superseded
        on version._batch_id = superseded._batch_id
        and version._source_row = superseded._source_row
    left join batch on version._batch_id = batch.batch_id
    left join batch as current_batch on superseded.current_batch_id = current_batch.batch_id
)

select * from appointment_version
