{#- Longer than the budget: the proportion of days covered is one calculation. -#}
with medication as (
    select * from {{ ref('fct_medication') }}
    where medication_class = 'antipsychotic' and client_key is not null
),

pharmacy_claim as (
    select * from {{ ref('int_pharmacy_claim__final') }}
    where medication_class = 'antipsychotic' and not is_injection and client_key is not null
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

-- The same fill can reach us from a payer and from the record, and an order is not a fill.
supply as (
    select
        client_key, dispensing_date as start_date, ndc_code as code, days_supply,
        1 as source_rank, is_part2, evidence_table, evidence_key
    from pharmacy_claim
    union all
    select
        client_key, start_date, code, days_supply,
        case when is_fill then 2 else 3 end as source_rank, is_part2, evidence_table, evidence_key
    from medication
    where not coalesce(is_long_acting_injectable, false)
),

dated_supply as (
    select
        score_date.score_point, score_date.score_date, client_part2_view.part2_view, supply.*,
        min(supply.source_rank) over (
            partition by
                score_date.score_point, client_part2_view.part2_view, supply.client_key
        ) as best_source_rank
    from supply
    inner join score_date
        on supply.start_date <= score_date.score_date
        and score_date.score_date - supply.start_date
        <= {{ risk_window_days('antipsychotic_covered_percent') }}
    inner join client_part2_view on supply.client_key = client_part2_view.client_key
    where supply.days_supply > 0
        and (client_part2_view.part2_view = 'full' or not supply.is_part2)
),

-- Days supplied by earlier fills of the same code.
summed_supply as (
    select
        *,
        coalesce(
            sum(days_supply) over (
                partition by score_point, part2_view, client_key, code
                order by start_date, evidence_table, evidence_key
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as earlier_days
    from dated_supply
    where source_rank = best_source_rank
),

-- rules/risk-score.md#antipsychotic-supply: a fill before the last one runs out is used after it
carried_supply as (
    select
        *,
        max(start_date - cast(earlier_days as integer)) over (
            partition by score_point, part2_view, client_key, code
            order by start_date, evidence_table, evidence_key
            rows between unbounded preceding and current row
        ) + cast(earlier_days as integer) as used_from_date
    from summed_supply
),

covered_span as (
    select
        score_point, part2_view, client_key,
        used_from_date as start_date,
        least(used_from_date + days_supply - 1, score_date) as end_date
    from carried_supply
    where used_from_date <= score_date
),

merged_span as (
    {{ merged_spans('covered_span', ['score_point', 'part2_view', 'client_key']) }}
),

covered as (
    select
        score_point, part2_view, client_key,
        sum(end_date - start_date + 1) as covered_days
    from merged_span
    group by score_point, part2_view, client_key
),

last_fill as (
    select
        *,
        row_number() over (
            partition by score_point, part2_view, client_key
            order by start_date desc, is_part2, evidence_table, evidence_key
        ) as fill_rank
    from carried_supply
),

period as (
    select
        score_point, part2_view, client_key,
        count(distinct start_date) as fill_day_count,
        max(score_date) - min(start_date) + 1 as period_days,
        max(case when is_part2 then 1 else 0 end) = 1 as is_part2,
        max(case when fill_rank = 1 then evidence_table end) as evidence_table,
        max(case when fill_rank = 1 then evidence_key end) as evidence_key,
        max(start_date) as evidence_date
    from last_fill
    group by score_point, part2_view, client_key
),

-- Where every order has ended, the end of supply is a decision.
order_state as (
    select
        score_date.score_point, client_part2_view.part2_view, medication.client_key,
        max(
            case when coalesce(medication.end_date >= score_date.score_date, true) then 1 else 0 end
        ) = 1 as is_ordered
    from medication
    inner join score_date on medication.start_date <= score_date.score_date
    inner join client_part2_view on medication.client_key = client_part2_view.client_key
    where not medication.is_fill
        and (client_part2_view.part2_view = 'full' or not medication.is_part2)
    group by score_date.score_point, client_part2_view.part2_view, medication.client_key
),

antipsychotic_supply as (
    select
        period.score_point,
        period.part2_view,
        period.client_key,
        cast(
            100 * covered.covered_days / cast(period.period_days as decimal(18, 4))
            as decimal(18, 4)
        ) as covered_percent,
        period.is_part2,
        period.evidence_table,
        period.evidence_key,
        period.evidence_date
    from period
    inner join covered
        on period.score_point = covered.score_point
        and period.part2_view = covered.part2_view
        and period.client_key = covered.client_key
    left join order_state
        on period.score_point = order_state.score_point
        and period.part2_view = order_state.part2_view
        and period.client_key = order_state.client_key
    where period.fill_day_count >= {{ risk_setting('antipsychotic_fills') }}
        and coalesce(order_state.is_ordered, true)
)

select * from antipsychotic_supply
