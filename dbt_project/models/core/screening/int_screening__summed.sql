with run as (
    select time_zone from {{ ref('int_run__as_of') }}
),

answer as (
    select * from {{ ref('int_screening__answered') }}
),

item as (
    select * from {{ ref('screening_item') }}
),

program as (
    select program_id, is_part2 from {{ ref('dim_program') }}
),

level as (
    select level, level_rank from {{ ref('screening_level') }}
),

-- A row is identified by one number, batch rank and record number: text keys of millions of answers
-- would cost more than the sums.
checked_answer as (
    select
        answer.*,
        item.item_number is not null as is_scored_item,
        coalesce(item.is_safety_item, false) as is_safety_item,
        case when item.is_reversed then item.highest - answer.item_value
            else answer.item_value
        end as item_points,
        answer.item_value between item.lowest and item.highest as is_item_in_range,
        item.level_rank as item_level_rank,
        level.level_rank,
        program.program_id is not null as has_known_program,
        answer.is_part2_labelled or coalesce(program.is_part2, false) as is_part2_program,
        answer.batch_rank * {{ rows_per_batch() }} + answer._source_row as row_number_of_all
    from answer
    left join item
        on answer.instrument = item.instrument and answer.item_number = item.item_number
    left join level on answer.level = level.level
    left join program on answer.program_id = program.program_id
),

-- A value outside its range does not count as an answer.
summed_response as (
    select
        source,
        response_id,
        instrument,
        min(source_client_id) as source_client_id,
        max(source_client_id) as other_source_client_id,
        min(administered_at) as administered_at,
        max(
            case status when 'declined' then 2 when 'in_progress' then 1 else 0 end
        ) as status_rank,
        count(case when is_scored_item and not is_safety_item then 1 end) as item_row_count,
        count(case when is_item_in_range then 1 end) as answered_count,
        sum(case when is_item_in_range then item_points end) as item_score,
        max(case when is_safety_item and is_item_in_range then item_value end) as safety_item,
        min(total_score) as total_given,
        max(total_score) as other_total_given,
        max(level_rank) as level_rank_given,
        max(case when is_item_in_range and item_value > 0 then item_level_rank end)
            as item_level_rank,
        count(case when is_item_in_range and item_number in (1, 2, 6) then 1 end)
            as gate_item_count,
        bool_or(case when domain is not null then is_positive end) as has_need,
        {%- for need in ['food', 'housing', 'transportation', 'utilities', 'safety'] %}
        bool_or(case when domain = '{{ need }}' then is_positive end) as is_{{ need }}_need,
        {%- endfor %}
        max(reviewed_at) as reviewed_at,
        max(program_id) as program_id,
        min(client_source) as client_source,
        min(client_scope) as client_scope,
        max(evidence_table) as evidence_table,
        bool_or(is_part2_program) as is_part2_program,
        bool_and(has_known_program) as has_known_program,
        min(received_at) as received_at,
        coalesce(
            min(case when is_safety_item and item_value > 0 then row_number_of_all end),
            min(case when total_score is not null or level is not null
                    then row_number_of_all
            end),
            min(row_number_of_all)
        ) as evidence_row
    from checked_answer
    group by source, response_id, instrument
),

local_response as (
    select
        summed_response.*,
        {{ local_date('summed_response.administered_at', 'run.time_zone') }} as administered_date
    from summed_response
    cross join run
),

batch as (
    select distinct batch_rank, _batch_id from answer
),

evident_response as (
    select
        local_response.*,
        batch._batch_id || ':' || cast(
            local_response.evidence_row % {{ rows_per_batch() }} as {{ dbt.type_string() }}
        ) as evidence_key
    from local_response
    left join batch
        on local_response.evidence_row - local_response.evidence_row % {{ rows_per_batch() }}
        = batch.batch_rank * {{ rows_per_batch() }}
)

select * from evident_response
