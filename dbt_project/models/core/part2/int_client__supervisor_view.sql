with client as (
    select client_key from {{ ref('int_client__recipient') }}
    where is_listable
),

client_part2_view as (
    select client_key, part2_view from {{ ref('int_client__part2_view') }}
),

-- rules/privacy.md#supervisors
supervisor_view as (
    select
        client.client_key,
        case
            when max(case when client_part2_view.part2_view = 'redacted' then 1 end) = 1
                then 'redacted'
            else 'full'
        end as part2_view
    from client
    inner join client_part2_view on client.client_key = client_part2_view.client_key
    group by client.client_key
)

select * from supervisor_view
