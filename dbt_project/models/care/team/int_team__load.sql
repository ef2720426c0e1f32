with client as (
    select client_key, care_manager_id from {{ ref('dim_client') }}
    where is_listable and care_manager_id is not null
),

tiered as (
    select tiered.client_key, tiered.tier
    from {{ ref('int_risk__tiered') }} as tiered
    inner join {{ ref('int_client__supervisor_view') }} as supervisor_view
        on tiered.client_key = supervisor_view.client_key
        and tiered.part2_view = supervisor_view.part2_view
),

tier as (
    select tier, caseload_units from {{ ref('risk_tier') }}
),

care_manager_load as (
    select
        client.care_manager_id,
        cast(count(*) as integer) as client_count,
        cast(sum(tier.caseload_units) as decimal(9, 1)) as load_units
    from client
    inner join tiered on client.client_key = tiered.client_key
    inner join tier on tiered.tier = tier.tier
    group by client.care_manager_id
),

free_load as (
    select
        *,
        cast({{ risk_setting('capacity_units') }} as decimal(9, 1)) as capacity_units,
        cast({{ risk_setting('capacity_units') }} - load_units as decimal(9, 1)) as free_units
    from care_manager_load
)

select * from free_load
