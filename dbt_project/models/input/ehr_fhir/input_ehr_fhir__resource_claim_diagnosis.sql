-- A diagnosis belongs to the encounters of the items that name its sequence number.
with record as (
    {{ sender_record('ehr_fhir', 'Claim') }}
),

item as (
    select claim_id, position, ' ' || diagnosis_sequences || ' ' as diagnosis_sequences
    from {{ ref('stg_ehr_fhir__claim_item') }}
),

encounter as (
    select resource_id as claim_id, element_position as position, target_id as encounter_id
    from {{ ref('stg_ehr_fhir__resource_reference') }}
    where resource_type = 'Claim' and element = 'item.encounter' and target_type = 'Encounter'
),

diagnosis as (
    select claim_id, position, ' ' || sequence || ' ' as sequence
    from {{ ref('stg_ehr_fhir__claim_diagnosis') }}
),

resource_claim_diagnosis as (
    select
        record.claim_id,
        record.status,
        record.claim_use,
        encounter.encounter_id,
        diagnosis.position as diagnosis_position,
        {{ lineage_columns('record', of_client=false) }}
    from record
    inner join item on record.claim_id = item.claim_id
    inner join encounter
        on item.claim_id = encounter.claim_id and item.position = encounter.position
    inner join diagnosis
        on item.claim_id = diagnosis.claim_id
        and contains(item.diagnosis_sequences, diagnosis.sequence)
)

select * from resource_claim_diagnosis
