{# A view, so that each reader scans only the columns that it asks for. #}
with claim_line as (
    {{ union_of_senders('claim_line', claim_line_columns()) }}
)

select * from claim_line
