with
screening as (
    select * from {{ ref('fct_screening') }}
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

-- The lookback of all responses, before the oldest PHQ-9 that still counts as the latest.
earliest_day as (
    select
        min(score_date)
        - {{ risk_setting_days('note_days') }}
        - {{ risk_window_days('phq9_latest') }} as earliest_date
    from {{ ref('int_risk__score_date') }}
),

-- rules/screenings.md#totals: complete totals and levels count; a prorated score is for display
-- only
scored_response as (
    select
        screening.client_key,
        screening.screening_key,
        case screening.instrument when 'phq9m' then 'phq9' else screening.instrument end
            as instrument,
        screening.administered_at,
        screening.administered_date,
        case
            when screening.instrument <> 'cssrs' then screening.total_score
            when screening.level = 'high' then 3
            when screening.level = 'moderate' then 2
            when screening.level = 'low' then 1
            else 0
        end as score,
        screening.is_part2
    from screening
    inner join earliest_day on screening.administered_date >= earliest_day.earliest_date
    where screening.client_key is not null
        and (
            (screening.instrument = 'cssrs' and screening.level is not null)
            or (
                screening.instrument in ('phq9', 'phq9m', 'audit', 'dast10', 'dla20')
                and screening.total_score is not null
            )
        )
),

-- A response is the latest until the next one; of two at the same time the higher key is later.
spanned_response as (
    select
        client_part2_view.part2_view,
        scored_response.client_key,
        scored_response.screening_key,
        scored_response.instrument,
        scored_response.administered_at,
        scored_response.administered_date,
        lead(scored_response.administered_at) over (
            partition by
                client_part2_view.part2_view, scored_response.client_key, scored_response.instrument
            order by scored_response.administered_at, scored_response.screening_key
        ) as next_administered_at,
        cast(scored_response.score as decimal(9, 4)) as score,
        scored_response.is_part2
    from scored_response
    inner join client_part2_view on scored_response.client_key = client_part2_view.client_key
    where client_part2_view.part2_view = 'full' or not scored_response.is_part2
)

select * from spanned_response
