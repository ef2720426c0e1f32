{#
    Rows of the input layer that are questionable: their client is unknown, or their event is more than a day after as_of.
    The entities are read in groups, because one query over all of them would need too much memory. An entity that no group
    names belongs to the group 'other', so that a new one is checked too.

    Not read: appointment_version (replaced rows), visit_diagnosis (rows of visit).
#}
{% macro questioned_rows(group) -%}
with run as (
    select {{ dbt.dateadd('day', 1, 'as_of') }} as latest_at
    from {{ ref('int_run__as_of') }}
),

member_without_enrollment as (
    select source, source_scope, source_client_id
    from {{ ref('int_client__identified') }}
    where not has_demographics
),

known_client as (
    select matched.source, matched.source_scope, matched.source_client_id
    from {{ ref('int_client__matched') }} as matched
    anti join member_without_enrollment as member
        on
        matched.source = member.source
        and matched.source_scope = member.source_scope
        and matched.source_client_id = member.source_client_id
),

client_row as (
    {%- for entity in questioned_entities(group) %}
    {%- set event_time = event_times().get(entity) %}
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
),

{# a payment without its claim adds nothing to any client, known or not #}
checked_row as (
    select
        client_row.*,
        known_client.source is null or client_row.entity = 'unmatched_payment'
            as is_unknown_client,
        coalesce(client_row.event_at > run.latest_at, false) as is_future_event
    from client_row
    cross join run
    left join known_client
        on
        client_row.client_source = known_client.source
        and client_row.client_scope = known_client.source_scope
        and client_row.source_client_id = known_client.source_client_id
),

questioned_row as (
    select distinct * from checked_row
    where is_unknown_client or is_future_event
)

select * from questioned_row
{%- endmacro %}

{# Entities of a group. #}
{% macro questioned_entities(group) -%}
    {%- set groups = {
        'agency': [
            'assignment', 'authorization', 'consent', 'document', 'living_situation', 'program_enrollment',
            'treatment_plan',
        ],
        'claim': [
            'claim', 'claim_line', 'eligibility', 'fill', 'medication', 'pharmacy_claim', 'unmatched_payment',
        ],
        'visit': ['appointment', 'contact', 'hospital_encounter', 'intake', 'procedure', 'visit'],
    } -%}
    {%- set excluded = ['appointment_version', 'visit_diagnosis'] -%}
    {%- if group == 'other' -%}
        {{ return(client_entities() | reject('in', groups.values() | sum(start=excluded)) | list) }}
    {%- endif -%}
    {{ return(client_entities() | select('in', groups[group]) | list) }}
{%- endmacro %}

{#
    Entity to the column with the time of its event. Others may be dated in the future: appointments, authorizations,
    consents, enrollments and plans.
#}
{% macro event_times() -%}
    {{ return({
        'alert': 'event_at',
        'claim': 'started_at',
        'claim_line': 'claim_end_date',
        'contact': 'contacted_at',
        'diagnosis': 'recorded_at',
        'document': 'document_at',
        'fill': 'filled_at',
        'hospital_encounter': 'started_at',
        'intake': 'first_contact_at',
        'medication': 'started_at',
        'pharmacy_claim': 'dispensing_date',
        'procedure': 'started_at',
        'referral': 'created_at',
        'screening': 'administered_at',
        'visit': 'started_at',
    }) }}
{%- endmacro %}
