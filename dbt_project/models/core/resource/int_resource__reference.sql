{{ config(materialized='view') }}

with reference as (
    select
        source,
        resource_type,
        resource_id,
        element,
        element_position,
        target_type,
        target_id
    from {{ ref('input_resource_reference') }}
)

select * from reference
