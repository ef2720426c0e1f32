-- a patient is the client that a person decided on, else the agency's client whose id it carries,
-- or whose Medicaid id (MBI) and birth date it has; else a client under the FHIR id as it is
with patient as (
    select * from {{ ref('stg_ehr_fhir__patient') }}
),

compared_identifier as (
    select * from {{ ref('int_fhir_patient__compared') }}
),

{{ merged_records('patient') }},

-- what is decided about a record holds for the person, as it does for the survivor of a merge
ranked_decision as (
    select
        merged_record.surviving_client_id as person_id,
        merged_client.surviving_client_id as client_id,
        decision.decision,
        decision.decided_at,
        decision.decision_id,
        row_number() over (
            partition by
                merged_record.surviving_client_id, merged_client.surviving_client_id
            order by decision.decided_at desc, decision.decision_id desc
        ) as recency
    from {{ ref('int_decision__latest') }} as decision
    inner join merged_record
        on decision.source = 'ehr_fhir'
        and decision.source_client_id = merged_record.source_client_id
    inner join {{ ref('int_client__merged') }} as merged_client
        on decision.client_id = merged_client.source_client_id
),

decided as (
    select
        person_id,
        max_by(client_id, decision_order) as client_id
    from (
        select *, row_number() over (order by decided_at, decision_id) as decision_order
        from ranked_decision
        where recency = 1 and decision = 'same'
    ) as ordered_decision
    group by person_id
),

-- a person whose identifiers lead to two clients is neither, until someone has looked
chosen as (
    select
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
        on refused.recency = 1
        and refused.decision = 'different'
        and compared.person_id = refused.person_id
        and compared.client_id = refused.client_id
    where compared.is_same_birth_date
    group by compared.person_id
    having count(distinct compared.client_id) = 1 or bool_or(compared.is_own_id)
),

held_identifier as (
    select
        person_id,
        min(case when identifier_type = 'medicaid' then identifier end) as medicaid_id,
        min(case when identifier_type = 'medicare' then identifier end) as medicare_id,
        bool_or(is_own_id) as has_agency_id
    from compared_identifier
    group by person_id
),

-- the id as it is would be that of another, where a client of the agency has it
person as (
    select
        patient.*,
        merged_record.surviving_client_id as person_id,
        merged_record.was_merged
        and patient.source_client_id <> merged_record.surviving_client_id as was_merged,
        case when held_identifier.has_agency_id then 'ehr_fhir:' else '' end
        || merged_record.surviving_client_id as own_client_id,
        held_identifier.medicaid_id,
        held_identifier.medicare_id
    from patient
    inner join merged_record on patient.source_client_id = merged_record.source_client_id
    left join held_identifier on merged_record.surviving_client_id = held_identifier.person_id
),

fhir_client as (
    select
        person.source_client_id,
        person.person_id,
        person.own_client_id,
        coalesce(decided.client_id, chosen.client_id, person.own_client_id) as client_id,
        case
            when decided.client_id is not null then 'decided'
            when chosen.client_id is not null then chosen.match_rule
            when person.was_merged then 'merged'
            else 'own_id'
        end as match_rule,
        person.birth_date,
        person.medicaid_id,
        person.medicare_id
    from person
    left join decided on person.person_id = decided.person_id
    left join chosen on person.person_id = chosen.person_id
)

select * from fhir_client
