-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('ad_set_metrics', [
    ['ad_account_id', 'text'],
    ['organization_id', 'text'],
    ['external_adset_id', 'text'],
    ['external_campaign_id', 'text'],
    ['ad_account_type', 'text'],
    ['external_ad_account_id', 'text'],
    ['date', 'date'],
    ['metrics', 'document'],
]) }}
