with decision as (
    select * from {{ ref('int_decision__latest') }}
),

identified_person as (
    select * from {{ ref('int_client__identified') }}
),

fhir_patient as (
    select * from {{ ref('int_client__from_fhir') }}
),

patient as (
    select sending_facility_id as source_scope, source_client_id
    from {{ ref('input_alert') }}
    union all
    select sender_id, source_patient_id
    from {{ ref('input_adt__appointment') }}
),

reported_patient as (
    select distinct
        decision.source,
        patient.source_scope,
        patient.source_client_id
    from patient
    inner join decision
        on decision.source = 'adt'
        and patient.source_scope = decision.source_scope
        and patient.source_client_id = decision.source_client_id
),

known_person as (
    select source, source_scope, source_client_id from identified_person
    union all
    select source, source_scope, source_client_id from reported_patient
),

-- a decision may name a record of the agency that was merged since, or a member of a payer
known_client as (
    select source_client_id as named_id, surviving_client_id as client_id
    from {{ ref('int_client__merged') }}
    union all
    select client_id as named_id, client_id
    from identified_person
    where source <> 'ehr'
),

-- that two records of the agency differ holds for both; what is decided about a patient that
-- another one has replaced holds for that one
directed_decision as (
    select
        decision.decision_id,
        decision.source,
        decision.source_scope,
        coalesce(fhir_patient.person_id, decision.source_client_id) as source_client_id,
        decision.client_id,
        decision.decision,
        decision.decided_at
    from decision
    left join fhir_patient
        on decision.source = 'ehr_fhir'
        and decision.source_client_id = fhir_patient.source_client_id
    union all
    select
        decision_id,
        source,
        source_scope,
        client_id as source_client_id,
        source_client_id as client_id,
        decision,
        decided_at
    from decision
    where source = 'ehr' and decision = 'different'
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
        known_person.source is not null and known_client.client_id is not null as is_known
    from directed_decision as decision
    left join known_person
        on decision.source = known_person.source
        and decision.source_scope = known_person.source_scope
        and decision.source_client_id = known_person.source_client_id
    left join known_client on decision.client_id = known_client.named_id
),

-- two records of a client may have been decided about one after the other
ranked_decision as (
    select
        *,
        row_number() over (
            partition by source, source_scope, source_client_id, client_id
            order by decided_at desc, decision_id desc
        ) as recency
    from resolved_decision
),

current_decision as (
    select * exclude (recency) from ranked_decision
    where recency = 1
)

select * from current_decision
