with
client as (
    select client_key, client_id, care_manager_id, primary_program_id, site_id
    from {{ ref('dim_client') }}
    where is_listable and care_manager_id is not null
),

staff as (
    select staff_id, staff_name, team from {{ ref('dim_staff') }}
),

tiered as (
    select * from {{ ref('int_risk__tiered') }}
    where part2_view = 'full'
),

tier as (
    select tier, caseload_units from {{ ref('risk_tier') }}
),

task as (
    select * from {{ ref('fct_task') }}
    where status = 'open'
),

care_manager_day as (
    select * from {{ ref('int_list__care_manager_day') }}
),

open_task as (
    select
        client_key,
        cast(count(*) as integer) as open_task_count,
        {{ listed_texts('cast(lane as ' ~ dbt.type_string() ~ ')') }} as lanes_open,
        min(due_at) as earliest_due_at
    from task
    group by client_key
),

-- Current tier and computed tier: an override shows both (rules/risk-score.md#overrides).
client_load as (
    select
        client.care_manager_id,
        client.client_key,
        client.client_id,
        client.primary_program_id as program_id,
        client.site_id,
        tiered.tier,
        tiered.computed_tier,
        tiered.override_author_id,
        tiered.override_reason,
        tiered.override_expires_date,
        tiered.risk_score,
        tier.caseload_units,
        coalesce(open_task.open_task_count, 0) as open_task_count,
        open_task.lanes_open,
        open_task.earliest_due_at
    from client
    inner join tiered on client.client_key = tiered.client_key
    inner join tier on tiered.tier = tier.tier
    left join open_task on client.client_key = open_task.client_key
),

care_manager_load as (
    select
        care_manager_id,
        cast(count(*) as integer) as client_count,
        sum(caseload_units) as load_units
    from client_load
    group by care_manager_id
),

caseload as (
    select
        {{ surrogate_key(['client_load.care_manager_id', 'client_load.client_id']) }}
            as caseload_key,
        client_load.*,
        staff.staff_name as care_manager_name,
        staff.team,
        care_manager_load.client_count,
        cast(care_manager_load.load_units as decimal(9, 1)) as load_units,
        cast({{ risk_setting('capacity_units') }} as decimal(9, 1)) as capacity_units,
        cast({{ risk_setting('capacity_clients') }} as integer) as capacity_clients,
        cast({{ risk_setting('capacity_units') }} - care_manager_load.load_units as decimal(9, 1))
            as free_units,
        care_manager_load.load_units > {{ risk_setting('capacity_units') }}
        or care_manager_load.client_count > {{ risk_setting('capacity_clients') }}
            as is_over_capacity,
        cast(care_manager_day.working_minutes as decimal(9, 1)) as working_minutes_today
    from client_load
    inner join care_manager_load on client_load.care_manager_id = care_manager_load.care_manager_id
    left join staff on client_load.care_manager_id = staff.staff_id
    left join care_manager_day on client_load.care_manager_id = care_manager_day.staff_id
)

select * from caseload
