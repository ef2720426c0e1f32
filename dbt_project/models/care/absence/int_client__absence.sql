with run as (
    select as_of from {{ ref('int_run__as_of') }}
),

outcome as (
    select * from {{ ref('contact_outcome') }}
    where pause_reason is not null
),

client as (
    select client_key, is_deceased, status <> 'active' as is_inactive
    from {{ ref('dim_client') }}
    where is_agency_client
),

-- rules/tasks-and-lanes.md#reported-absence: the record agrees, or a supervisor confirmed reports
-- through the day of the decision, of which only the date may be known; the confirmed deaths are
-- those of dim_client
possible_confirmation as (
    select client.client_key, 'deceased' as outcome, run.as_of as confirmed_at
    from client
    cross join run
    where client.is_deceased
    union all
    select client.client_key, 'moved' as outcome, run.as_of as confirmed_at
    from client
    cross join run
    where client.is_inactive
    union all
    select client_key, kind as outcome, decided_at as confirmed_at
    from {{ ref('int_client__confirmed') }}
    where is_confirmed and kind <> 'deceased'
),

confirmation as (
    select client_key, outcome, max(confirmed_at) + interval '1 day' as confirmed_before
    from possible_confirmation
    group by client_key, outcome
),

report as (
    select
        client_part2_view.part2_view,
        contact.client_key,
        contact.contact_key,
        contact.outcome,
        outcome.pause_reason as reason,
        contact.contacted_at as since_at,
        contact.contacted_at + outcome.pause_days * interval '1 day' as lapses_at,
        outcome.ends_on_two_way,
        outcome.ends_on_visit,
        outcome.needs_confirmation,
        outcome.needs_confirmation and confirmation.client_key is not null as is_confirmed
    from {{ ref('fct_contact') }} as contact
    inner join outcome on contact.outcome = outcome.outcome
    inner join client on contact.client_key = client.client_key
    inner join {{ ref('int_client__part2_view') }} as client_part2_view
        on contact.client_key = client_part2_view.client_key
        and (client_part2_view.part2_view = 'full' or not contact.is_part2)
    left join confirmation
        on contact.client_key = confirmation.client_key
        and contact.outcome = confirmation.outcome
        and contact.contacted_at < confirmation.confirmed_before
),

-- what shows that the client is back, or never left; a discharge is one of its own view
presence as (
    select
        client_key, contacted_at as seen_at, outcome, 'two_way' as kind, is_part2,
        cast(null as {{ dbt.type_string() }}) as part2_view
    from {{ ref('fct_contact') }}
    where is_two_way
    union all
    select
        client_key, started_at as seen_at, cast(null as {{ dbt.type_string() }}) as outcome,
        'visit' as kind, is_part2, null as part2_view
    from {{ ref('fct_visit') }}
    union all
    select
        client_key, discharged_at as seen_at, cast(null as {{ dbt.type_string() }}) as outcome,
        'discharge' as kind, is_part2, part2_view
    from {{ ref('int_task__followup_discharge') }}
    where retracted_at is null
    union all
    select
        client_key, decided_at as seen_at, kind as outcome, 'denial' as kind, false as is_part2,
        null as part2_view
    from {{ ref('int_client__confirmed') }}
    where not is_confirmed
),

first_presence as (
    select report.contact_key, report.part2_view, min(presence.seen_at) as seen_at
    from report
    cross join run
    inner join presence
        on report.client_key = presence.client_key
        and report.since_at < presence.seen_at
        and run.as_of >= presence.seen_at
        and coalesce(
            presence.part2_view = report.part2_view,
            report.part2_view = 'full' or not presence.is_part2
        )
    where case presence.kind
            when 'two_way' then report.ends_on_two_way and presence.outcome <> report.outcome
            when 'visit' then report.ends_on_visit
            when 'denial' then presence.outcome = report.outcome
            else true
        end
    group by report.contact_key, report.part2_view
),

absence as (
    select
        report.part2_view,
        report.client_key,
        report.contact_key,
        report.reason,
        report.since_at,
        case
            when report.is_confirmed and first_presence.seen_at is null then null
            else least(report.lapses_at, first_presence.seen_at)
        end as until_at,
        report.is_confirmed,
        first_presence.seen_at is not null as is_undone,
        case
            when report.needs_confirmation
                and not report.is_confirmed
                and first_presence.seen_at is null
                and report.lapses_at <= run.as_of
                then 'reported, not confirmed'
        end as note
    from report
    cross join run
    left join first_presence
        on report.contact_key = first_presence.contact_key
        and report.part2_view = first_presence.part2_view
)

select * from absence
