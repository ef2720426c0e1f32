-- rules/returned-workbooks.md#confirmations
with contact_outcome as (
    select outcome, outcome as kind from {{ ref('contact_outcome') }}
    where needs_confirmation
),

-- rules/privacy.md#supervisors: their workbooks have no Part 2 records
contact as (
    select client_key, contacted_at, staff_id, outcome, is_two_way from {{ ref('fct_contact') }}
    where client_key is not null and not is_part2
),

confirmed as (
    select client_key, kind, decided_at from {{ ref('int_client__confirmed') }}
),

latest_report as (
    select
        contact.client_key,
        contact_outcome.kind,
        max(contact.contacted_at) as reported_at,
        max_by(contact.staff_id, contact.contacted_at) as reported_by
    from contact
    inner join contact_outcome on contact.outcome = contact_outcome.outcome
    group by contact.client_key, contact_outcome.kind
),

-- a later exchange with the client shows that the report was wrong
open_report as (
    select latest_report.* from latest_report
    anti join contact
        on latest_report.client_key = contact.client_key
        and contact.is_two_way
        and contact.contacted_at > latest_report.reported_at
    anti join confirmed
        on latest_report.client_key = confirmed.client_key
        and latest_report.kind = confirmed.kind
        and latest_report.reported_at <= confirmed.decided_at
),

report as (
    select
        client.client_id,
        trim(coalesce(client.first_name, '') || ' ' || coalesce(client.last_name, ''))
            as client_name,
        client.birth_date,
        client.care_manager_id,
        open_report.kind,
        open_report.reported_at,
        open_report.reported_by
    from open_report
    inner join {{ ref('dim_client') }} as client on open_report.client_key = client.client_key
)

select * from report
