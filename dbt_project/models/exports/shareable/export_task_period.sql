-- Months that are over, joined until a period has enough tasks, and enough beside its most frequent
-- outcome to publish outcomes (docs/suppression.md#periods). A series is a lane and a year, so that
-- the periods of a year do not depend on earlier years. The table has no totals, so a closed period
-- is published at once.
{%- set outcomes = {
    'reached_or_kept': 'reached or visit kept',
    'reviewed': 'reviewed',
    'other_done': 'other work done',
    'expired': 'expired without contact',
    'cancelled': 'cancelled',
    'still_open': 'still open',
} %}
with

month as (
    select
        lane,
        cast(extract(year from month) as integer) as opened_year,
        month as first_date,
        month_end_date as last_date,
        {%- for column, outcome in outcomes.items() %}
        cast(sum(case when outcome = '{{ outcome }}' then tasks else 0 end) as bigint)
            as {{ column }},
        {%- endfor %}
        cast(sum(tasks) as bigint) as opened
    from {{ ref('export_task_outcome') }}
    where is_over
    group by lane, month, month_end_date
),

numbered_month as (
    select
        lane || '|' || opened_year as series_key,
        lane,
        first_date,
        last_date,
        opened,
        {%- for column in outcomes %}
        {{ column }},
        {%- endfor %}
        cast(row_number() over (partition by lane, opened_year order by first_date) as integer)
            as month_number,
        true as may_end,
        false as is_series_over
    from month
),

period as (
    {{ joined_periods(
        relation='numbered_month',
        keys=['lane'],
        counts=['opened'] + outcomes.keys() | list,
        is_unsafe='opened < ' ~ fewest_period_events() ~ ' or '
            ~ is_small('opened - greatest(' ~ outcomes.keys() | join(', ') ~ ')'),
        holds=false,
    ) }}
)

select * from period
