with record as (
    {{ sender_record('claims', 'medical_claim', client_scope='record.data_source') }}
),

claim_line as (
    select
        {%- for column in claim_line_columns() %}
        {{ column }},
        {%- endfor %}
        {{ lineage_columns('record') }}
    from record
)

select * from claim_line
