with screening as (
    {{ union_of_senders('screening', [
        'response_id', 'instrument', 'administered_at', 'item_number', 'item_value', 'total_score',
        'level', 'domain', 'is_positive', 'status', 'reviewed_at', 'has_review_column',
        'program_id',
    ]) }}
)

select * from screening
