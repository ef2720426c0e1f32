-- texts, sources and benchmarks that leaders need beside a rate
with

measure as (
    select * from {{ ref('dim_measure') }}
),

measure_definition as (
    select * from {{ ref('measure_definition') }}
),

measure_target as (
    select * from {{ ref('measure_target') }}
),

definition as (
    select
        measure.measure_id,
        measure.title,
        measure.steward,
        measure.version,
        measure.direction,
        measure.source_url,
        measure_definition.description,
        measure_definition.denominator_unit,
        measure_definition.section,
        'modelled on ' || measure_definition.modelled_on || ', not certified' as certification,
        measure_target.target_rate,
        measure_target.target_source,
        measure_target.national_rate,
        measure_target.national_label,
        measure_target.national_source
    from measure
    inner join measure_definition on measure.measure_id = measure_definition.measure_id
    left join measure_target on measure.measure_id = measure_target.measure_id
)

select * from definition
