with
contact as (
    select client_key, contacted_at, is_part2 from {{ ref('fct_contact') }}
    where is_two_way and client_key is not null
),

spine as (
    select * from {{ ref('int_score__spine') }}
),

client_scope as (
    select * from {{ ref('int_client__scope') }}
),

moment as (
    select
        max(case when spine = 'now' then spine_at end) as now_at,
        max(case when spine = 'd14' then spine_at end) as d14_at,
        max(case when spine = 'd30' then spine_at end) as d30_at
    from spine
),

-- One pass over the contacts for all days of the spine.
last_contact as (
    select
        contact.client_key,
        contact.is_part2,
        max(case when contact.contacted_at <= moment.now_at then contact.contacted_at end)
            as now_at,
        max(case when contact.contacted_at <= moment.d14_at then contact.contacted_at end)
            as d14_at,
        max(case when contact.contacted_at <= moment.d30_at then contact.contacted_at end)
            as d30_at
    from contact
    cross join moment
    group by contact.client_key, contact.is_part2
),

scoped_contact as (
    select
        client_scope.evidence_scope,
        last_contact.client_key,
        max(last_contact.now_at) as now_at,
        max(last_contact.d14_at) as d14_at,
        max(last_contact.d30_at) as d30_at
    from last_contact
    inner join client_scope on last_contact.client_key = client_scope.client_key
    where client_scope.evidence_scope = 'all' or not last_contact.is_part2
    group by client_scope.evidence_scope, last_contact.client_key
),

contact_by_day as (
    select
        spine.spine,
        scoped_contact.evidence_scope,
        scoped_contact.client_key,
        case spine.spine
            when 'now' then scoped_contact.now_at
            when 'd14' then scoped_contact.d14_at
            else scoped_contact.d30_at
        end as last_reached_at
    from scoped_contact
    cross join spine
),

last_reached as (
    select * from contact_by_day
    where last_reached_at is not null
)

select * from last_reached
