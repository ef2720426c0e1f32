{#
    All entities whose rows belong to a client, for the checks that hold for every row. Entities without an event time may be
    dated in the future: appointments, authorizations, consents, enrollments and plans.
#}
{%- set event_times = {
    'alert': 'event_at', 'claim': 'started_at', 'claim_line': 'claim_end_date',
    'contact': 'contacted_at', 'diagnosis': 'recorded_at', 'document': 'document_at',
    'fill': 'filled_at', 'hospital_encounter': 'started_at', 'intake': 'first_contact_at',
    'medication': 'started_at', 'pharmacy_claim': 'dispensing_date', 'procedure': 'started_at',
    'referral': 'created_at', 'screening': 'administered_at', 'visit': 'started_at',
} %}

with client_row as (
    {%- for entity in client_entities() %}
    {%- set event_time = event_times.get(entity) %}
    select
        '{{ entity }}' as entity,
        {{ "'" ~ event_time ~ "'" if event_time else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as event_column,
        cast({{ event_time or 'null' }} as timestamp with time zone) as event_at,
        source,
        source_table,
        client_source,
        client_scope,
        source_client_id,
        _batch_id,
        _source_row
    from {{ ref('input_' ~ entity) }}
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from client_row
