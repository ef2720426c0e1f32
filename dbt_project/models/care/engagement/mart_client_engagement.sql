with client as (
    select client_key, client_id, is_agency_client from {{ ref('dim_client') }}
),

run as (
    select as_of from {{ ref('int_run__as_of') }}
),

engagement as (
    select * from {{ ref('int_engagement__by_part2_view') }}
    where part2_view = 'full'
),

client_engagement as (
    select
        client.client_key,
        client.client_id,
        run.as_of,
        client.is_agency_client,
        {%- for days in ['90d', '365d'] %}
        engagement.kept_{{ days }}_count,
        engagement.missed_{{ days }}_count,
        engagement.no_show_{{ days }}_count,
        engagement.no_show_{{ days }}_rate,
        {%- endfor %}
        engagement.last_kept_at,
        engagement.last_kept_visit_date,
        engagement.days_since_last_kept,
        {%- for line in [
            'therapy', 'psychiatry', 'medical', 'case_management', 'peer', 'group', 'injection',
            'moud',
        ] %}
        engagement.days_since_last_{{ line }},
        {%- endfor %}
        engagement.expected_interval_days,
        engagement.expected_interval_source,
        engagement.cadence_gap_ratio,
        engagement.is_cadence_watch,
        engagement.is_disengaging,
        engagement.next_appointment_at,
        engagement.has_no_future_appointment,
        engagement.last_missed_at,
        engagement.consecutive_miss_count,
        engagement.has_consecutive_misses,
        engagement.is_first_visit_no_show,
        engagement.attempts_14d_count,
        engagement.last_contact_at,
        engagement.last_contact_outcome,
        engagement.last_contact_channel,
        engagement.last_reached_at,
        engagement.last_kept_evidence_key,
        engagement.last_contact_evidence_key
    from client
    cross join run
    inner join engagement on client.client_key = engagement.client_key
)

select * from client_engagement
