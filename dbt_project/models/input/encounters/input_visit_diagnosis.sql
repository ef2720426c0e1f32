with visit_diagnosis as (
    {{ union_of_senders('visit_diagnosis', [
        'visit_id', 'diagnosis_code',
    ]) }}
)

select * from visit_diagnosis
