-- For a person to look at. Identifiers, names and dates themselves stay out of this table.
with doubt as (
    select * from {{ ref('int_identity__reviewed') }}
),

matched_client as (
    select * from {{ ref('int_client__matched') }}
),

identity_review as (
    select
        {{ surrogate_key([
            'doubt.source', 'doubt.source_scope', 'doubt.source_client_id', 'doubt.identifier_type',
            'doubt.client_id', 'doubt.reason_code',
        ]) }} as identity_review_key,
        doubt.source,
        doubt.source_scope,
        doubt.source_client_id,
        doubt.reason_code,
        doubt.identifier_type,
        doubt.client_id as candidate_client_id,
        matched_client.client_id as matched_client_id,
        doubt.match_probability,
        doubt.evidence
    from doubt
    left join matched_client
        on doubt.source = matched_client.source
        and doubt.source_scope = matched_client.source_scope
        and doubt.source_client_id = matched_client.source_client_id
)

select * from identity_review
