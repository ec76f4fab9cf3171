"""No part of the password in `journal_url` reaches any output, however the URL is misspelt."""

import logging
import traceback

import pytest
from click.testing import CliRunner

from hootsuite_cli.main import main
from target_hootsuite.errors import JournalFault
from target_hootsuite.journal.address import may_be_told, shown
from target_hootsuite.journal.database import connect, exists
from target_hootsuite.journal.report import Report
from target_hootsuite.journal.store import Journal

LEFT, RIGHT = "zQ7kWv9x", "mJ5tXb8p"
#: What a password may hold that an URL takes for something else.
PASSWORDS = [
    f"{LEFT}{middle}{RIGHT}"
    for middle in (
        *"@:/#?% &;=+[]\\\"'<>|^`{}$!*,~",
        *("@@", ":@", "@:", "@/", "/@", "?@", "@?", "#@", "@#", "%@", "@5432/", "@127.0.0.1:9/"),
        *("%zz", "%4", "ü", "://", " @ ", "@localhost?sslmode=", "\t"),
    )
]
SHAPES = [
    "postgresql://user:{}@127.0.0.1:9/journal",
    "postgresql+psycopg://{}@127.0.0.1:9/journal",
    "postgresql+psycopg2://:{}@127.0.0.1:9/journal",
    "postgresql://user:{}@127.0.0.1:9/journal?sslmode=disable",
    "postgresql://127.0.0.1:9/journal?password={}",
    "postgresql://127.0.0.1:9/journal?{}",
    "postgresql://127.0.0.1:9/{}",
    "postgres://user:{}@127.0.0.1:9/journal",
    "mysql://user:{}@127.0.0.1:9/journal",
    "postgresql:/user:{}@127.0.0.1:9/journal",
    "postgresql//user:{}@127.0.0.1:9/journal",
    " postgresql://user:{}@127.0.0.1:9/journal",
    "sqlite://user:{}@127.0.0.1:9/journal",
    "sqlite:////proc/user:{}@127.0.0.1/journal",
    "sqlite+pysqlcipher://:{}@//proc/journal.db",
    "sqlite:////proc/journal.db?password={}",
    "{}",
]
PIECES = {
    text[at : at + 4] for text in (LEFT, RIGHT) for at in range(len(text) - 3)
}  # every longer part of the password holds one of these, or is cut at its middle


def said(error):
    """All that an exception could print."""
    return "".join(traceback.format_exception(error)) + repr(error.args)


@pytest.mark.parametrize(
    "passwords",
    [PASSWORDS[::6], pytest.param(PASSWORDS, marks=pytest.mark.soak)],
    ids=["sample", "all"],
)
@pytest.mark.parametrize("shape", SHAPES)
def test_no_error_about_a_journal_names_its_password(shape, passwords, monkeypatch, caplog):
    """Each way to open a journal fails with a sentence of ours, and with nothing of the secret."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    for password in passwords:
        url = shape.format(password)
        for attempt in (connect, exists, Report, lambda url: Journal(url, "run")):
            try:
                attempt(url)
            except JournalFault as fault:
                text = said(fault) + caplog.text
                assert not [one for one in PIECES if one in text], (url, text)


@pytest.mark.parametrize(
    ("shape", "password"),
    [
        (SHAPES[0], PASSWORDS[2]),
        (SHAPES[5], f"{LEFT}@5432/{RIGHT}"),
        (SHAPES[13], PASSWORDS[0]),
    ],
)
def test_no_output_of_a_run_names_the_password(  # noqa: PLR0917 - fixtures are arguments
    shape, password, run_target, make_rows, caplog, monkeypatch
):
    """Log, results and `hootsuite results` say that the journal can't be used, and no more."""
    caplog.set_level(logging.DEBUG)
    url = shape.format(password)
    run = run_target(make_rows(1), journal_url=url)
    assert run.statuses == {"deferred": 1}
    monkeypatch.setenv("TARGET_HOOTSUITE_JOURNAL_URL", url)
    shown = CliRunner().invoke(main, ["results"])
    assert shown.exit_code != 0
    for text in (caplog.text, repr(run.results), shown.output, repr(shown.exception)):
        assert not [one for one in PIECES if one in text], text


@pytest.mark.parametrize(
    ("url", "words", "told"),
    [
        ("postgresql://user:secret-word@db.example:5432/journal", "connection refused", True),
        ("postgresql://user:secret%40word@db/journal", "connection refused", True),
        ("postgresql://user:secret-word@db/journal", 'user "secret" failed', False),
        ("postgresql://secret-word@db/journal", 'user "secret-word" failed', False),
        ("postgresql://user:x@y@db/journal", "connection refused", False),
        ("postgresql://user:@/db?host=/tmp/a", "connection refused", True),
        ("sqlite:////srv/journal.db", "disk I/O error", True),
        ("sqlite:////srv/a@b.db", "disk I/O error", False),
    ],
)
def test_a_driver_is_quoted_where_it_can_hold_no_secret(url, words, told):
    """A URL that can be read in one way only keeps the driver's reason in the message."""
    assert may_be_told(words, url) is told


def test_a_path_is_named_unless_it_may_be_a_url():
    """People find their journal by its path, which is no secret."""
    assert shown("/srv/journal.db") == "/srv/journal.db"
    assert shown("user:word@host/journal") == "`journal_url`"
