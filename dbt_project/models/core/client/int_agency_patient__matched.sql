with patient as (
    select
        person.*,
        person.client_scope as source_scope,
        coalesce(person.merged_into_client_id, person.source_client_id) as person_id
    from {{ ref('input_person') }} as person
    inner join {{ ref('person_source') }} as person_source on person.source = person_source.sender
    where person_source.person_role = 'agency_patient'
),

compared_identifier as (
    select * from {{ ref('int_agency_patient__compared') }}
),

-- a decision about a record applies to the person: the record that replaced it, and the client that
-- survived a merge
ranked_decision as (
    select
        patient.source,
        patient.source_scope,
        patient.person_id,
        merged_client.surviving_client_id as client_id,
        decision.decision,
        decision.decided_at,
        decision.decision_id,
        row_number() over (
            partition by
                patient.source,
                patient.source_scope,
                patient.person_id,
                merged_client.surviving_client_id
            order by decision.decided_at desc, decision.decision_id desc
        ) as decision_rank
    from {{ ref('int_decision__latest') }} as decision
    inner join patient
        on decision.source = patient.source
        and decision.source_scope = patient.source_scope
        and decision.source_client_id = patient.source_client_id
    inner join {{ ref('int_client__merged') }} as merged_client
        on decision.client_id = merged_client.source_client_id
),

decided_match as (
    select
        source,
        source_scope,
        person_id,
        max_by(client_id, decision_order) as client_id
    from (
        select *, row_number() over (order by decided_at, decision_id) as decision_order
        from ranked_decision
        where decision_rank = 1 and decision = 'same'
    ) as ordered_decision
    group by source, source_scope, person_id
),

-- a person whose identifiers lead to two clients matches neither before a decision
identifier_match as (
    select
        compared.source,
        compared.source_scope,
        compared.person_id,
        coalesce(
            min(case when compared.is_own_id then compared.client_id end), min(compared.client_id)
        ) as client_id,
        case
            when bool_or(compared.identifier_type = 'client') then 'agency_id'
            when bool_or(compared.identifier_type = 'medicaid') then 'medicaid_id_and_birth_date'
            else 'medicare_id_and_birth_date'
        end as match_rule
    from compared_identifier as compared
    anti join ranked_decision as refused
        on refused.decision_rank = 1
        and refused.decision = 'different'
        and compared.source = refused.source
        and compared.source_scope = refused.source_scope
        and compared.person_id = refused.person_id
        and compared.client_id = refused.client_id
    where compared.is_same_birth_date
    group by compared.source, compared.source_scope, compared.person_id
    having count(distinct compared.client_id) = 1 or bool_or(compared.is_own_id)
),

-- without a match, an id that is also a client id would be that client's
ambiguous_id as (
    select distinct source, source_scope, person_id
    from compared_identifier
    where is_own_id
),

own_client as (
    select
        patient.*,
        case when ambiguous_id.person_id is null then patient.client_id
            else patient.source || ':' || patient.client_id
        end as own_client_id
    from patient
    left join ambiguous_id
        on patient.source = ambiguous_id.source
        and patient.source_scope = ambiguous_id.source_scope
        and patient.person_id = ambiguous_id.person_id
),

matched_patient as (
    select
        patient.source,
        patient.source_scope,
        patient.source_client_id,
        patient.person_id,
        patient.own_client_id,
        coalesce(decided_match.client_id, identifier_match.client_id, patient.own_client_id)
            as client_id,
        case
            when decided_match.client_id is not null then 'decided'
            when identifier_match.client_id is not null then identifier_match.match_rule
            when patient.merged_into_client_id is not null then 'merged'
            else 'own_id'
        end as match_rule,
        patient.birth_date,
        patient.medicaid_id,
        patient.medicare_id
    from own_client as patient
    left join decided_match
        on patient.source = decided_match.source
        and patient.source_scope = decided_match.source_scope
        and patient.person_id = decided_match.person_id
    left join identifier_match
        on patient.source = identifier_match.source
        and patient.source_scope = identifier_match.source_scope
        and patient.person_id = identifier_match.person_id
)

select * from matched_patient
