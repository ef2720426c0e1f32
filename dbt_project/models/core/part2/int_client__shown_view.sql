with recipient_view as (
    select client_key, part2_view from {{ ref('int_client__recipient_view') }}
),

-- rules/privacy.md#supervisors
shown_view as (
    select client_key, part2_view from recipient_view
    union distinct
    select client_key, 'redacted' as part2_view from recipient_view
)

select * from shown_view
