{{ config(materialized='table') }}

{{ superseded_rows('screenings', ['response']) }}

select * from superseded
