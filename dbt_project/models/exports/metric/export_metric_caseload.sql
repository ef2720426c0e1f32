-- Nested (docs/suppression.md#nested): the agency; its sites; each published site by team, by
-- program and by tier.
{%- set breakdowns = ['team', 'program_id', 'tier'] %}
with

client as (
    select * from {{ ref('export_caseload_site') }}
),

agency as (
    select cast(sum(clients) as bigint) as clients
    from client
    having count(*) > 0
),

part as (
    {%- for breakdown in breakdowns %}
    select
        published_site_id || '|{{ breakdown }}' as scope_key,
        published_site_id as site_id,
        '{{ breakdown }}' as breakdown,
        {{ breakdown }} as group_name,
        cast(sum(clients) as bigint) as clients
    from client
    where is_site_published
    group by published_site_id, {{ breakdown }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

part_group as (
    {{ merged_groups(
        relation='part',
        keys=['site_id', 'breakdown'],
        counts=['clients'],
        is_unsafe=is_small('clients'),
    ) }}
),

published_row as (
    select
        'agency' as breakdown,
        cast(null as {{ dbt.type_string() }}) as site_id,
        cast(null as {{ dbt.type_string() }}) as group_name,
        clients
    from agency
    union all
    select
        'site' as breakdown,
        published_site_id as site_id,
        null as group_name,
        cast(sum(clients) as bigint) as clients
    from client
    where is_site_published
    group by published_site_id
    union all
    select
        case when breakdown = 'program_id' then 'program' else breakdown end as breakdown,
        site_id,
        published_name as group_name,
        cast(sum(clients) as bigint) as clients
    from part_group
    where is_published
    group by breakdown, site_id, published_name
),

caseload as (
    select
        breakdown,
        site_id,
        case when breakdown = 'team' then group_name end as team,
        case when breakdown = 'program' then group_name end as program_id,
        case when breakdown = 'tier' then group_name end as tier,
        case when not ({{ is_small('clients') }}) then clients end as clients,
        {{ count_status('clients') }} as clients_status,
        {{ is_small('clients') }} as is_suppressed
    from published_row
)

select * from caseload
