-- Coordination time of available time by staff member and month
-- (rules/measures/productivity.md#rule).
{% set activities = [
    'direct_coordination', 'documentation', 'meeting', 'training', 'leave', 'other',
] -%}
with

setting as (
    select
        max(case when name = 'band_from_rate' then value end) as band_from_rate,
        max(case when name = 'band_to_rate' then value end) as band_to_rate,
        max(case when name = 'possible_rate' then value end) as possible_rate
    from {{ ref('productivity_setting') }}
),

work_day as (
    select
        staff_id,
        {%- for activity in activities %}
        sum(case when activity = '{{ activity }}' then minutes else 0 end)
            as {{ activity }}_minutes,
        {%- endfor %}
        work_date
    from {{ ref('fct_work_time') }}
    group by staff_id, work_date
),

-- rules/measures/productivity.md#available: the shift of every logged day is paid
paid_month as (
    select
        work_day.staff_id,
        cast(date_trunc('month', work_day.work_date) as date) as month,
        {%- for activity in activities %}
        cast(sum(work_day.{{ activity }}_minutes) as integer) as {{ activity }}_minutes,
        {%- endfor %}
        cast(
            sum(coalesce(staff.shift_minutes, {{ risk_setting_days('default_shift_minutes') }}))
            as integer
        ) as paid_minutes
    from work_day
    left join {{ ref('dim_staff') }} as staff on work_day.staff_id = staff.staff_id
    group by work_day.staff_id, date_trunc('month', work_day.work_date)
),

available_month as (
    select
        *,
        greatest(paid_minutes - leave_minutes - training_minutes, 0) as available_minutes
    from paid_month
),

rated_month as (
    select
        *,
        cast(
            direct_coordination_minutes * 1.0 / nullif(available_minutes, 0) as decimal(9, 6)
        ) as productivity_rate
    from available_month
),

-- a program only where the staff member has no other
only_program as (
    select staff_id, min(program_id) as program_id
    from {{ ref('int_staff__program_member') }}
    group by staff_id
    having count(*) = 1
),

productivity as (
    select
        rated.staff_id,
        only_program.program_id,
        rated.month,
        {%- for activity in activities %}
        rated.{{ activity }}_minutes,
        {%- endfor %}
        rated.paid_minutes,
        rated.available_minutes,
        rated.productivity_rate,
        coalesce(
            rated.productivity_rate > setting.possible_rate, rated.direct_coordination_minutes > 0
        ) as is_data_error,
        -- rules/measures/productivity.md#band
        case
            when coalesce(rated.productivity_rate > setting.possible_rate, true) then null
            when rated.productivity_rate < setting.band_from_rate then 'below'
            when rated.productivity_rate <= setting.band_to_rate then 'within'
            else 'above'
        end as band
    from rated_month as rated
    cross join setting
    left join only_program on rated.staff_id = only_program.staff_id
)

select * from productivity
