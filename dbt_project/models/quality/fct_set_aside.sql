-- impossible values and missing records that the contract cannot reject: only the run's date or a
-- second row shows them
with delivery as (
    select batch_id, min(shown_path) as path
    from {{ ref('stg_caseload__delivery') }}
    group by batch_id
),

-- rules/data-quality.md#impossible-values
future_row as (
    select distinct
        source,
        source_table,
        _batch_id,
        _source_row,
        event_column as column_name,
        'future_event' as reason_code,
        true as is_row
    from {{ ref('int_row__questioned') }}
    where is_future_event
),

-- rules/returned-workbooks.md#after-return
returned_row as (
    select distinct
        source,
        source_table,
        _batch_id,
        _source_row,
        'contacted_at' as column_name,
        'contact_after_return' as reason_code,
        true as is_row
    from {{ ref('input_contact') }}
    where is_after_return
),

-- a client with an impossible birth date is still a client: only the date is set aside
birth_date as (
    select
        source,
        source_table,
        _batch_id,
        _source_row,
        'birth_date' as column_name,
        'birth_date_impossible' as reason_code,
        false as is_row
    from {{ ref('input_impossible_birth_date') }}
),

-- a discharge before its admission still counts and opens its follow-up tasks
early_discharge as (
    select
        {{ evidence_source('evidence_table') }} as source,
        {{ evidence_source_table('evidence_table') }} as source_table,
        _batch_id,
        _source_row,
        'event_at' as column_name,
        'discharge_before_admission' as reason_code,
        false as is_row
    from {{ ref('int_alert_encounter__resolved') }}
    where ended_at < admitted_at and not is_cancelled
),

-- rules/data-quality.md#missing-records
missing_reference as (
    select
        source,
        source_table,
        _batch_id,
        _source_row,
        column_name,
        'missing_reference' as reason_code,
        true as is_row
    from {{ ref('input_missing_reference') }}
),

set_aside_value as (
    select * from future_row
    union all
    select * from returned_row
    union all
    select * from birth_date
    union all
    select * from early_discharge
    union all
    select * from missing_reference
),

set_aside as (
    select
        value.source,
        value.source_table as table_name,
        value._batch_id as batch_id,
        value._source_row as source_row,
        value.column_name,
        value.reason_code,
        value.is_row,
        delivery.path
    from set_aside_value as value
    left join delivery on value._batch_id = delivery.batch_id
)

select * from set_aside
