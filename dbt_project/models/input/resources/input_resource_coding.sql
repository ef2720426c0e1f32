with resource_coding as (
    {{ union_of_senders('resource_coding', [
        'resource_type',
        'resource_id',
        'element',
        'element_position',
        'code_system',
        'code',
    ], of_client=false) }}
)

select * from resource_coding
