-- rules/returned-workbooks.md#assignment-choices
with client as (
    select
        client_id,
        trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) as client_name,
        birth_date,
        site_id
    from {{ ref('dim_client') }}
    where is_listable and care_manager_id is null
)

select * from client
