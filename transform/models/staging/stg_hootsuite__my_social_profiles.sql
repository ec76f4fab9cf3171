-- Generated from the tap's catalog: python -m tools.generate
{{ hootsuite.staging('my_social_profiles', [
    ['id', 'text'],
]) }}
