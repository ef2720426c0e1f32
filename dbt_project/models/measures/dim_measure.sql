-- The version in force in the measurement year of as_of.
with

measure_definition as (
    select * from {{ ref('measure_definition') }}
),

measure_version as (
    select
        version.measure_set,
        max(version.version) as version
    from {{ ref('measure_version') }} as version
    inner join {{ ref('int_run__as_of') }} as run
        on extract(year from run.as_of_date) between version.first_year and version.last_year
    group by version.measure_set
),

measure as (
    select
        definition.measure_id,
        definition.title,
        definition.steward,
        version.version,
        definition.direction,
        definition.source_url
    from measure_definition as definition
    left join measure_version as version on definition.measure_set = version.measure_set
)

select * from measure
