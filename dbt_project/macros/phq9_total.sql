{#
    Body of a CTE: the PHQ-9 and PHQ-9M scores that measures and clinical reviews may compare, one row per response of a
    client. Prorated, incomplete and contradicted scores have no total_score (rules/screenings.md#totals).
#}
{% macro phq9_total() -%}
select
    screening_key,
    response_id,
    client_key,
    administered_at,
    administered_date,
    total_score,
    is_part2,
    evidence_table,
    evidence_key
from {{ ref('fct_screening') }}
where instrument in ('phq9', 'phq9m') and total_score is not null and client_key is not null
{%- endmacro %}
