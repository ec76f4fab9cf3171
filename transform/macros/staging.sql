{#
  One stream as a relation with exactly the columns of the catalog, whatever the loader made of it.

  A stream that was not loaded gives no rows, a missing column gives null, rows that the loader marked as
  deleted are left out.

  Args:
    stream: name of the stream.
    columns: list of [name, kind]; kind is text, integer, number, boolean, timestamp, date or document.
#}
{% macro staging(stream, columns) -%}
  {%- set source_relation = source('hootsuite', stream) -%}
  {%- set relation = none -%}
  {%- set present = {} -%}
  {%- if execute -%}
    {%- set relation = adapter.get_relation(source_relation.database, source_relation.schema, source_relation.identifier) -%}
    {%- if relation -%}
      {%- for column in adapter.get_columns_in_relation(relation) -%}
        {%- do present.update({column.name | lower: column.dtype | lower}) -%}
      {%- endfor -%}
    {%- endif -%}
  {%- endif %}
select
  {%- for name, kind in columns %}
  {{ hootsuite.typed(adapter.quote(name), kind, present.get(name)) }} as {{ adapter.quote(name) }}
  {%- if not loop.last %},{% endif %}
  {%- endfor %}
{% if relation -%}
from {{ source_relation }}
{%- if '_sdc_deleted_at' in present %}
where _sdc_deleted_at is null
{%- endif %}
{%- else -%}
where false
{%- endif %}
{%- endmacro %}

{% macro typed(column, kind, found) -%}
  {%- if kind == 'document' -%}
    {{ adapter.dispatch('document', 'hootsuite')(column, found) }}
  {%- else -%}
    {%- set types = {'text': 'text', 'integer': 'bigint', 'number': 'double precision', 'boolean': 'boolean', 'timestamp': 'timestamp', 'date': 'date'} -%}
    {%- if found is none -%} cast(null as {{ types[kind] }})
    {%- elif kind == 'timestamp' and 'with time zone' in found -%} cast({{ column }} at time zone 'UTC' as timestamp)
    {%- else -%} cast({{ column }} as {{ types[kind] }})
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro postgres__document(column, found) -%}
  {%- if found is none -%} cast(null as jsonb)
  {%- elif found == 'jsonb' -%} nullif({{ column }}, 'null'::jsonb)
  {%- else -%} nullif(to_jsonb({{ column }}), 'null'::jsonb)
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__document(column, found) -%}
  {%- if found is none -%} cast(null as json)
  {%- else -%} case when json_type(cast({{ column }} as json)) <> 'NULL' then cast({{ column }} as json) end
  {%- endif -%}
{%- endmacro %}
