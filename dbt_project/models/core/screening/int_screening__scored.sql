{{ config(materialized='view') }}

with response as (
    select * from {{ ref('int_screening__summed') }}
),

instrument as (
    select * from {{ ref('screening_instrument') }}
),

level as (
    select level, level_rank from {{ ref('screening_level') }}
),

measured_response as (
    select
        response.*,
        instrument.item_count,
        instrument.item_count - response.answered_count as missing_count,
        instrument.prorated_missing_limit,
        response.total_given between instrument.total_lowest and instrument.total_highest
        and (not instrument.is_whole_number or response.total_given = floor(response.total_given))
            as is_total_possible,
        coalesce(response.item_score, 0) as lowest_total,
        coalesce(response.item_score, 0)
        + (instrument.item_count - response.answered_count) * instrument.item_highest
            as highest_total,
        case response.status_rank
            when 2 then 'declined' when 1 then 'in_progress' else 'completed'
        end as status
    from response
    inner join instrument on response.instrument = instrument.instrument
),

-- rules/screenings.md#totals: items and total must agree; the safety item with a total is not a set
-- of items
compared_response as (
    select
        *,
        item_row_count > 0 as is_item_level,
        coalesce(total_given <> other_total_given, false)
        or coalesce(total_given not between lowest_total and highest_total, false)
        or coalesce(level_rank_given <> item_level_rank, false) as is_contradicted,
        -- a level above none counts before the form is finished, and replaces a lower one
        case
            when status = 'declined' then null
            when item_level_rank is not null or level_rank_given > 0
                then greatest(level_rank_given, item_level_rank)
            when status = 'completed' and instrument = 'cssrs' and gate_item_count = 3 then 0
            when status = 'completed' then level_rank_given
        end as level_rank
    from measured_response
),

scored_response as (
    select
        compared_response.*,
        level.level,
        case
            when status <> 'completed' then null
            when is_item_level and missing_count = 0 then cast(item_score as decimal(6, 2))
            when not is_item_level and is_total_possible and not is_contradicted
                then cast(total_given as decimal(6, 2))
        end as total_score,
        -- rules/screenings.md#missing-items: one or two answers missing, for display only
        case
            when status = 'completed' and is_item_level
                and missing_count between 1 and prorated_missing_limit
                then cast(
                        round(item_score * item_count / cast(answered_count as decimal(9, 4)))
                        as integer
                    )
        end as prorated_score,
        case when status <> 'declined' then safety_item end as item_9
    from compared_response
    left join level on compared_response.level_rank = level.level_rank
),

evaluated_response as (
    select
        *,
        case
            when status <> 'completed' then 'not_scored'
            when total_score is not null or level is not null or has_need is not null
                then 'valid'
            when prorated_score is not null then 'prorated'
            else 'invalid'
        end as score_status
    from scored_response
)

select * from evaluated_response
