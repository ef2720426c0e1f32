{#
    The grain of a relation: no two rows share the key, and no null in columns that every row must fill. It is one test,
    because each test costs a run the same fixed amount of dbt's time.

    key         columns that together identify a row
    never_null  columns that always have a value
    parts       for a very long relation: how many parts to group one after the other, so that each fits into memory; the
                last column of the key, an integer, says to which part a row belongs
#}
{% test unique_key(model, key=[], never_null=[], parts=1) %}
select problem, row_count
from (
    {%- if key %}
    {%- for part in range(parts) %}
    select 'repeated key' as problem, count(*) as row_count
    from (
        select 1 as repeated
        from {{ model }}
        {%- if parts > 1 %}
        where abs(mod({{ key | last }}, {{ parts }})) = {{ part }}
        {%- endif %}
        group by {{ key | join(', ') }}
        having count(*) > 1
    ) as repeated_key
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
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
