with delivered_row as (
    {{ current_rows('valuesets', 'fhir_value_set') }}
),

listed_set as (
    select
        value_set,
        version,
        _batch_id,
        _source_row
    from delivered_row
)

select * from listed_set
