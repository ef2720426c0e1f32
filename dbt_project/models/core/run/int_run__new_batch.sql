-- rules/measures/restatement.md#reasons: what arrived since the last release, by the batches that
-- it knew: a file can land after a run and have the day of that run
with batch as (
    select distinct batch_id, source, table_name
    from {{ ref('stg_caseload__batch') }}
    where status = 'loaded'
),

released_batch as (
    select batch_id from {{ ref('stg_caseload__released_batch') }}
),

new_batch as (
    select batch.batch_id, batch.source, batch.table_name
    from batch
    left join released_batch on batch.batch_id = released_batch.batch_id
    where released_batch.batch_id is null
)

select * from new_batch
