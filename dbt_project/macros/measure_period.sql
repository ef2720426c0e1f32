{#
    Body of a CTE: the measurement years that a run evaluates (that of as_of and the one before), each with the rules in
    force in it. Columns: measurement_year, start_date, end_date, as_of, time_zone, measure_version, and one per rule in `rules`.

    measure_set  rows of the seed measure_version to use
    rules        rule names of that set; a rule without a row for the year is null
#}
{% macro measure_period(measure_set, rules) -%}
select
    evaluated.measurement_year,
    evaluated.as_of,
    evaluated.time_zone,
    max(version.version) as measure_version,
    cast(evaluated.measurement_year || '-01-01' as date) as start_date,
    cast(evaluated.measurement_year || '-12-31' as date) as end_date,
    {%- for rule in rules %}
    max(case when version.rule = '{{ rule }}' then version.value end) as {{ rule }}{{ ',' if not loop.last }}
    {%- endfor %}
from (
    select as_of, time_zone, extract(year from as_of_date) as measurement_year
    from {{ ref('int_run__as_of') }}
    union all
    select as_of, time_zone, extract(year from as_of_date) - 1 as measurement_year
    from {{ ref('int_run__as_of') }}
) as evaluated
inner join {{ ref('measure_version') }} as version
    on version.measure_set = '{{ measure_set }}'
    and evaluated.measurement_year between version.first_year and version.last_year
group by
    evaluated.measurement_year,
    evaluated.as_of,
    evaluated.time_zone
{%- endmacro %}
