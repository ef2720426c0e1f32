with
run as (
    select as_of_date from {{ ref('int_run__as_of') }}
),

recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

screening as (
    select client_key, instrument, administered_date, total_score, item_9, level, is_part2
    from {{ ref('fct_screening') }}
    where status = 'completed' and instrument in ('phq9', 'phq9m', 'cssrs')
),

visible_screening as (
    select
        screening.client_key,
        screening.administered_date,
        case when screening.instrument <> 'cssrs' then screening.total_score end as phq9_total,
        case when screening.instrument <> 'cssrs' then screening.item_9 end as item_9,
        case when screening.instrument = 'cssrs' then screening.level end as cssrs_level
    from screening
    inner join recipient_view on screening.client_key = recipient_view.client_key
    where recipient_view.part2_view = 'full' or not screening.is_part2
),

-- ISO dates sort as text, so the scores are in the order of their dates
summarized_screening as (
    select
        client_key,
        max(case when cssrs_level is not null then administered_date end) as cssrs_date,
        max(case when item_9 is not null then administered_date end) as item_9_date,
        {{ listed_texts(
            "case when phq9_total is not null then "
            ~ "cast(administered_date as " ~ dbt.type_string() ~ ") || ' ' "
            ~ "|| cast(cast(phq9_total as integer) as " ~ dbt.type_string() ~ ") end"
        ) }} as phq9_scores
    from visible_screening
    group by client_key
),

-- rules/caseload-sheets.md#red: an old answer is no red flag
client_screening as (
    select
        summarized_screening.client_key,
        summarized_screening.cssrs_date,
        summarized_screening.phq9_scores,
        coalesce(
            run.as_of_date - summarized_screening.cssrs_date
            <= {{ risk_window_days('cssrs_level') }},
            false
        ) as is_cssrs_current,
        coalesce(
            run.as_of_date - summarized_screening.item_9_date
            <= {{ risk_window_days('cssrs_level') }},
            false
        ) as is_item_9_current
    from summarized_screening
    cross join run
)

select * from client_screening
