{#
    What was done for a client, by day. A contact of the care manager is a two-way contact or a kept visit of case
    management (rules/registry.md#contact).
#}
with contact as (
    select client_key, contacted_date as activity_date, is_two_way, minutes
    from {{ ref('fct_contact') }}
    where client_key is not null
),

visit as (
    select client_key, visit_date as activity_date, service_line = 'case_management' as is_contact
    from {{ ref('fct_visit') }}
    where client_key is not null
),

consult as (
    select client_key, step_date as activity_date
    from {{ ref('int_care_episode__treated') }}
    where part2_view = 'full' and step = 'consult'
),

activity as (
    select
        client_key,
        activity_date,
        is_two_way as is_contact,
        minutes,
        0 as visits,
        false as is_consult
    from contact
    union all
    select client_key, activity_date, is_contact, 0, 1, false
    from visit
    union all
    select client_key, activity_date, false, 0, 0, true
    from consult
),

client_day as (
    select
        client_key,
        activity_date,
        bool_or(is_contact) as is_contacted,
        bool_or(is_consult) as is_consulted,
        cast(sum(visits) as integer) as session_count,
        cast(coalesce(sum(minutes), 0) as integer) as contact_minutes
    from activity
    group by client_key, activity_date
)

select * from client_day
