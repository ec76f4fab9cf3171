"""The loader in this process, or as people start it, and what is in its file afterwards."""

import io
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from singer_sdk.plugin_base import _ConfigInput

from target_hootsuite_duckdb.target import DuckDBTarget

TEXT = {"type": ["string", "null"]}
PROGRAM = str(Path(sys.executable).with_name("target-duckdb"))


@dataclass
class Loader:
    """A loader with its file."""

    path: Path
    settings: dict = field(default_factory=lambda: {"default_target_schema": "hootsuite"})

    @staticmethod
    def schema(stream="posts", keys=("id",), **properties):
        """A SCHEMA message."""
        document = {"type": "object", "properties": {"id": TEXT} | properties}
        return {"type": "SCHEMA", "stream": stream, "schema": document, "key_properties": [*keys]}

    @staticmethod
    def record(stream="posts", version=None, **values):
        """A RECORD message."""
        return {"type": "RECORD", "stream": stream, "version": version, "record": values}

    @staticmethod
    def activate(version, stream="posts"):
        """An ACTIVATE_VERSION message."""
        return {"type": "ACTIVATE_VERSION", "stream": stream, "version": version}

    @staticmethod
    def state(**bookmarks):
        """A STATE message."""
        return {"type": "STATE", "value": {"bookmarks": bookmarks}}

    @staticmethod
    def lines(*messages):
        """Messages as a tap writes them."""
        return "".join(json.dumps(one) + "\n" for one in messages)

    def __call__(self, *messages, **settings):
        """Load messages in this process."""
        target = DuckDBTarget(config={"path": str(self.path)} | self.settings | settings)
        try:
            target.listen(io.StringIO(self.lines(*messages)))
        finally:
            target.warehouse.link.close()

    def config(self, **settings):
        """Write the configuration into a file; return its path."""
        path = self.path.with_suffix(".json")
        path.write_text(json.dumps({"path": str(self.path)} | self.settings | settings))
        return path

    def run(self, text, **options):
        """Load what a tap wrote in a process of its own; return what became of it."""
        return subprocess.run(
            [PROGRAM, "--config", self.config()],
            input=text,
            capture_output=True,
            text=True,
            check=False,
            **options,
        )

    def query(self, sql):
        """Read from the file."""
        with duckdb.connect(str(self.path), read_only=True) as link:
            return link.execute(sql).fetchall()

    def rows(self, columns="*", table="hootsuite.posts"):
        """The rows of a table, in order."""
        return self.query(f"SELECT {columns} FROM {table} ORDER BY ALL")  # noqa: S608 - our own words

    def types(self, table="posts"):
        """The columns of a table with their types, without the loader's own."""
        found = self.query(
            "SELECT column_name, data_type FROM duckdb_columns() "  # noqa: S608 - our own words
            f"WHERE table_name = '{table}' AND column_name NOT LIKE '\\_sdc%' ESCAPE '\\'"
        )
        return dict(found)


@pytest.fixture
def load(tmp_path):
    """A loader with a new file."""
    return Loader(tmp_path / "warehouse.duckdb")


@pytest.fixture
def said(load, caplog, capsys):
    """Load what can't be loaded; return the one sentence that says why."""

    def run(*messages, **settings):
        config = _ConfigInput(config={"path": str(load.path)} | load.settings | settings)
        with pytest.raises(SystemExit) as ended:
            DuckDBTarget.invoke(
                about=False, config=config, file_input=io.StringIO(load.lines(*messages))
            )
        assert ended.value.code == 1
        assert capsys.readouterr().out == ""
        (told,) = (one.message for one in caplog.records if one.levelname == "CRITICAL")
        caplog.clear()
        return told

    return run
