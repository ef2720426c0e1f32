with record as (
    {{ sender_record('claims', 'eligibility', client_scope='record.data_source') }}
),

dual_status as (
    select * from {{ ref('dual_status') }}
),

eligibility as (
    select
        'payer' as basis,
        coalesce(record.payer_type, 'other') as payer_type,
        record.enrollment_start_date as start_date,
        coalesce(record.enrollment_end_date, cast('9999-12-31' as date)) as end_date,
        coalesce(dual_status.is_dual, false) as is_dual,
        {{ lineage_columns('record') }}
    from record
    left join dual_status on record.dual_status_code = dual_status.dual_status_code
)

select * from eligibility
