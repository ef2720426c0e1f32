with run as (
    select time_zone from {{ ref('stg_caseload__run') }}
),

answer as (
    select * from {{ ref('int_screening__answered') }}
),

instrument as (
    select * from {{ ref('screening_instrument') }}
),

item as (
    select * from {{ ref('screening_item') }}
),

program as (
    select program_id, is_part2 from {{ ref('dim_program') }}
),

batch as (
    select batch_id, first_received_at from {{ ref('stg_caseload__batch_order') }}
),

level as (
    select level, level_rank from {{ ref('screening_level') }}
),

checked_answer as (
    select
        answer.*,
        answer.item_number between 1 and instrument.item_count as is_scored_item,
        coalesce(item.is_safety_item, false) as is_safety_item,
        case when item.is_reversed then instrument.item_highest - answer.item_value
            else answer.item_value
        end as item_points,
        answer.item_value between instrument.item_lowest and instrument.item_highest
            as is_item_in_range,
        item.level_rank as item_level_rank,
        level.level_rank,
        program.program_id is not null as has_known_program,
        coalesce(program.is_part2, false) as is_part2_program,
        batch.first_received_at
    from answer
    left join instrument on answer.instrument = instrument.instrument
    left join item
        on answer.instrument = item.instrument and answer.item_number = item.item_number
    left join level on answer.level = level.level
    left join program on answer.program_id = program.program_id
    left join batch on answer._batch_id = batch.batch_id
),

-- one pass over the answers; a value outside its range is no answer
summed_response as (
    select
        source,
        response_id,
        instrument,
        min(client_source) as client_source,
        min(evidence_table) as evidence_table,
        min(source_client_id) as source_client_id,
        max(source_client_id) as other_source_client_id,
        min(administered_at) as administered_at,
        max(
            case status when 'declined' then 2 when 'in_progress' then 1 else 0 end
        ) as status_rank,
        count(case when is_scored_item and not is_safety_item then 1 end) as item_row_count,
        count(case when is_scored_item and is_item_in_range then 1 end) as answered_count,
        count(case when is_scored_item and not is_item_in_range then 1 end) as wrong_item_count,
        sum(case when is_scored_item and is_item_in_range then item_points end) as item_score,
        max(case when is_safety_item and is_item_in_range then item_value end) as safety_item,
        min(total_score) as total_given,
        max(total_score) as other_total_given,
        max(level_rank) as level_rank_given,
        max(case when is_item_in_range and item_value > 0 then item_level_rank end)
            as item_level_rank,
        count(case when is_item_in_range and item_number in (1, 2, 6) then 1 end)
            as gate_item_count,
        bool_or(case when domain is not null then is_positive end) as has_need,
        bool_or(case when domain = 'food' then is_positive end) as is_food_need,
        bool_or(case when domain = 'housing' then is_positive end) as is_housing_need,
        bool_or(case when domain = 'transportation' then is_positive end)
            as is_transportation_need,
        bool_or(case when domain = 'utilities' then is_positive end) as is_utilities_need,
        bool_or(case when domain = 'safety' then is_positive end) as is_safety_need,
        max(reviewed_at) as reviewed_at,
        max(program_id) as program_id,
        bool_or(is_part2_program) as is_part2_program,
        bool_and(has_known_program) as has_known_program,
        min(first_received_at) as received_at,
        max(
            case when is_safety_item and item_value > 0
                then _batch_id || ':' || cast(_source_row as {{ dbt.type_string() }})
            end
        ) as safety_evidence_key,
        max(
            case when total_score is not null or level is not null
                then _batch_id || ':' || cast(_source_row as {{ dbt.type_string() }})
            end
        ) as total_evidence_key,
        min(_batch_id || ':' || cast(_source_row as {{ dbt.type_string() }}))
            as first_evidence_key
    from checked_answer
    group by source, response_id, instrument
),

dated_response as (
    select
        summed_response.*,
        {{ local_date('summed_response.administered_at', 'run.time_zone') }} as administered_date
    from summed_response
    cross join run
)

select * from dated_response
