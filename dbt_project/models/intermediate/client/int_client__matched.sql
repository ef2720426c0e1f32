with identified_client as (
    select * from {{ ref('int_client__identified') }}
),

linked_client as (
    select * from {{ ref('int_client__linked') }}
    where is_same_birth_date
),

agency_client as (
    select source_client_id, status from {{ ref('stg_ehr__client') }}
),

-- the agency may keep two records with one id and birth date: the record in use gets the link, the
-- pair goes to review
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
        ) as preference
    from linked_client
    left join agency_client on linked_client.client_id = agency_client.source_client_id
),

-- a person whose identifiers lead to two of our clients is nobody's until someone has looked
chosen_link as (
    select
        source,
        source_scope,
        source_client_id,
        min(client_id) as client_id,
        min(identifier_type) || '_id_and_birth_date' as match_rule
    from ranked_link
    where preference = 1
    group by source, source_scope, source_client_id
    having count(distinct client_id) = 1
),

known_identity as (
    select
        identified_client.source,
        identified_client.source_scope,
        identified_client.source_client_id,
        coalesce(chosen_link.client_id, identified_client.client_id) as client_id,
        case
            when chosen_link.client_id is not null then chosen_link.match_rule
            when identified_client.link_rule is not null then identified_client.link_rule
            when identified_client.source = 'ehr'
                and identified_client.client_id <> identified_client.source_client_id then 'merged'
            else 'own_id'
        end as match_rule
    from identified_client
    left join chosen_link
        on identified_client.source = chosen_link.source
        and identified_client.source_scope = chosen_link.source_scope
        and identified_client.source_client_id = chosen_link.source_client_id
),

alert_identity as (
    select source, source_scope, source_client_id, client_id, match_rule
    from chosen_link
    where source = 'adt'
),

matched_client as (
    select
        source,
        source_scope,
        source_client_id,
        client_id,
        {{ surrogate_key(['client_id']) }} as client_key,
        match_rule
    from (
        select * from known_identity
        union all
        select * from alert_identity
    ) as identity
)

select * from matched_client
