"""Secrets: none of them in anything that the target writes."""
# ruff: noqa: PLR0917 - fixtures are arguments

import json
import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize("method", ["member_app", "access_token"])
def test_canaries(method, target_config, make_rows, lines, sandbox, tmp_path, fresh_postgres):
    """Rule 28: at DEBUG, with errors that echo them, no secret reaches any output or journal."""
    password = "CANARY-journal-pw"
    secrets = [sandbox.ready["client_secret"], sandbox.ready["access_token"], password]
    url = fresh_postgres.replace("postgres:@", f"postgres:{password}@")
    assert password in url
    config = target_config | {
        "auth_method": method,
        "access_token": sandbox.ready["access_token"],
        "journal_url": url,
    }
    echo = f"You sent {secrets[0]} and {secrets[1]}"
    sandbox.faults(operation="create_message", kind="status", status=400, code=4000, message=echo)
    sandbox.faults(
        operation="create_message",
        kind="status",
        status=500,
        message=echo,
        nth=2,
        body=json.dumps({"echo": echo}),
    )
    sandbox.faults(
        operation="create_message",
        kind="status",
        status=403,
        nth=3,
        body=json.dumps({"error": "request_forbidden", "error_description": echo}),
    )
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    text = "".join(json.dumps(line) + "\n" for line in lines(make_rows(5)))
    done = subprocess.run(
        [sys.executable, "-m", "target_hootsuite.target", "--config", str(path)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "TARGET_HOOTSUITE_LOGLEVEL": "DEBUG", "LOGLEVEL": "DEBUG"},
    )
    results = (tmp_path / "results.jsonl").read_text()
    assert len(results.splitlines()) == 5, done.stderr[-2000:]
    kept = _dump(fresh_postgres)
    for secret in secrets:
        for place in (done.stdout, done.stderr, results, kept):
            assert secret not in place
    assert "hootsuite_entries" in done.stderr or "operation=create_message" in done.stderr


def _dump(url):
    import sqlalchemy as sa  # noqa: PLC0415 - only here

    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    tables = ("entries", "results", "media", "owners", "journal")
    with engine.connect() as connection:
        rows = [
            connection.exec_driver_sql(f"SELECT * FROM hootsuite_{one}").all()  # noqa: S608
            for one in tables
        ]
    engine.dispose()
    return repr(rows)


@pytest.mark.parametrize("url", ["postgresql://u:CANARY-pw@127.0.0.1:9/db", "CANARY-pw://x"])
def test_a_journal_that_is_not_there(url, run_target, make_rows, caplog):
    """Rule 28: an error about the journal never repeats its URL."""
    run = run_target(make_rows(1), journal_url=url)
    assert (run.code, run.statuses) == (1, {"deferred": 1})
    assert "CANARY-pw" not in caplog.text + json.dumps(run.results)
