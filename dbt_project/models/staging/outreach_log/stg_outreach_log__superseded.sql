{{ config(materialized='table') }}

{{ superseded_rows('outreach_log', ['contact']) }}

select * from superseded
