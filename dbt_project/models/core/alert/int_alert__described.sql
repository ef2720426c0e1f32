{{ config(materialized='view') }}

with alert as (
    select * from {{ ref('input_alert') }}
),

client as (
    select source, source_scope, source_client_id, client_key from {{ ref('int_client__matched') }}
),

provider as (
    select npi, provider_name, facility_type from {{ ref('dim_provider') }}
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
        client.client_key
    from alert
    left join client
        on
        alert.client_source = client.source
        and alert.client_scope = client.source_scope
        and alert.source_client_id = client.source_client_id
    left join provider on alert.sending_facility_id = provider.npi
)

select * from described_alert
