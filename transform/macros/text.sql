{# How often a piece stands in a text. #}
{% macro occurrences(text, piece) -%}
  cast((length({{ text }}) - length(replace({{ text }}, '{{ piece }}', ''))) / {{ piece | length }} as bigint)
{%- endmacro %}

{# Words of a text as rows of `word`, with the column `value`; a hashtag starts a word of its own. #}
{% macro words(text) -%}
  {{ return(adapter.dispatch('words', 'hootsuite')(text)) }}
{%- endmacro %}

{% macro split_text(text) -%}
  string_to_array(replace(translate(coalesce({{ text }}, ''), chr(9) || chr(10) || chr(13), '   '), '#', ' #'), ' ')
{%- endmacro %}

{% macro postgres__words(text) -%}
  cross join lateral unnest({{ hootsuite.split_text(text) }}) as word (value)
{%- endmacro %}

{% macro duckdb__words(text) -%}
  cross join lateral (select unnest({{ hootsuite.split_text(text) }}) as value) as word
{%- endmacro %}
