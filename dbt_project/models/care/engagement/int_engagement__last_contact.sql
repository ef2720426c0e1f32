with run as (
    select
        *,
        as_of_date - cast({{ engagement_setting('attempt_days') }} as integer) as attempts_from
    from {{ ref('int_run__as_of') }}
),

contact_by_view as (
    select
        client_part2_view.part2_view,
        contact.*,
        run.attempts_from,
        row_number() over (
            partition by contact.client_key, client_part2_view.part2_view
            order by contact.contacted_at desc, contact.contact_key
        ) as contact_rank
    from {{ ref('fct_contact') }} as contact
    inner join {{ ref('int_client__part2_view') }} as client_part2_view
        on contact.client_key = client_part2_view.client_key
    cross join run
    where contact.contacted_at <= run.as_of
        and (client_part2_view.part2_view = 'full' or not contact.is_part2)
),

contact_last as (
    select
        client_key,
        part2_view,
        max(contacted_at) as last_contact_at,
        max(case when contact_rank = 1 then outcome end) as last_contact_outcome,
        max(case when contact_rank = 1 then channel end) as last_contact_channel,
        max(case when contact_rank = 1 then evidence_key end) as last_contact_evidence_key,
        max(case when is_two_way then contacted_at end) as last_reached_at,
        cast(count(case when contacted_date > attempts_from then 1 end) as integer)
            as attempts_14d_count
    from contact_by_view
    group by client_key, part2_view
)

select * from contact_last
