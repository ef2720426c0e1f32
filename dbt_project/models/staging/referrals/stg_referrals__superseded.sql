{{ config(materialized='table') }}

{{ superseded_rows('referrals', ['referral']) }}

select * from superseded
