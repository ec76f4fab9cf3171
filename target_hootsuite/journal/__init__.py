"""The journal: intents and outcomes of every write, in SQLite or PostgreSQL.

Only this package knows the tables. `store` writes, `report` reads for people.
"""
