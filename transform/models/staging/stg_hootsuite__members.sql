-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('members', [
    ['id', 'text'],
    ['email', 'text'],
    ['is_active', 'boolean'],
    ['created_date', 'timestamp'],
    ['modified_date', 'timestamp'],
    ['full_name', 'text'],
    ['company_name', 'text'],
    ['bio', 'text'],
    ['timezone', 'text'],
    ['language', 'text'],
]) }}
