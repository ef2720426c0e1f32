with delivered_row as (
    {{ current_rows('synthea', 'payer_transitions') }}
),

coverage as (
    select
        patient as source_client_id,
        memberid as member_id,
        start_year as started_at,
        end_year as ended_at,
        payer as payer_id,
        secondary_payer as secondary_payer_id,
        ownership,
        ownername as owner_name,
        _batch_id,
        _source_row
    from delivered_row
)

select * from coverage
