-- The version of each measure in the two measurement years that a run evaluates.
with

measure_definition as (
    select measure_id, measure_set from {{ ref('measure_definition') }}
),

run_year as (
    select cast(extract(year from as_of_date) as integer) as measurement_year
    from {{ ref('int_run__as_of') }}
),

measurement_year as (
    select measurement_year from run_year
    union all
    select measurement_year - 1 as measurement_year from run_year
),

measure_version as (
    select
        measure_definition.measure_id,
        measurement_year.measurement_year,
        max(version.version) as version
    from measure_definition
    cross join measurement_year
    left join {{ ref('measure_version') }} as version
        on measure_definition.measure_set = version.measure_set
        and measurement_year.measurement_year between version.first_year and version.last_year
    group by measure_definition.measure_id, measurement_year.measurement_year
)

select * from measure_version
