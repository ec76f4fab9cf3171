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

{#
  What two addresses of one post have in common: neither scheme nor www, no fragment, no closing slash, and no query
  unless it names the post. X and Threads answer under an old and a new name; X under any author's.
#}
{% macro link_key(link) -%}
  {%- set kept -%}
    case
      when {{ link }} like '%/watch?%' or {{ link }} like '%/watch/?%' or {{ link }} like '%.php?%' then split_part({{ link }}, '#', 1)
      else split_part(split_part({{ link }}, '#', 1), '?', 1)
    end
  {%- endset -%}
  {%- set bare -%} regexp_replace(rtrim({{ kept }}, '/'), '^https?://(www[.]|m[.]|mobile[.])?', '', 'i') {%- endset -%}
  {%- set named -%} regexp_replace({{ bare }}, '^threads[.]net/', 'threads.com/', 'i') {%- endset -%}
  nullif(regexp_replace({{ named }}, '^(twitter|x)[.]com/.+/status/', 'x.com/i/status/', 'i'), '')
{%- endmacro %}
