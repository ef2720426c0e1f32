{#- Each type of resource with the columns that it has, by their names here. -#}
{%- set resources = {
    'Encounter': {
        'resource_id': 'encounter_id', 'start_written': 'start_written',
        'end_written': 'end_written',
    },
    'Observation': {
        'resource_id': 'observation_id', 'start_written': 'start_written',
        'end_written': 'end_written', 'issued_written': 'issued_written',
        'value_integer': 'value_integer', 'has_value': 'has_value',
    },
    'Procedure': {
        'resource_id': 'procedure_id', 'start_written': 'start_written',
        'end_written': 'end_written',
    },
    'ServiceRequest': {
        'resource_id': 'referral_id', 'intent': 'intent', 'is_prohibited': 'is_prohibited',
        'start_written': 'authored_written', 'end_written': 'authored_written',
    },
    'Task': {'resource_id': 'task_id', 'intent': 'intent', 'end_written': 'end_written'},
} %}
{%- set column_types = {
    'intent': 'varchar', 'is_prohibited': 'boolean', 'start_written': 'varchar',
    'end_written': 'varchar', 'issued_written': 'varchar', 'value_integer': 'decimal(18, 4)',
    'has_value': 'boolean',
} %}
with

{% for resource_type in resources -%}
{{ resource_type | lower }}_record as (
    {{ sender_record('ehr_fhir', resource_type) }}
),

{% endfor -%}
resource_event as (
    {%- for resource_type, columns in resources.items() %}
    select
        '{{ resource_type }}' as resource_type,
        record.{{ columns['resource_id'] }} as resource_id,
        record.source_client_id as patient_id,
        record.status,
        {%- for name, type in column_types.items() %}
        {{ 'record.' ~ columns[name] if name in columns else 'cast(null as ' ~ type ~ ')' }}
            as {{ name }},
        {%- endfor %}
        {{ lineage_columns('record', of_client=false) }}
    from {{ resource_type | lower }}_record as record
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
)

select * from resource_event
