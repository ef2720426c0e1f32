-- One pass over the answers; a value out of range counts as missing. A response is identified by the hash of its id.
create temp table response as
select
    any_value(response_id) as response_id,
    answer.instrument,
    min(client_id) as client_id,
    max(client_id) as other_client_id,
    min(administered_at) as administered_at,
    min(administered_at_day) as administered_date,
    max(case status when 'declined' then 2 when 'in_progress' then 1 else 0 end) as status_rank,
    count(*) filter (where item.item_number is not null and not item.is_safety_item) as item_row_count,
    count(*) filter (where item_value between lowest and highest) as answered_count,
    sum(case when is_reversed then highest - item_value else item_value end)
        filter (where item_value between lowest and highest) as item_score,
    max(item_value) filter (where is_safety_item and item_value between lowest and highest) as safety_item,
    min(total_score) as total_given,
    max(total_score) as other_total_given,
    max(level.level_rank) as level_rank_given,
    max(item.level_rank) filter (where item_value > 0 and item_value between lowest and highest) as item_level_rank,
    count(*) filter (where item_value between lowest and highest and answer.item_number in (1, 2, 6)) as gate_item_count,
    bool_or(answer.is_positive) filter (where domain is not null) as has_need,
    bool_or(answer.is_positive) filter (where domain = 'food') as is_food_need,
    bool_or(answer.is_positive) filter (where domain = 'housing') as is_housing_need,
    bool_or(answer.is_positive) filter (where domain = 'transportation') as is_transportation_need,
    bool_or(answer.is_positive) filter (where domain = 'utilities') as is_utilities_need,
    bool_or(answer.is_positive) filter (where domain = 'safety') as is_safety_need,
    max(reviewed_at) as reviewed_at,
    max(answer.program_id) as program_id,
    bool_or(coalesce(is_part2, false)) as is_part2_program,
    bool_and(program.program_id is not null) as has_known_program
from screenings_response as answer
left join seed_screening_item as item using (instrument, item_number)
left join seed_screening_level as level on answer.level = level.level
left join dim_program as program on answer.program_id = program.program_id
group by hash(response_id), answer.instrument;

create table fct_screening as
with measured as (
    select
        response.*, item_count, item_count - answered_count as missing_count, prorated_missing_limit, positive_from,
        positive_from_male, positive_up_to,
        total_given between total_lowest and total_highest and (not is_whole_number or total_given = floor(total_given))
            as is_total_possible,
        case status_rank when 2 then 'declined' when 1 then 'in_progress' else 'completed' end as status,
        item_row_count > 0 as is_item_level,
        -- the items must sum to the total
        coalesce(total_given <> other_total_given, false)
        or coalesce(total_given not between coalesce(item_score, 0)
            and coalesce(item_score, 0) + missing_count * item_highest, false)
        or coalesce(level_rank_given <> item_level_rank, false) as is_contradicted,
        -- a positive safety answer counts before the response is completed, and over a lower level
        case
            when status_rank = 2 then null
            when item_level_rank is not null or level_rank_given > 0 then greatest(level_rank_given, item_level_rank)
            when status_rank = 0 and instrument = 'cssrs' and gate_item_count = 3 then 0
            when status_rank = 0 then level_rank_given
        end as level_rank
    from response
    inner join seed_screening_instrument using (instrument)
),
scored as (
    select
        measured.*, level.level, level.is_positive as is_level_positive,
        case
            when status <> 'completed' then null
            when is_item_level and missing_count = 0 then cast(item_score as decimal(6, 2))
            when not is_item_level and is_total_possible and not is_contradicted then cast(total_given as decimal(6, 2))
        end as total_score,
        -- prorated for one or two missing answers, for display only
        case
            when status = 'completed' and is_item_level and missing_count between 1 and prorated_missing_limit
                then cast(round(item_score * item_count / cast(answered_count as decimal(9, 4))) as integer)
        end as prorated_score,
        case when status <> 'declined' then safety_item end as item_9,
        case
            when status <> 'completed' then 'not_scored'
            when total_score is not null or level is not null or has_need is not null then 'valid'
            when prorated_score is not null then 'prorated'
            else 'invalid'
        end as score_status
    from measured
    left join seed_screening_level as level using (level_rank)
),
known as (
    select
        scored.*,
        -- a response with the ids of two people belongs to neither
        case when other.client_key = client.client_key then client.client_key end as client_key
    from scored
    left join client_of_agency as client on scored.client_id = client.client_id
    left join client_of_agency as other on scored.other_client_id = other.client_id
)
select
    row_number() over () as screening_key, known.client_key, 'screenings' as source, response_id, known.instrument, administered_at,
    administered_date, known.status, score_status, total_score, prorated_score, score_status = 'valid' as is_complete,
    missing_count as missing_item_count, item_9, level,
    case
        when total_score is not null
            then coalesce(
                total_score >= case when sex = 'M' then coalesce(positive_from_male, positive_from) else positive_from end,
                total_score <= positive_up_to
            )
        when level is not null then is_level_positive
        when known.status = 'completed' then has_need
    end as is_positive,
    coalesce(level, severity) as severity, is_contradicted, is_food_need, is_housing_need, is_transportation_need,
    is_utilities_need, is_safety_need, reviewed_at,
    true as has_review_feed, program_id,
    is_part2_program or (not has_known_program and part2_span.client_key is not null) as is_part2
from known
left join seed_screening_severity_band as band
    on known.instrument = band.instrument and total_score > above_score and total_score <= up_to_score
left join dim_client using (client_key)
left join part2_span
    on known.client_key = part2_span.client_key
    and administered_date between part2_span.start_date and part2_span.end_date;
