with delivered_row as (
    {{ current_rows('claims_x12', 'remittance_line') }}
),

remittance_line as (
    select
        remittance_row,
        payer_id,
        trace_number,
        payee_id,
        claim_id,
        payer_claim_control_number,
        claim_status_code,
        remittance_number,
        line_number,
        procedure_qualifier,
        {{ upper_code('procedure_code') }} as procedure_code,
        {%- for n in range(1, 5) %}
        {{ upper_code('modifier_' ~ n) }} as modifier_{{ n }},
        {%- endfor %}
        charge_amount,
        paid_amount,
        {{ padded_code('revenue_code', 4) }} as revenue_code,
        quantity,
        {{ upper_code('submitted_procedure_code') }} as submitted_procedure_code,
        service_from_date,
        service_to_date,
        line_item_control_number,
        allowed_amount,
        adjusted_co_amount,
        adjusted_pr_amount,
        adjusted_oa_amount,
        adjusted_pi_amount,
        deductible_amount,
        coinsurance_amount,
        copayment_amount,
        _batch_id,
        _source_row
    from delivered_row
)

select * from remittance_line
