-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('comments', [
    ['comment', 'text'],
    ['created_date', 'timestamp'],
    ['creator_id', 'text'],
    ['creator_name', 'text'],
    ['id', 'text'],
    ['parent_id', 'text'],
    ['parent_type', 'text'],
    ['review_state', 'text'],
    ['sequence_number', 'integer'],
    ['social_profile_id', 'text'],
]) }}
