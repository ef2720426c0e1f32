with decision as (
    select * from {{ ref('int_decision__latest') }}
),

known_person as (
    select * from {{ ref('int_client__identified') }}
),

agency_patient as (
    select * from {{ ref('int_agency_patient__matched') }}
),

merged_client as (
    select * from {{ ref('int_client__merged') }}
),

-- a decision may name a client record that was merged since, or a member of a payer
known_client as (
    select source_client_id as named_id, surviving_client_id as client_id
    from merged_client
    union all
    select known_person.client_id as named_id, known_person.client_id
    from known_person
    anti join merged_client on known_person.source = merged_client.source
    where known_person.client_id is not null
),

-- two client records that differ do so in both directions; a decision about a replaced patient
-- applies to the patient that replaced it
directed_decision as (
    select
        decision.decision_id,
        decision.source,
        decision.source_scope,
        coalesce(agency_patient.person_id, decision.source_client_id) as source_client_id,
        decision.client_id,
        decision.decision,
        decision.decided_at,
        decision.is_between_clients
    from decision
    left join agency_patient
        on decision.source = agency_patient.source
        and decision.source_scope = agency_patient.source_scope
        and decision.source_client_id = agency_patient.source_client_id
    union all
    select
        decision_id,
        source,
        source_scope,
        client_id as source_client_id,
        source_client_id as client_id,
        decision,
        decided_at,
        is_between_clients
    from decision
    where is_between_clients and decision = 'different'
),

resolved_decision as (
    select
        decision.decision_id,
        decision.source,
        decision.source_scope,
        decision.source_client_id,
        coalesce(known_client.client_id, decision.client_id) as client_id,
        decision.decision,
        decision.decided_at,
        decision.is_between_clients,
        known_person.source is not null and known_client.client_id is not null as is_known
    from directed_decision as decision
    left join known_person
        on decision.source = known_person.source
        and decision.source_scope = known_person.source_scope
        and decision.source_client_id = known_person.source_client_id
    left join known_client on decision.client_id = known_client.named_id
),

-- two records of one client may have different decisions: the latest applies
ranked_decision as (
    select
        *,
        row_number() over (
            partition by source, source_scope, source_client_id, client_id
            order by decided_at desc, decision_id desc
        ) as decision_rank
    from resolved_decision
),

current_decision as (
    select * exclude (decision_rank) from ranked_decision
    where decision_rank = 1
)

select * from current_decision
