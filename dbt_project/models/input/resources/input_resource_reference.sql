with resource_reference as (
    {{ union_of_senders('resource_reference', [
        'resource_type',
        'resource_id',
        'element',
        'element_position',
        'target_type',
        'target_id',
    ], of_client=false) }}
)

select * from resource_reference
