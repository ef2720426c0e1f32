with delivered_row as (
    {{ current_rows('claims_x12', 'claim_line') }}
),

claim_line as (
    select
        claim_row,
        payer_id,
        billing_npi,
        billing_tax_id,
        claim_id,
        {{ upper_code('claim_frequency_code') }} as claim_frequency_code,
        payer_claim_control_number,
        line_number,
        procedure_qualifier,
        {{ upper_code('procedure_code') }} as procedure_code,
        {%- for n in range(1, 5) %}
        {{ upper_code('modifier_' ~ n) }} as modifier_{{ n }},
        {%- endfor %}
        {{ padded_code('revenue_code', 4) }} as revenue_code,
        charge_amount,
        unit_code,
        quantity,
        {{ padded_code('place_of_service_code', 2) }} as place_of_service_code,
        {%- for n in range(1, 5) %}
        diagnosis_pointer_{{ n }},
        {%- endfor %}
        service_from_date,
        service_to_date,
        rendering_npi,
        {{ upper_code('rendering_taxonomy_code') }} as rendering_taxonomy_code,
        line_item_control_number,
        ndc_code,
        _batch_id,
        _source_row
    from delivered_row
)

select * from claim_line
