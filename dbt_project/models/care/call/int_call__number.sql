with contact_person as (
    select * from {{ ref('int_call__contact_person') }}
),

number as (
    {%- for kind in ['guardian_phone', 'phone', 'phone_2'] %}
    select
        client_key, {{ loop.index }} as number_order, '{{ kind }}' as number_kind,
        {{ kind }} as digits
    from contact_person
    where {{ kind }} is not null
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

-- a number that the record gives twice is tried once
distinct_number as (
    select
        *,
        row_number() over (
            partition by client_key, digits order by number_order
        ) as repeat_rank
    from number
),

ordered_number as (
    select
        client_key,
        number_kind,
        digits,
        cast(row_number() over (
            partition by client_key order by number_order
        ) as integer) as number_rank
    from distinct_number
    where repeat_rank = 1
)

select * from ordered_number
