{#
    The grain of a relation: no two rows have the same key, and no null where every row has a value. One test for all of
    it, because every test costs a run the same fixed share of dbt's time, whatever it looks at.

    key         columns that together tell one row from another
    never_null  columns that always have a value
#}
{% test unique_key(model, key=[], never_null=[]) %}
select problem, row_count
from (
    {%- if key %}
    select 'repeated key' as problem, count(*) as row_count
    from (
        select 1 as repeated
        from {{ model }}
        group by {{ key | join(', ') }}
        having count(*) > 1
    ) as repeated_key
    {%- endif %}
    {{- '\n    union all' if key and never_null }}
    {%- if never_null %}
    select 'no {{ never_null | join(', or no ') }}' as problem, count(*) as row_count
    from {{ model }}
    where {{ never_null | join(' is null or ') }} is null
    {%- endif %}
) as checked
where row_count > 0
{% endtest %}
