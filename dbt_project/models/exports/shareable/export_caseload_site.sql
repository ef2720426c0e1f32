-- Listed clients, and the name under which their site is published (docs/suppression.md#groups).
with

client as (
    select client_key, care_manager_id, primary_program_id, site_id
    from {{ ref('dim_client') }}
    where is_listable
),

staff as (
    select staff_id, team from {{ ref('dim_staff') }}
),

client_risk as (
    select client_key, tier from {{ ref('mart_client_risk') }}
),

described_client as (
    select
        coalesce(client.site_id, 'unknown') as site_id,
        coalesce(staff.team, 'unknown') as team,
        coalesce(client.primary_program_id, 'unknown') as program_id,
        client_risk.tier
    from client
    inner join client_risk on client.client_key = client_risk.client_key
    left join staff on client.care_manager_id = staff.staff_id
),

site as (
    select
        'agency' as scope_key,
        site_id as group_name,
        cast(count(*) as bigint) as clients
    from described_client
    group by site_id
),

site_group as (
    {{ merged_groups(
        relation='site', keys=[], counts=['clients'], is_unsafe=is_small('clients')
    ) }}
),

counted_client as (
    select
        described_client.site_id,
        site_group.published_name as published_site_id,
        site_group.is_published as is_site_published,
        described_client.team,
        described_client.program_id,
        described_client.tier,
        cast(count(*) as bigint) as clients
    from described_client
    inner join site_group on described_client.site_id = site_group.group_name
    group by
        described_client.site_id,
        site_group.published_name,
        site_group.is_published,
        described_client.team,
        described_client.program_id,
        described_client.tier
)

select * from counted_client
