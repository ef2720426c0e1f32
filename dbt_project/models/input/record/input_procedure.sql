with procedure as (
    {{ union_of_senders('procedure', [
        'procedure_id', 'encounter_id', 'started_at', 'procedure_code', 'code_system',
    ]) }}
)

select * from procedure
