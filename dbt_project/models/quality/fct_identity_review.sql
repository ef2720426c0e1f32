-- Names, dates and identifiers themselves are not in this table.
with possible_match as (
    select * from {{ ref('int_identity__reviewed') }}
),

matched_client as (
    select * from {{ ref('int_client__matched') }}
),

identity_review as (
    select
        {{ surrogate_key([
            'possible_match.source', 'possible_match.source_scope', 'possible_match.source_client_id', 'possible_match.identifier_type',
            'possible_match.client_id', 'possible_match.reason_code',
        ]) }} as identity_review_key,
        possible_match.source,
        possible_match.source_scope,
        possible_match.source_client_id,
        possible_match.reason_code,
        possible_match.identifier_type,
        possible_match.client_id as candidate_client_id,
        matched_client.client_id as matched_client_id,
        possible_match.match_probability,
        possible_match.evidence
    from possible_match
    left join matched_client
        on possible_match.source = matched_client.source
        and possible_match.source_scope = matched_client.source_scope
        and possible_match.source_client_id = matched_client.source_client_id
)

select * from identity_review
