with resource_claim_diagnosis as (
    {{ union_of_senders('resource_claim_diagnosis', [
        'claim_id',
        'status',
        'claim_use',
        'encounter_id',
        'diagnosis_position',
    ], of_client=false) }}
)

select * from resource_claim_diagnosis
