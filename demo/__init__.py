"""The demonstration behind `make demo`: sandbox, tap, Meltano and a real PostgreSQL, end to end."""
