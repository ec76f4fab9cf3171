-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('member_organizations', [
    ['member_id', 'text'],
    ['organization_id', 'text'],
]) }}
