with record as (
    {{ sender_record('ehr', 'provider') }}
),

provider as (
    select
        record.npi,
        record.provider_name,
        record.taxonomy_code,
        record.facility_type,
        record.is_part2,
        {{ lineage_columns('record', of_client=false) }}
    from record
)

select * from provider
