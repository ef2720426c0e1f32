{{ config(materialized='table') }}

{{ superseded_rows('adt', ['event']) }}

select * from superseded
