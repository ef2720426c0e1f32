{#
    Columns of a medical claim line in input_claim_line, named as in the Tuva input layer; lineage columns come on top.
    A claim id is unique within client_source, client_scope and payer.
#}
{% macro claim_line_columns() -%}
    {%- set columns = [
        'payer', 'claim_id', 'claim_line_number', 'claim_type', 'member_id', 'claim_start_date', 'claim_end_date',
        'claim_line_start_date', 'claim_line_end_date', 'admission_date', 'discharge_date', 'admit_source_code',
        'admit_type_code', 'discharge_disposition_code', 'place_of_service_code', 'bill_type_code', 'drg_code',
        'revenue_center_code', 'service_unit_quantity', 'hcpcs_code', 'hcpcs_modifier_1', 'hcpcs_modifier_2',
        'hcpcs_modifier_3', 'hcpcs_modifier_4', 'rendering_npi', 'billing_npi', 'facility_npi',
        'rendering_taxonomy_code', 'facility_taxonomy_code', 'paid_date', 'paid_amount', 'charge_amount',
        'diagnosis_code_type',
    ] -%}
    {%- for n in range(1, 26) -%}
        {%- do columns.append('diagnosis_code_' ~ n) -%}
    {%- endfor -%}
    {{ return(columns + ['claim_frequency_code', 'original_claim_id', 'claim_status']) }}
{%- endmacro %}
