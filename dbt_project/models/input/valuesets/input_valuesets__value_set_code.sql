with record as (
    {{ sender_record('valuesets', 'code') }}
),

value_set_code as (
    select
        record.value_set,
        record.value_set_oid,
        record.value_set_title,
        record.code_system,
        record.code,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from value_set_code
