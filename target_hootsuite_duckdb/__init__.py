"""Singer target that loads any tap's rows into a DuckDB file."""
