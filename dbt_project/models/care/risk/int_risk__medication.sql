{#- Longer than the budget: supply and injections are one domain, and a domain is one model. -#}
with
window_days as (
    select measure, max(window_days) as window_days
    from {{ ref('risk_weight') }}
    where domain = 'medication'
    group by measure
),

-- Orders that can still have a gap on a score date.
medication as (
    select * from {{ ref('fct_medication') }}
    where is_long_acting_injectable
        or (
            medication_class in ('moud', 'antidepressant')
            and start_date + days_supply >= (
                select min(score_date) - (select max(window_days) from window_days)
                from {{ ref('int_risk__score_date') }}
            )
        )
),

injection_visit as (
    select client_key, visit_date, is_part2
    from {{ ref('fct_visit') }}
    where service_line = 'injection'
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

known_order as (
    select
        score_date.score_point,
        score_date.score_date,
        client_part2_view.part2_view,
        medication.client_key,
        medication.medication_key,
        medication.medication_class,
        coalesce(medication.is_long_acting_injectable, false) as is_injectable,
        medication.start_date,
        medication.end_date,
        medication.start_date + medication.days_supply as supply_end_date,
        medication.next_due_date,
        medication.is_part2,
        medication.evidence_table,
        medication.evidence_key
    from medication
    inner join score_date on medication.start_date <= score_date.score_date
    inner join client_part2_view on medication.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not medication.is_part2
),

-- The order whose supply lasts longest counts for its class; one without days of supply does not.
last_supply as (
    select
        *,
        row_number() over (
            partition by score_point, part2_view, client_key, medication_class
            order by supply_end_date desc, start_date desc, medication_key
        ) as supply_order
    from known_order
    where medication_class in ('moud', 'antidepressant')
        and not is_injectable
        and supply_end_date is not null
),

-- An order that was ended has no gap.
supply_gap as (
    select
        score_point,
        part2_view,
        client_key,
        case medication_class
            when 'moud' then 'moud_gap_days' else 'antidepressant_gap_days'
        end as measure,
        score_date - supply_end_date as days,
        is_part2,
        evidence_table,
        evidence_key,
        supply_end_date as evidence_date
    from last_supply
    where supply_order = 1 and (end_date is null or end_date >= score_date)
),

-- A kept injection visit shortly before the due date or later counts as the injection.
last_injection as (
    select
        *,
        next_due_date - {{ risk_setting_days('injection_early_days') }} as settled_from_date,
        row_number() over (
            partition by score_point, part2_view, client_key, medication_class
            order by next_due_date desc, start_date desc, medication_key
        ) as due_order
    from known_order
    where is_injectable and next_due_date is not null
),

settled_injection as (
    select distinct
        last_injection.score_point, last_injection.part2_view, last_injection.medication_key
    from last_injection
    inner join injection_visit on last_injection.client_key = injection_visit.client_key
    where injection_visit.visit_date >= last_injection.settled_from_date
        and injection_visit.visit_date <= last_injection.score_date
        and (last_injection.part2_view = 'full' or not injection_visit.is_part2)
),

-- Of several classes the one that is overdue longest.
overdue_injection as (
    select
        last_injection.*,
        row_number() over (
            partition by
                last_injection.score_point, last_injection.part2_view, last_injection.client_key
            order by
                last_injection.next_due_date, last_injection.is_part2,
                last_injection.medication_key
        ) as overdue_order
    from last_injection
    left join settled_injection
        on last_injection.score_point = settled_injection.score_point
        and last_injection.part2_view = settled_injection.part2_view
        and last_injection.medication_key = settled_injection.medication_key
    where last_injection.due_order = 1
        and (
            last_injection.end_date is null
            or last_injection.end_date >= last_injection.score_date
        )
        and settled_injection.medication_key is null
),

injection_overdue as (
    select
        score_point,
        part2_view,
        client_key,
        'lai_overdue_days' as measure,
        score_date - next_due_date as days,
        is_part2,
        evidence_table,
        evidence_key,
        next_due_date as evidence_date
    from overdue_injection
    where overdue_order = 1
),

gap as (
    select * from supply_gap
    union all
    select * from injection_overdue
),

fact as (
    select
        gap.score_point,
        gap.part2_view,
        gap.client_key,
        gap.measure,
        cast(gap.days as decimal(18, 4)) as value,
        gap.is_part2,
        gap.evidence_table,
        gap.evidence_key,
        gap.evidence_date
    from gap
    inner join window_days
        on gap.measure = window_days.measure
        and gap.days between 1 and window_days.window_days
    union all
    select
        score_point, part2_view, client_key, 'antipsychotic_covered_percent' as measure,
        covered_percent as value, is_part2, evidence_table, evidence_key, evidence_date
    from {{ ref('int_risk__antipsychotic_supply') }}
)

select * from fact
