-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('ad_campaigns', [
    ['ad_account_id', 'text'],
    ['organization_id', 'text'],
    ['external_campaign_id', 'text'],
    ['campaign_status', 'text'],
    ['name', 'text'],
    ['objective', 'text'],
    ['ad_account_type', 'text'],
    ['currency', 'text'],
    ['external_ad_account_id', 'text'],
    ['created_at', 'timestamp'],
    ['last_modified_at', 'timestamp'],
    ['hs_collected_at', 'timestamp'],
    ['budget', 'document'],
    ['lifecycle', 'document'],
    ['marketing_metadata', 'document'],
]) }}
