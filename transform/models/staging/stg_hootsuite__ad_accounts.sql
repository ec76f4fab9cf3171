-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('ad_accounts', [
    ['organization_id', 'text'],
    ['ad_account_id', 'text'],
    ['social_network', 'text'],
    ['external_id', 'text'],
    ['name', 'text'],
    ['status', 'integer'],
    ['currency_code', 'text'],
    ['timezone', 'text'],
    ['business_id', 'text'],
    ['can_access_api', 'boolean'],
    ['social_profile_id', 'text'],
    ['social_profile_token_status', 'integer'],
    ['has_payment_method', 'boolean'],
    ['extended_info', 'document'],
    ['native_status', 'text'],
]) }}
