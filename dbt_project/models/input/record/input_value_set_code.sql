with value_set_code as (
    {{ union_of_senders('value_set_code', [
        'value_set', 'value_set_oid', 'value_set_title', 'code_system', 'code',
    ], of_client=false) }}
)

select * from value_set_code
