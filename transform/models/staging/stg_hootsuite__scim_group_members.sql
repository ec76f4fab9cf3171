-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('scim_group_members', [
    ['group_id', 'text'],
    ['member_id', 'text'],
    ['display', 'text'],
]) }}
