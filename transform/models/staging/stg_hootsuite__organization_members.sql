-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('organization_members', [
    ['organization_id', 'text'],
    ['member_id', 'text'],
]) }}
