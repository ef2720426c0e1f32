with response as (
    select * from {{ ref('int_screening__scored') }}
),

instrument as (
    select * from {{ ref('screening_instrument') }}
),

level as (
    select level, is_positive from {{ ref('screening_level') }}
),

severity_band as (
    select * from {{ ref('screening_severity_band') }}
),

matched as (
    select source, source_scope, source_client_id, client_key from {{ ref('int_client__matched') }}
),

client as (
    select client_key, sex from {{ ref('dim_client') }}
),

part2_span as (
    select * from {{ ref('int_client__part2_span') }}
),

review_feed as (
    select distinct source from {{ ref('input_screening') }}
    where has_review_column
),

two_name_response as (
    select
        *,
        case when other_source_client_id <> source_client_id then other_source_client_id end
            as other_client_id
    from response
),

client_response as (
    select
        response.*,
        -- a response with the ids of two people has no client
        case
            when response.other_client_id is null or matched.client_key = other_match.client_key
                then matched.client_key
        end as client_key
    from two_name_response as response
    left join matched
        on response.client_source = matched.source
        and response.client_scope = matched.source_scope
        and response.source_client_id = matched.source_client_id
    left join matched as other_match
        on response.client_source = other_match.source
        and response.client_scope = other_match.source_scope
        and response.other_client_id = other_match.source_client_id
),

screening as (
    select
        {{ surrogate_key(['response.source', 'response.response_id', 'response.instrument']) }}
            as screening_key,
        response.client_key,
        response.source,
        response.response_id,
        response.instrument,
        response.administered_at,
        response.administered_date,
        response.status,
        response.score_status,
        response.total_score,
        response.prorated_score,
        response.score_status = 'valid' as is_complete,
        response.item_count - response.answered_count as missing_item_count,
        response.item_9,
        response.level,
        case
            when response.total_score is not null
                then coalesce(
                        response.total_score >= case
                            when client.sex = 'M'
                                then coalesce(
                                        instrument.positive_from_male, instrument.positive_from
                                    )
                            else instrument.positive_from
                        end,
                        response.total_score <= instrument.positive_up_to
                    )
            when response.level is not null then level.is_positive
            when response.status = 'completed' then response.has_need
        end as is_positive,
        coalesce(response.level, severity_band.severity) as severity,
        response.is_contradicted,
        response.is_food_need,
        response.is_housing_need,
        response.is_transportation_need,
        response.is_utilities_need,
        response.is_safety_need,
        response.reviewed_at,
        review_feed.source is not null as has_review_feed,
        response.program_id,
        response.is_part2_program
        or (not response.has_known_program and part2_span.client_key is not null) as is_part2,
        response.received_at,
        response.evidence_table,
        response.evidence_key
    from client_response as response
    inner join instrument on response.instrument = instrument.instrument
    left join level on response.level = level.level
    left join severity_band
        on response.instrument = severity_band.instrument
        and response.total_score > severity_band.above_score
        and response.total_score <= severity_band.up_to_score
    left join review_feed on response.source = review_feed.source
    left join client on response.client_key = client.client_key
    left join part2_span
        on response.client_key = part2_span.client_key
        and response.administered_date between part2_span.start_date and part2_span.end_date
)

select * from screening
