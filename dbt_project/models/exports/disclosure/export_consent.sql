-- rules/privacy.md#consent-status: for the privacy officer's file only
with consent as (
    select client_id, recipient, consent_status, consent_id, part2_view
    from {{ ref('mart_recipient_consent') }}
)

select * from consent
