with record as (
    {{ sender_record('ehr', 'client') }}
),

living_situation as (
    select
        record.housing_status,
        coalesce(record.phone, record.phone_2) is not null as has_phone,
        {{ lineage_columns('record') }}
    from record
)

select * from living_situation
