with batch as (
    select batch_id, batch_rank, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

-- superseded rows count too: only they show that a number is new
delivered_number as (
    select
        version.client_id as source_client_id,
        batch.first_received_at,
        coalesce({{ phone_digits('version.phone') }}, '')
        || '|' || coalesce({{ phone_digits('version.phone_2') }}, '')
        || '|' || coalesce({{ phone_digits('version.guardian_phone') }}, '') as numbers,
        batch.batch_rank,
        version._source_row
    from {{ source('ehr', 'client') }} as version
    inner join batch on version._batch_id = batch.batch_id
    where not coalesce(version.is_deleted, false)
),

following_number as (
    select
        source_client_id,
        first_received_at,
        numbers,
        lag(numbers) over (
            partition by source_client_id order by batch_rank, _source_row
        ) as previous_numbers
    from delivered_number
),

number_change as (
    select
        'ehr' as source,
        '' as client_scope,
        source_client_id,
        max(first_received_at) as changed_at
    from following_number
    where numbers <> previous_numbers
    group by source_client_id
)

select * from number_change
