{{ config(materialized='view') }}

with run as (
    select as_of from {{ ref('int_run__as_of') }}
),

response as (
    select * from {{ ref('stg_screenings__response') }}
),

observation as (
    select * from {{ ref('stg_synthea__observations') }}
),

screening_loinc as (
    select * from {{ ref('screening_loinc') }}
),

delivered_answer as (
    select
        'screenings' as source,
        response_id,
        source_client_id,
        instrument,
        administered_at,
        item_number,
        item_value,
        total_score,
        level,
        domain,
        is_positive,
        status,
        reviewed_at,
        program_id,
        cast(null as boolean) as is_part2_labelled,
        cast(null as {{ dbt.type_string() }}) as evidence_table,
        _batch_id,
        _source_row
    from response
),

-- an observation has no id of its own: the answers of one moment are one response
observed_answer as (
    select
        'synthea' as source,
        observation.source_client_id || '|'
        || cast(observation.observed_at as {{ dbt.type_string() }}) || '|'
        || screening_loinc.instrument as response_id,
        observation.source_client_id,
        screening_loinc.instrument,
        observation.observed_at as administered_at,
        case when screening_loinc.part = 'item' then screening_loinc.item_number end
            as item_number,
        case when screening_loinc.part = 'item'
                then cast({{ dbt.safe_cast('observation.value', 'decimal(18, 4)') }} as integer)
        end as item_value,
        case when screening_loinc.part = 'total'
                then {{ dbt.safe_cast('observation.value', 'decimal(18, 4)') }}
        end as total_score,
        cast(null as {{ dbt.type_string() }}) as level,
        cast(null as {{ dbt.type_string() }}) as domain,
        cast(null as boolean) as is_positive,
        'completed' as status,
        cast(null as timestamp with time zone) as reviewed_at,
        cast(null as {{ dbt.type_string() }}) as program_id,
        cast(null as boolean) as is_part2_labelled,
        cast(null as {{ dbt.type_string() }}) as evidence_table,
        observation._batch_id,
        observation._source_row
    from observation
    inner join screening_loinc on observation.code = screening_loinc.code
),

exported_answer as (
    select
        'ehr_fhir' as source,
        response_id,
        source_client_id,
        instrument,
        administered_at,
        item_number,
        item_value,
        total_score,
        level,
        cast(null as {{ dbt.type_string() }}) as domain,
        cast(null as boolean) as is_positive,
        status,
        cast(null as timestamp with time zone) as reviewed_at,
        program_id,
        is_part2_labelled,
        evidence_table,
        _batch_id,
        _source_row
    from {{ ref('int_screening__from_fhir') }}
),

answer as (
    select * from delivered_answer
    union all
    select * from observed_answer
    union all
    select * from exported_answer
),

-- earliest place that all senders share: a response or a review after as_of is not known yet
known_answer as (
    select
        answer.* replace ({{ known_by_as_of('answer.reviewed_at') }} as reviewed_at)
    from answer
    cross join run
    where {{ happened_by_as_of('answer.administered_at') }}
)

select * from known_answer
