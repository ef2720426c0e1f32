with
recipient_view as (
    select * from {{ ref('int_client__recipient_view') }}
),

screening as (
    select
        client_key, screening_key, instrument, administered_at, administered_date,
        total_score, item_9, level, status, is_part2
    from {{ ref('fct_screening') }}
    where instrument in ('phq9', 'phq9m', 'cssrs')
),

-- First and latest response of each kind: complete PHQ-9 totals, C-SSRS levels, and for item 9 also
-- answered responses without a total.
visible_response as (
    select
        screening.client_key,
        case
            when screening.instrument = 'cssrs' then 'cssrs'
            when screening.total_score is null then 'phq9_answered'
            else 'phq9'
        end as response_kind,
        screening.screening_key,
        screening.administered_at,
        screening.administered_date,
        screening.total_score,
        screening.item_9,
        screening.level
    from screening
    inner join recipient_view on screening.client_key = recipient_view.client_key
    where screening.status = 'completed'
        and (screening.instrument <> 'cssrs' or screening.level is not null)
        and (recipient_view.part2_view = 'full' or not screening.is_part2)
),

ranked_response as (
    select
        *,
        row_number() over (
            partition by client_key, response_kind
            order by administered_at, screening_key
        ) as first_rank,
        row_number() over (
            partition by client_key, response_kind
            order by administered_at desc, screening_key desc
        ) as last_rank,
        row_number() over (
            partition by client_key, response_kind = 'cssrs'
            order by administered_at desc, screening_key desc
        ) as instrument_rank
    from visible_response
),

client_screening as (
    select
        client_key,
        max(case when response_kind = 'phq9' and first_rank = 1 then total_score end) as phq9_first,
        max(case when response_kind = 'phq9' and last_rank = 1 then total_score end) as phq9_latest,
        max(case when response_kind = 'phq9' and last_rank = 1 then administered_date end)
            as phq9_latest_date,
        max(case when response_kind <> 'cssrs' and instrument_rank = 1 then item_9 end)
            as phq9_item9,
        max(case when response_kind = 'cssrs' and last_rank = 1 then level end) as cssrs_level
    from ranked_response
    group by client_key
)

select * from client_screening
