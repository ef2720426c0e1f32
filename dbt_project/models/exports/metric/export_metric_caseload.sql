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

-- A forest (docs/suppression.md): agency, sites, each site by team, by program and by tier.
counted as (
    select
        case
            when grouping(site_id) = 1 then 'agency'
            when grouping(team) = 0 then 'team'
            when grouping(program_id) = 0 then 'program'
            when grouping(tier) = 0 then 'tier'
            else 'site'
        end as breakdown,
        site_id,
        team,
        program_id,
        tier,
        cast(count(*) as bigint) as clients
    from described_client
    group by grouping sets (
        (), (site_id), (site_id, team), (site_id, program_id), (site_id, tier)
    )
),

cell as (
    select
        *,
        breakdown || '|' || coalesce(site_id, '') || '|'
        || coalesce(team, program_id, tier, '') as row_key,
        case
            when breakdown = 'agency' then null
            when breakdown = 'site' then 'agency||'
            else 'site|' || site_id || '|'
        end as parent_key,
        breakdown as family
    from counted
),

published as (
    {{ suppressed_cells(
        relation='cell',
        keys=['breakdown', 'site_id', 'team', 'program_id', 'tier'],
        counts=['clients'],
        depth=2,
    ) }}
)

select * from published
