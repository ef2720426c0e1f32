with client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

line_cadence as (
    select
        *,
        days_since_last_kept / cast(expected_interval_days as decimal(18, 6)) as gap_ratio
    from {{ ref('int_engagement__line_cadence') }}
),

-- rules/engagement.md#expected-interval: the worst line with an ordered interval, else the worst
ranked_line as (
    select
        *,
        row_number() over (
            partition by client_key, part2_view
            order by
                case when gap_ratio is not null then 0 else 1 end,
                case when is_ordered then 0 else 1 end,
                gap_ratio desc nulls last,
                expected_interval_days,
                service_line
        ) as line_rank
    from line_cadence
),

any_visit as (
    select client_key, part2_view, last_kept_at, last_kept_date, days_since_last_kept
    from {{ ref('int_engagement__last_visit') }}
    where service_line = 'any'
),

program as (
    select program_id, expected_visit_interval_days, is_part2 from {{ ref('dim_program') }}
),

-- without a line of service, as after an intake, the program expects a visit of any line
cadence as (
    select
        client_part2_view.client_key,
        client_part2_view.part2_view,
        case
            when ranked_line.gap_ratio is not null then ranked_line.service_line
            when any_visit.client_key is not null then 'any'
            else ranked_line.service_line
        end as service_line,
        coalesce(ranked_line.expected_interval_days, program.expected_visit_interval_days)
            as expected_interval_days,
        coalesce(
            ranked_line.expected_interval_source,
            case when program.expected_visit_interval_days is not null then 'program' end
        ) as expected_interval_source,
        coalesce(ranked_line.last_kept_at, any_visit.last_kept_at) as last_kept_at,
        coalesce(ranked_line.last_kept_date, any_visit.last_kept_date) as last_kept_date,
        coalesce(ranked_line.days_since_last_kept, any_visit.days_since_last_kept)
            as days_since_last_kept
    from client_part2_view
    inner join {{ ref('dim_client') }} as client on client_part2_view.client_key = client.client_key
    left join ranked_line
        on client_part2_view.client_key = ranked_line.client_key
        and client_part2_view.part2_view = ranked_line.part2_view
        and ranked_line.line_rank = 1
    left join any_visit
        on client_part2_view.client_key = any_visit.client_key
        and client_part2_view.part2_view = any_visit.part2_view
    left join program
        on case when client_part2_view.part2_view = 'full' then client.primary_program_id
            else client.primary_program_id_without_part2
        end = program.program_id
),

measured_cadence as (
    select
        client_key,
        part2_view,
        service_line,
        cast(expected_interval_days as decimal(9, 2)) as expected_interval_days,
        expected_interval_source,
        last_kept_at,
        last_kept_date,
        days_since_last_kept,
        cast(
            days_since_last_kept
            / cast(nullif(expected_interval_days, 0) as decimal(18, 6))
            as decimal(9, 2)
        ) as cadence_gap_ratio
    from cadence
)

select * from measured_cadence
