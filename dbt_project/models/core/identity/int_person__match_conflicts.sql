with linked_client as (
    select * from {{ ref('int_client__linked') }}
),

merged_client as (
    select * from {{ ref('int_client__merged') }}
),

described_client as (
    select * from {{ ref('int_client__described') }}
    where person_role = 'agency_client'
),

decision as (
    select * from {{ ref('int_decision__resolved') }}
),

birth_date_conflict as (
    select
        source,
        source_scope,
        source_client_id,
        identifier_type,
        client_id,
        case
            when has_other_birth_date then 'birth_date_conflict'
            else 'birth_date_missing'
        end as reason_code
    from linked_client
    where not is_same_birth_date
),

several_clients as (
    select
        linked.source,
        linked.source_scope,
        linked.source_client_id,
        linked.identifier_type,
        linked.client_id,
        'several_clients' as reason_code
    from linked_client as linked
    inner join (
        select source, source_scope, source_client_id
        from linked_client
        where is_same_birth_date
        group by source, source_scope, source_client_id
        having count(distinct client_id) > 1
    ) as conflict
        on linked.source = conflict.source
        and linked.source_scope = conflict.source_scope
        and linked.source_client_id = conflict.source_client_id
    where linked.is_same_birth_date
),

shared_identifier as (
    {%- for identifier_type in ['medicaid', 'medicare'] %}
    select
        client.source,
        client.source_scope,
        client.client_id as source_client_id,
        '{{ identifier_type }}' as identifier_type,
        client.client_id,
        'shared_identifier' as reason_code
    from described_client as client
    inner join (
        select {{ identifier_type }}_id, birth_date
        from described_client
        where {{ identifier_type }}_id is not null
        group by {{ identifier_type }}_id, birth_date
        having count(*) > 1
    ) as shared
        on client.{{ identifier_type }}_id = shared.{{ identifier_type }}_id
        and client.birth_date = shared.birth_date
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

merge_circle as (
    select
        source,
        source_scope,
        source_client_id,
        cast(null as {{ dbt.type_string() }}) as identifier_type,
        surviving_client_id as client_id,
        'merge_circle' as reason_code
    from merged_client
    where is_merge_circle
),

unknown_in_decision as (
    select
        source,
        source_scope,
        source_client_id,
        cast(null as {{ dbt.type_string() }}) as identifier_type,
        client_id,
        'unknown_in_decision' as reason_code
    from decision
    where not is_known
),

unresolved_conflict as (
    select * from birth_date_conflict
    union
    select * from several_clients
    union
    select * from shared_identifier
),

known_person as (
    select source, source_scope, source_client_id from decision
    where decision = 'same' and is_known
),

-- a decision about the pair, or about who the person is, settles the conflict
match_conflict as (
    select unresolved_conflict.*
    from unresolved_conflict
    anti join decision
        on unresolved_conflict.source = decision.source
        and unresolved_conflict.source_scope = decision.source_scope
        and unresolved_conflict.source_client_id = decision.source_client_id
        and unresolved_conflict.client_id = decision.client_id
    anti join known_person
        on unresolved_conflict.source = known_person.source
        and unresolved_conflict.source_scope = known_person.source_scope
        and unresolved_conflict.source_client_id = known_person.source_client_id
    union all
    select * from merge_circle
    union all
    select * from unknown_in_decision
)

select * from match_conflict
