{#
    A record of the agency (or of a feed keyed by the agency's client id) with what every fact needs: whose it is,
    whether it is a Part 2 record, when it was first known, and where it is to be found.

    day: the local day on which it counts, in terms of `record` and `run`; it comes out as record_date. It is worked out
    before the joins: a zone that is no constant any more makes each conversion twenty times as slow. happened_at: the instant of an event;
    without it, the day is. A row dated after as_of is not a fact yet (fct_set_aside counts those more than a day after). Part 2: the record's program decides; without a
    known program, the client's Part 2 enrollment that day.
#}
{% macro agency_record(source_name, table_name, day, happened_at=none, has_program=true) -%}
    select
        record.*,
        client.client_key,
        {%- if has_program %}
        coalesce(program.is_part2, part2_span.client_key is not null) as is_part2,
        {%- else %}
        part2_span.client_key is not null as is_part2,
        {%- endif %}
        batch.first_received_at as received_at,
        {{ evidence_columns('raw_' ~ source_name ~ '.' ~ table_name, 'record') }}
    from (
        select record.*, {{ day }} as record_date
        from {{ ref('stg_' ~ source_name ~ '__' ~ table_name) }} as record
        cross join {{ ref('int_run__as_of') }} as run
        {%- if happened_at %}
        where {{ happened_by_as_of(happened_at) }}
        {%- else %}
        where {{ dated_by_as_of(day) }}
        {%- endif %}
    ) as record
    left join {{ ref('int_client__matched') }} as client
        on client.source = 'ehr' and record.source_client_id = client.source_client_id
    {%- if has_program %}
    left join {{ ref('dim_program') }} as program on record.program_id = program.program_id
    {%- endif %}
    left join {{ ref('int_client__part2_span') }} as part2_span
        on client.client_key = part2_span.client_key
        and record.record_date between part2_span.start_date and part2_span.end_date
    left join {{ ref('stg_caseload__batch_order') }} as batch on record._batch_id = batch.batch_id
{%- endmacro %}

{# A record of a simulated patient, with the same columns. A simulator has no programs, so nothing is Part 2. #}
{% macro synthea_record(table_name, happened_at) -%}
    select
        record.*,
        client.client_key,
        false as is_part2,
        batch.first_received_at as received_at,
        {{ evidence_columns('raw_synthea.' ~ table_name, 'record') }}
    from {{ ref('stg_synthea__' ~ table_name) }} as record
    cross join {{ ref('int_run__as_of') }} as run
    left join {{ ref('int_client__matched') }} as client
        on client.source = 'synthea' and record.source_client_id = client.source_client_id
    left join {{ ref('stg_caseload__batch_order') }} as batch on record._batch_id = batch.batch_id
    where {{ happened_at }} <= run.as_of
{%- endmacro %}

{#
    A resource of the FHIR server, with the same columns. Its security label says that it is a Part 2 record; without one
    the program that the server tags it with (has_program: the type has the tag), else the client's Part 2 enrollment that day.
#}
{% macro fhir_record(resource, day, happened_at=none, has_program=false) -%}
    select
        record.*,
        client.client_key,
        {%- if has_program %}
        record.part2_label is not null
        or coalesce(program.is_part2, part2_span.client_key is not null) as is_part2,
        {%- else %}
        record.part2_label is not null or part2_span.client_key is not null as is_part2,
        {%- endif %}
        batch.first_received_at as received_at,
        {{ evidence_columns('raw_ehr_fhir.' ~ resource, 'record') }}
    from (
        select record.*, {{ day }} as record_date
        from {{ ref('stg_ehr_fhir__' ~ resource | lower) }} as record
        cross join {{ ref('int_run__as_of') }} as run
        {%- if happened_at %}
        where {{ happened_at }} <= run.as_of
        {%- else %}
        where {{ dated_by_as_of(day) }}
        {%- endif %}
    ) as record
    left join {{ ref('int_client__matched') }} as client
        on client.source = 'ehr_fhir' and record.source_client_id = client.source_client_id
    {%- if has_program %}
    left join {{ ref('dim_program') }} as program on record.program_id = program.program_id
    {%- endif %}
    left join {{ ref('int_client__part2_span') }} as part2_span
        on client.client_key = part2_span.client_key
        and record.record_date between part2_span.start_date and part2_span.end_date
    left join {{ ref('stg_caseload__batch_order') }} as batch on record._batch_id = batch.batch_id
{%- endmacro %}
