with
scored as (
    select * from {{ ref('int_risk__scored') }}
),

tier as (
    select tier, tier_rank from {{ ref('risk_tier') }}
),

document as (
    select * from {{ ref('fct_document') }}
    where document_type = 'tier_override' and client_key is not null
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

run as (
    select * from {{ ref('int_run__as_of') }}
),

-- Present and earlier scores of a client in one row.
compared as (
    select
        part2_view,
        client_key,
        max(case when score_point = 'current' then risk_score end) as risk_score,
        max(case when score_point = 'current' then tier_rank end) as present_rank,
        max(case when score_point = 'hysteresis' then tier_rank end) as hysteresis_rank,
        max(case when score_point = 'month_ago' then tier_rank end) as previous_rank,
        max(case when score_point = 'current' then risk_score end)
        - max(case when score_point = 'month_ago' then risk_score end) as score_change_30d,
        max(case when score_point = 'current' and has_urgent_lane then 1 else 0 end) = 1
            as has_urgent_lane
    from scored
    group by part2_view, client_key
),

-- rules/risk-score.md#tiers: a fast rise makes a client rising; a tier falls only if it was also
-- lower 14 days before
computed as (
    select
        *,
        greatest(
            present_rank,
            hysteresis_rank,
            case when score_change_30d >= {{ risk_setting('rising_change') }}
                    then (
                        select tier_rank from tier
                        where tier = 'rising'
                    )
                else 0
            end
        ) as computed_rank
    from compared
),

-- rules/risk-score.md#overrides: up or down, with author and reason, for at most 90 days; the last
-- one counts
active_override as (
    select
        client_part2_view.part2_view,
        document.client_key,
        lower(trim(document.value)) as value,
        document.author_id,
        document.reason,
        least(
            document.expires_date,
            document.document_date + {{ risk_setting_days('override_days') }}
        ) as expires_date,
        row_number() over (
            partition by client_part2_view.part2_view, document.client_key
            order by document.document_at desc, document.document_id
        ) as override_rank
    from document
    inner join client_part2_view on document.client_key = client_part2_view.client_key
    inner join run on document.document_at <= run.as_of
    where document.author_id is not null
        and document.reason is not null
        and lower(trim(document.value)) in ('up', 'down')
        and (client_part2_view.part2_view = 'full' or not document.is_part2)
),

override_step as (
    select
        computed.*,
        active_override.author_id as override_author_id,
        active_override.reason as override_reason,
        active_override.expires_date as override_expires_date,
        case active_override.value when 'up' then 1 when 'down' then -1 else 0 end as step
    from computed
    cross join run
    left join active_override
        on computed.part2_view = active_override.part2_view
        and computed.client_key = active_override.client_key
        and active_override.override_rank = 1
        and active_override.expires_date >= run.as_of_date
),

-- No override changes the tier while a task of lane 0 or 1 is open.
decided as (
    select
        *,
        case
            when has_urgent_lane then computed_rank
            else least(greatest(computed_rank + step, 0), (select max(tier_rank) from tier))
        end as tier_rank
    from override_step
),

tiered as (
    select
        decided.part2_view,
        decided.client_key,
        decided.risk_score,
        decided.score_change_30d,
        decided.has_urgent_lane,
        cast(decided.tier_rank as integer) as tier_rank,
        tier.tier,
        computed_tier.tier as computed_tier,
        previous_tier.tier as previous_tier,
        case when decided.step <> 0 then decided.override_author_id end as override_author_id,
        case when decided.step <> 0 then decided.override_reason end as override_reason,
        case when decided.step <> 0 then decided.override_expires_date end
            as override_expires_date
    from decided
    inner join tier on decided.tier_rank = tier.tier_rank
    inner join tier as computed_tier on decided.computed_rank = computed_tier.tier_rank
    inner join tier as previous_tier on decided.previous_rank = previous_tier.tier_rank
)

select * from tiered
