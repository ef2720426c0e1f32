with linked_client as (
    select * from {{ ref('int_client__linked') }}
    where is_same_birth_date
),

refused_link as (
    select * from {{ ref('int_decision__resolved') }}
    where decision = 'different'
),

agency_client as (
    select person.source_client_id, person.status
    from {{ ref('input_person') }} as person
    inner join {{ ref('int_client__merged') }} as merged
        on person.source = merged.source and person.source_client_id = merged.source_client_id
),

-- the agency may have two records with one identifier and birth date: the record in use gets the
-- link, and the pair goes to review
ranked_link as (
    select
        linked_client.*,
        row_number() over (
            partition by
                linked_client.source,
                linked_client.source_scope,
                linked_client.source_client_id,
                linked_client.identifier_type,
                linked_client.identifier
            order by
                case agency_client.status
                    when 'discharged' then 2
                    when 'inactive' then 1
                    else 0
                end,
                linked_client.client_id
        ) as link_rank
    from linked_client
    anti join refused_link
        on linked_client.source = refused_link.source
        and linked_client.source_scope = refused_link.source_scope
        and linked_client.source_client_id = refused_link.source_client_id
        and linked_client.client_id = refused_link.client_id
    left join agency_client on linked_client.client_id = agency_client.source_client_id
),

-- a person whose identifiers lead to two clients matches neither before a decision
identifier_link as (
    select
        source,
        source_scope,
        source_client_id,
        min(client_id) as client_id,
        min(identifier_type) || '_id_and_birth_date' as match_rule
    from ranked_link
    where link_rank = 1
    group by source, source_scope, source_client_id
    having count(distinct client_id) = 1
),

exact_link as (
    select * from identifier_link
    union all
    select source, source_scope, source_client_id, client_id, match_rule
    from {{ ref('int_agency_patient__matched') }}
    where source_client_id = person_id and match_rule not in ('own_id', 'merged', 'decided')
)

select * from exact_link
