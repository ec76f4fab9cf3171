{# hootsuite -> hootsuite_staging and hootsuite_marts, so that one warehouse holds many accounts. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ target.schema if custom_schema_name is none else target.schema ~ '_' ~ custom_schema_name | trim }}
{%- endmacro %}
