-- Only pairs that share one of these column lists are compared: all pairs would be a trillion at a
-- million clients.
{%- set shared = [
    ['birth_date', 'last_name'],
    ['birth_date', 'first_name'],
    ['birth_date', 'phone'],
    ['phone', 'first_name'],
    ['first_name', 'last_name', 'birth_year'],
] %}
with record as (
    select
        *,
        {{ dbt.date_trunc('year', 'birth_date') }} as birth_year
    from {{ ref('int_identity__described') }}
),

person as (
    select * from record
    where not is_agency_record
),

agency_record as (
    select * from record
    where is_agency_record
),

unmerged_record as (
    select agency_record.*
    from agency_record
    inner join {{ ref('int_client__merged') }} as merged
        on agency_record.source_client_id = merged.source_client_id
    where not merged.was_merged
),

blocked_pair as (
    {%- for columns in shared %}
    select person.record_key, candidate.record_key as candidate_record_key
    from person
    inner join agency_record as candidate on {{ equal_columns('person', 'candidate', columns) }}
    union
    {%- endfor %}
    -- possible duplicates of the agency: a higher client id beside a lower one
    {%- for columns in shared[:2] %}
    select record.record_key, candidate.record_key as candidate_record_key
    from unmerged_record as record
    inner join unmerged_record as candidate on {{ equal_columns('record', 'candidate', columns) }}
    where record.source_client_id > candidate.source_client_id
    {{- '\n    union' if not loop.last }}
    {%- endfor %}
)

select * from blocked_pair
