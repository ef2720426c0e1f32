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

file_client as (
    select
        'outreach_list.csv' as file_name,
        'supervisors' as recipient,
        'outreach_list' as column_class,
        client_id
    from listed
    union all
    select
        coalesce(care_manager_id, 'unassigned') || '.xlsx' as file_name,
        coalesce(care_manager_id, 'supervisors') as recipient,
        'care_manager_workbook' as column_class,
        client_id
    from workbook_client
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
    left join consent on file_client.client_id = consent.client_id
)

select * from disclosure
