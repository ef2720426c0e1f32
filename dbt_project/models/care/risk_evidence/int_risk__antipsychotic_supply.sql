with medication as (
    select * from {{ ref('fct_medication') }}
    where medication_class = 'antipsychotic' and client_key is not null and not is_fill
),

-- rules/medication-supply.md#injections: injections are left out, they have points of their own
supply as (
    select
        *,
        -- the same fill can reach us from a payer and from the record, and an order is not a fill
        case origin when 'pharmacy_claim' then 1 when 'record_fill' then 2 else 3 end
            as source_rank
    from {{ ref('int_medication__supplied') }}
    where medication_class = 'antipsychotic' and not is_injection
),

score_date as (
    select * from {{ ref('int_risk__score_date') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
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
        on supply.supply_date <= score_date.score_date
        and score_date.score_date - supply.supply_date
        <= {{ risk_window_days('antipsychotic_covered_percent') }}
    inner join client_part2_view on supply.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not supply.is_part2
),

best_supply as (
    select * from dated_supply
    where source_rank = best_source_rank
),

-- rules/risk-score.md#antipsychotic-supply: a fill before the last one runs out is used after it
covered as (
    {{ medication_days('best_supply', ['score_point', 'part2_view', 'client_key'], 'score_date') }}
),

last_fill as (
    select
        *,
        row_number() over (
            partition by score_point, part2_view, client_key
            order by supply_date desc, is_part2, evidence_table, evidence_key
        ) as fill_rank
    from best_supply
),

period as (
    select
        score_point, part2_view, client_key,
        count(distinct supply_date) as fill_day_count,
        max(score_date) - min(supply_date) + 1 as period_days,
        max(case when is_part2 then 1 else 0 end) = 1 as is_part2,
        max(case when fill_rank = 1 then evidence_table end) as evidence_table,
        max(case when fill_rank = 1 then evidence_key end) as evidence_key,
        max(supply_date) as evidence_date
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
    where client_part2_view.part2_view = 'full' or not medication.is_part2
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
