{{ config(materialized='table') }}

{#
    An element (an item, an identifier) is current as long as its resource is, because a newer version may have fewer
    elements. Therefore elements have no key here.
#}
{%- set elements = {
    'Patient_identifier': 'Patient',
    'Encounter_diagnosis': 'Encounter',
    'Observation_component': 'Observation',
    'Observation_member': 'Observation',
    'QuestionnaireResponse_item': 'QuestionnaireResponse',
    'Claim_item': 'Claim',
    'Claim_diagnosis': 'Claim',
} %}
{#- Elements of several types of resources; the row says which. #}
{%- set elements_of_any = ['resource_coding', 'resource_reference'] %}
{%- set keys = {} %}
{%- set versions = {} %}
{%- for table_name, key in contract_keys('ehr_fhir').items()
    if table_name not in elements and table_name not in elements_of_any %}
{%- do keys.update({table_name: key}) %}
{%- do versions.update({table_name: 'last_updated'}) %}
{%- endfor %}

{{ superseded_rows('ehr_fhir', keys, versions) }},

superseded_element as (
    {%- for table_name, resource in elements.items() %}
    select '{{ table_name }}' as table_name, element._batch_id, element._source_row
    from {{ source('ehr_fhir', table_name) }} as element
    inner join superseded
        on superseded.table_name = '{{ resource }}'
        and element._batch_id = superseded._batch_id
        and element.resource_row = superseded._source_row
    union all
    {%- endfor %}
    {%- for table_name in elements_of_any %}
    select '{{ table_name }}' as table_name, element._batch_id, element._source_row
    from {{ source('ehr_fhir', table_name) }} as element
    inner join superseded
        on element.resource_type = superseded.table_name
        and element._batch_id = superseded._batch_id
        and element.resource_row = superseded._source_row
    {{- '\n    union all' if not loop.last }}
    {%- endfor %}
),

superseded_record as (
    select * from superseded
    union all
    select
        *,
        cast(null as {{ dbt.type_string() }}) as current_batch_id,
        cast(null as bigint) as current_source_row
    from superseded_element
)

select * from superseded_record
