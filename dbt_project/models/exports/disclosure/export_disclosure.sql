-- rules/privacy.md#disclosure-log: one row per file of a release, recipient and client
with listed as (
    select client_id, care_manager_id from {{ ref('export_outreach') }}
),

-- a workbook has the listed clients and the caseload
workbook_client as (
    select care_manager_id, client_id from listed
    union
    select care_manager_id, client_id from {{ ref('export_workbook_client') }}
),

consent as (
    select * from {{ ref('mart_recipient_consent') }}
),

staff as (
    select staff_id, team from {{ ref('export_supervisor_staff') }}
),

team as (
    select distinct
        team,
        case
            when team is null or team = '' then 'no_team'
            else left(regexp_replace(team, '[^A-Za-z0-9._-]+', '_', 'g'), 50)
        end as team_file
    from staff
),

-- clients whose care manager is in no team, and people to identify, are in every team's workbook
supervised_client as (
    select report.client_id, staff.team
    from {{ ref('export_supervisor_report') }} as report
    left join staff on report.care_manager_id = staff.staff_id
    union
    select referral.client_id, staff.team
    from {{ ref('export_supervisor_referral') }} as referral
    left join staff on referral.care_manager_id = staff.staff_id
    union
    select client_id, team from {{ ref('export_supervisor_task') }}
    union
    select client_id, team from {{ ref('export_supervisor_unreached') }}
    union
    select client_id, cast(null as {{ dbt.type_string() }}) as team
    from {{ ref('export_supervisor_unassigned') }}
    union
    select client_id, cast(null as {{ dbt.type_string() }}) as team
    from {{ ref('int_identity__reviewed') }}
),

team_client as (
    select distinct team.team_file, supervised_client.client_id
    from supervised_client
    inner join team
        on supervised_client.team is null or supervised_client.team = team.team
    where supervised_client.client_id is not null
),

file_client as (
    select
        'outreach_list.csv' as file_name,
        'supervisors' as recipient,
        'outreach_list' as column_class,
        client_id
    from listed
    union all
    select
        'fhir_task.ndjson' as file_name,
        'record_system' as recipient,
        'fhir_task' as column_class,
        client_id
    from listed
    union all
    select
        coalesce(care_manager_id, 'unassigned') || '.xlsx' as file_name,
        coalesce(care_manager_id, 'supervisors') as recipient,
        'care_manager_workbook' as column_class,
        client_id
    from workbook_client
    union all
    select
        'supervisor_' || team_file || '.xlsx' as file_name,
        'supervisors' as recipient,
        'supervisor_workbook' as column_class,
        client_id
    from team_client
),

disclosure as (
    select
        file_client.file_name,
        file_client.recipient,
        file_client.client_id,
        file_client.column_class,
        coalesce(consent.part2_view <> 'redacted', false) as is_part2,
        case when consent.part2_view <> 'redacted' then consent.consent_id end as consent_id,
        coalesce(
            case when consent.part2_view <> 'redacted' then consent.purpose end, 'treatment'
        ) as purpose
    from file_client
    -- rules/privacy.md#supervisors: their workbooks have no Part 2 records
    left join consent
        on case
            when file_client.column_class <> 'supervisor_workbook' then file_client.client_id
        end = consent.client_id
)

select * from disclosure
