{{ config(materialized='table') }}

{# A returned workbook row has no id of its own: client, staff member and minute stand for it. #}
{{ superseded_rows('outreach_log', {
    'contact': {
        'key': [
            "case when contact_id is null then 'row' else 'id' end",
            "coalesce(contact_id, client_id)",
            "case when contact_id is null then staff_id end",
            "case when contact_id is null then contacted_at end"
        ]
    }
}) }}

select * from superseded
