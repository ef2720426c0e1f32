with code as (
    {%- for sender in senders_of('code') %}
    select
        source,
        code
    from {{ ref('input_' ~ sender ~ '__code') }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from code
