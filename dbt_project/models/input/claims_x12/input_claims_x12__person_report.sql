-- claims of one patient may have different birth dates
with reported_birth_date as (
    select distinct
        {{ x12_client_id('claim') }} as source_client_id,
        claim.patient_birth_date as birth_date
    from {{ ref('stg_claims_x12__claim') }} as claim
),

person_report as (
    {{ claim_member_report('claims_x12') }}
)

select * from person_report
