{# Documents: jsonb in PostgreSQL, JSON in DuckDB. JSON null counts as SQL NULL. #}

{% macro json_count(document) -%}
  {{ return(adapter.dispatch('json_count', 'hootsuite')(document)) }}
{%- endmacro %}

{% macro postgres__json_count(document) -%}
  cast(case when jsonb_typeof({{ document }}) = 'array' then jsonb_array_length({{ document }}) else 0 end as bigint)
{%- endmacro %}

{% macro duckdb__json_count(document) -%}
  cast(case when json_type({{ document }}) = 'ARRAY' then json_array_length({{ document }}) else 0 end as bigint)
{%- endmacro %}

{# Items of an array as rows of `item`, with the column `value`: `from x {{ json_items('x.tags') }}`. #}
{% macro json_items(document) -%}
  {{ return(adapter.dispatch('json_items', 'hootsuite')(document)) }}
{%- endmacro %}

{% macro postgres__json_items(document) -%}
  cross join lateral jsonb_array_elements(
    case when jsonb_typeof({{ document }}) = 'array' then {{ document }} else '[]'::jsonb end
  ) as item (value)
{%- endmacro %}

{% macro duckdb__json_items(document) -%}
  cross join lateral (
    select unnest(case when json_type({{ document }}) = 'ARRAY' then cast({{ document }} as json[]) else [] end) as value
  ) as item
{%- endmacro %}

{# The text of an item that is a JSON string. #}
{% macro json_string(document) -%}
  {{ return(adapter.dispatch('json_string', 'hootsuite')(document)) }}
{%- endmacro %}

{% macro postgres__json_string(document) -%} ({{ document }} #>> '{}') {%- endmacro %}

{% macro duckdb__json_string(document) -%} ({{ document }} ->> '$') {%- endmacro %}

{# Names and values of an object as rows of `pair`, with the columns `key` and `value`. #}
{% macro json_pairs(document) -%}
  {{ return(adapter.dispatch('json_pairs', 'hootsuite')(document)) }}
{%- endmacro %}

{% macro postgres__json_pairs(document) -%}
  cross join lateral jsonb_each(
    case when jsonb_typeof({{ document }}) = 'object' then {{ document }} else '{}'::jsonb end
  ) as pair (key, value)
{%- endmacro %}

{% macro duckdb__json_pairs(document) -%}
  cross join lateral (
    select found.entry.key as key, found.entry.value as value
    from (
      select unnest(map_entries(cast(
        case when json_type({{ document }}) = 'OBJECT' then {{ document }} else '{}' end as map(varchar, json)
      ))) as entry
    ) as found
  ) as pair
{%- endmacro %}

{# A JSON number as a number; null for everything else. #}
{% macro json_number(document) -%}
  {{ return(adapter.dispatch('json_number', 'hootsuite')(document)) }}
{%- endmacro %}

{% macro postgres__json_number(document) -%}
  case when jsonb_typeof({{ document }}) = 'number' then cast({{ json_string(document) }} as double precision) end
{%- endmacro %}

{% macro duckdb__json_number(document) -%}
  case
    when json_type({{ document }}) in ('UBIGINT', 'BIGINT', 'UHUGEINT', 'HUGEINT', 'DOUBLE')
      then cast({{ json_string(document) }} as double precision)
  end
{%- endmacro %}
