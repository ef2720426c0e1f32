with run as (
    select * from {{ ref('int_run__as_of') }}
),

client as (
    select client_key, client_id, status, death_date, is_deceased
    from {{ ref('dim_client') }}
    where is_agency_client
),

client_part2_view as (
    select * from {{ ref('int_client__part2_view') }}
),

-- rules/tasks-and-lanes.md#reported-absence: a report alone only pauses the tasks
confirmed_report as (
    select
        client_key,
        part2_view,
        min(case when reason = 'reported_deceased' then since_at end) as died_at,
        min(case when reason = 'reported_moved' then since_at end) as moved_at
    from {{ ref('int_client__absence') }}
    where is_confirmed and not is_undone
    group by client_key, part2_view
),

discharge_notice as (
    select * from {{ ref('int_client__discharged') }}
),

last_enrollment as (
    select
        client_part2_view.part2_view,
        enrollment.client_key,
        max(enrollment.end_date) as end_date,
        bool_or(enrollment.end_date is null) as is_enrolled
    from {{ ref('fct_program_enrollment') }} as enrollment
    inner join client_part2_view
        on enrollment.client_key = client_part2_view.client_key
        and (client_part2_view.part2_view = 'full' or not enrollment.is_part2)
    group by client_part2_view.part2_view, enrollment.client_key
),

task_client as (
    select
        client.client_key,
        client.client_id,
        client_part2_view.part2_view,
        -- rules/privacy.md#deaths: in both views. A death may be known without its date
        coalesce(
            {{ start_of_local_day('client.death_date', 'run.time_zone') }},
            confirmed_report.died_at,
            case when client.is_deceased then run.as_of end
        ) as died_at,
        confirmed_report.moved_at,
        -- the record does not date a discharge: the end of the last program, else the delivery
        case when client.status = 'discharged' then coalesce(
                    case when not last_enrollment.is_enrolled then least(
                                {{ end_of_local_day('last_enrollment.end_date', 'run.time_zone') }},
                                run.as_of
                            )
                    end,
                    discharge_notice.noticed_at,
                    run.as_of
                )
        end as left_at
    from client
    inner join client_part2_view on client.client_key = client_part2_view.client_key
    cross join run
    left join confirmed_report
        on client.client_key = confirmed_report.client_key
        and client_part2_view.part2_view = confirmed_report.part2_view
    left join discharge_notice on client.client_key = discharge_notice.client_key
    left join last_enrollment
        on client.client_key = last_enrollment.client_key
        and client_part2_view.part2_view = last_enrollment.part2_view
)

select * from task_client
