-- Caseload against capacity (rules/reports.md#capacity): staff, not clients, so no cell is small.
with

care_manager as (
    select care_manager_id
    from {{ ref('dim_client') }}
    where is_listable and care_manager_id is not null
    group by care_manager_id
),

capacity as (
    select
        cast(count(*) as bigint) as care_manager_count,
        cast({{ risk_setting('capacity_clients') }} as integer) as clients_per_care_manager
    from care_manager
)

select * from capacity
