-- the call, the visit and its claim are one crisis. A record that is not a Part 2 record represents
-- it where there is one, so that the count without Part 2 records is right too
with ranked_contact as (
    select
        *,
        row_number() over (
            partition by crisis_contact_key
            order by is_part2, channel_order, started_at, event_id
        ) as contact_rank
    from {{ ref('int_crisis_contact__reported') }}
),

crisis_contact as (
    select
        crisis_contact_key,
        client_key,
        started_at,
        contact_date,
        channel,
        is_part2,
        received_at,
        evidence_table,
        evidence_key
    from ranked_contact
    where contact_rank = 1
)

select * from crisis_contact
