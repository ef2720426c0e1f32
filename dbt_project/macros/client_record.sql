{#
    The rows of an input entity with what every fact needs: whose they are (client_key) and whether they are 42 CFR Part 2
    records (is_part2, rules/privacy.md#part-2-records): labelled so, or of a Part 2 program; without a known program, of a
    client who was enrolled in one that day.

    day: the local day on which a row counts, in terms of `record` and `run`; it comes out as record_date. It is computed
    before the joins: behind a join the time zone is no constant, and each conversion takes twenty times as long.
    happened_at: the timestamp of an event; without it the day decides. A row dated after as_of is not a fact yet.
    has_program: the entity has a program_id.
#}
{% macro client_record(entity, day, happened_at=none, has_program=true) -%}
    select
        record.*,
        client.client_key,
        {%- if has_program %}
        record.is_part2_labelled
        or coalesce(program.is_part2, part2_span.client_key is not null) as is_part2
        {%- else %}
        record.is_part2_labelled or part2_span.client_key is not null as is_part2
        {%- endif %}
    from (
        select record.*, {{ day }} as record_date
        from {{ ref('input_' ~ entity) }} as record
        cross join {{ ref('int_run__as_of') }} as run
        {%- if happened_at %}
        where {{ happened_by_as_of(happened_at) }}
        {%- else %}
        where {{ dated_by_as_of(day) }}
        {%- endif %}
    ) as record
    left join {{ ref('int_client__matched') }} as client
        on record.client_source = client.source
        and record.client_scope = client.source_scope
        and record.source_client_id = client.source_client_id
    {%- if has_program %}
    left join {{ ref('dim_program') }} as program on record.program_id = program.program_id
    {%- endif %}
    left join {{ ref('int_client__part2_span') }} as part2_span
        on client.client_key = part2_span.client_key
        and record.record_date between part2_span.start_date and part2_span.end_date
{%- endmacro %}
