with record as (
    {{ sender_record('synthea', 'observations') }}
),

screening_loinc as (
    select * from {{ ref('screening_loinc') }}
),

-- an observation has no response id: the answers of a client at one time to one instrument are one
-- response
screening as (
    select
        record.source_client_id || '|'
        || cast(record.observed_at as {{ dbt.type_string() }}) || '|'
        || screening_loinc.instrument as response_id,
        screening_loinc.instrument,
        record.observed_at as administered_at,
        case when screening_loinc.part = 'item' then screening_loinc.item_number end
            as item_number,
        case when screening_loinc.part = 'item'
                then cast({{ dbt.safe_cast('record.value', 'decimal(18, 4)') }} as integer)
        end as item_value,
        case when screening_loinc.part = 'total'
                then {{ dbt.safe_cast('record.value', 'decimal(18, 4)') }}
        end as total_score,
        cast(null as {{ dbt.type_string() }}) as level,
        cast(null as {{ dbt.type_string() }}) as domain,
        cast(null as boolean) as is_positive,
        'completed' as status,
        cast(null as timestamp with time zone) as reviewed_at,
        false as has_review_column,
        cast(null as {{ dbt.type_string() }}) as program_id,
        {{ lineage_columns('record') }}
    from record
    inner join screening_loinc on record.code = screening_loinc.code
)

select * from screening
