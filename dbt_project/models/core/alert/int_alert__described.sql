{{ config(materialized='view') }}

with alert as (
    select * from {{ ref('input_alert') }}
),

client as (
    select source, source_scope, source_client_id, client_key from {{ ref('int_client__matched') }}
),

provider as (
    select npi, provider_name, facility_type, is_part2 from {{ ref('dim_provider') }}
),

part2_name as (
    select facility_words from {{ ref('int_facility__part2_name') }}
),

-- where the alerts of a sender do not describe the facility, the agency's list of providers does
described_alert as (
    select
        alert.* replace (
            case
                when alert.has_facility_description then alert.facility_name
                else provider.provider_name
            end as facility_name,
            case
                when alert.has_facility_description then alert.facility_type
                else provider.facility_type
            end as facility_type
        ),
        client.client_key,
        -- rules/privacy.md#part-2-records: the label, the NPI, or the name where the NPI is unknown
        alert.is_part2_labelled
        or coalesce(provider.is_part2, part2_name.facility_words is not null) as is_part2
    from alert
    left join client
        on
        alert.client_source = client.source
        and alert.client_scope = client.source_scope
        and alert.source_client_id = client.source_client_id
    left join provider on alert.sending_facility_id = provider.npi
    left join part2_name on {{ name_words('alert.facility_name') }} = part2_name.facility_words
)

select * from described_alert
