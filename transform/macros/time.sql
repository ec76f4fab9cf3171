{# Times are UTC without a zone, as the loaders write them. #}

{% macro as_of() -%}
  {%- set moment = var('as_of', none) or env_var('HOOTSUITE_AS_OF', '') -%}
  {%- if moment -%} cast('{{ moment }}' as timestamp)
  {%- else -%} cast(now() at time zone 'UTC' as timestamp) {%- endif -%}
{%- endmacro %}

{# The clock of a place, for a time in UTC. #}
{% macro local_time(moment, zone) -%} (({{ moment }} at time zone 'UTC') at time zone {{ zone }}) {%- endmacro %}

{# Whole seconds, so that a median of them is the same number in every warehouse. #}
{% macro seconds_between(earlier, later) -%}
  cast(floor(extract(epoch from {{ later }})) - floor(extract(epoch from {{ earlier }})) as bigint)
{%- endmacro %}

{% macro minutes_between(earlier, later) -%}
  cast({{ hootsuite.seconds_between(earlier, later) }} as double precision) / 60
{%- endmacro %}

{# Each day from `first` to `last` as rows of `calendar`, with the column `day`. #}
{% macro days(first, last) -%}
  {{ return(adapter.dispatch('days', 'hootsuite')(first, last)) }}
{%- endmacro %}

{% macro postgres__days(first, last) -%}
  cross join lateral generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval '1 day') as calendar (day)
{%- endmacro %}

{% macro duckdb__days(first, last) -%}
  cross join lateral (
    select unnest(generate_series(cast({{ first }} as timestamp), cast({{ last }} as timestamp), interval '1 day')) as day
  ) as calendar
{%- endmacro %}

{# The time that snapshots write: the same "now" as everywhere, in UTC. dbt's own depends on the session's zone. #}
{% macro default__snapshot_get_time() -%} {{ hootsuite.as_of() }} {%- endmacro %}
