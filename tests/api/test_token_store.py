"""The token store: private, whole after a kill, one process at a time."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import stat
import subprocess
import sys
import threading

import pytest

from hootsuite_api.errors import Cancelled, ConfigError
from hootsuite_api.token_store import TokenStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "private" / "tokens.json"


def make(path, **options):
    """A store whose waits nobody ends."""
    return TokenStore(path, threading.Event(), **options)


def test_what_is_written_is_read(path):
    """By another instance too, and beside other entries."""
    store = make(path)
    with store.locked():
        store.write("a", {"access_token": "one"})
        store.write("b", {"access_token": "two"})
    with make(path).locked():
        assert make(path).read("a") == {"access_token": "one"}
    assert store.read("c") is None


def test_only_the_owner_may_look(path):
    """0600 in a 0700 folder, whatever the umask was."""
    old = os.umask(0)
    try:
        store = make(path)
        with store.locked():
            store.write("a", {})
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_store_that_others_may_read_becomes_private_again(path):
    """The next write mends it."""
    store = make(path)
    store.write("a", {})
    path.chmod(0o644)
    store.write("a", {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"\xff\xfe", b'{"version": 1}', b'{"version": 1, "entries": []}'),
        b"[" * 200_000,
    ],
    ids=lambda content: content[:20].decode("latin-1"),
)
def test_a_damaged_store_is_named_and_kept(path, content):
    """Nobody overwrites what a person may still mend; the message says what to do."""
    store = make(path)
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"damaged.*sign in again"):
        store.read("a")
    with pytest.raises(ConfigError):
        store.write("a", {})
    assert path.read_bytes() == content


def test_a_store_of_a_later_version_is_refused(path):
    """A downgrade doesn't eat tokens."""
    store = make(path)
    path.write_text(json.dumps({"version": 2, "entries": {}}))
    with pytest.raises(ConfigError, match="another version"):
        store.read("a")


def test_a_file_system_that_cannot_sync_folders(path, monkeypatch):
    """Some network mounts refuse that; what was written counts nevertheless."""
    sync = os.fsync

    def refuse(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        sync(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    make(path).write("a", {"access_token": "one"})
    assert make(path).read("a") == {"access_token": "one"}


def test_a_linked_store_stays_linked(path, tmp_path):
    """A dotfile manager's link is followed, not replaced."""
    target = tmp_path / "elsewhere.json"
    target.write_text('{"version": 1, "entries": {}}')
    path.parent.mkdir()
    path.symlink_to(target)
    make(path).write("a", {"x": 1})
    assert path.is_symlink()
    assert "x" in target.read_text()


def test_what_a_killed_process_left_is_no_hindrance(path):
    """Half a temporary file is swept away."""
    store = make(path)
    path.with_name("tokens.json.tmp").write_text("half")
    store.write("a", {"x": 1})
    assert store.read("a") == {"x": 1}


def test_waiting_for_the_lock_ends(path):
    """With a message after the patience, at once after a stop."""
    with make(path).locked():
        with (
            pytest.raises(ConfigError, match="locked for too long"),
            make(path, patience=0.1).locked(),
        ):
            pass
        stop = threading.Event()
        stop.set()
        with pytest.raises(Cancelled), TokenStore(path, stop).locked():
            pass


WRITER = """
import sys, threading
from pathlib import Path
from hootsuite_api.token_store import TokenStore
store = TokenStore(Path(sys.argv[1]), threading.Event())
number = 0
while True:
    with store.locked():
        number += 1
        store.write("chain", {"number": number, "token": str(number) * 500})
    print(number, flush=True)
"""


def test_a_kill_at_any_moment_leaves_the_old_or_the_new(path):
    """SIGKILL between arbitrary instructions of a writer: the store is always whole."""
    chance = random.Random(7)  # noqa: S311 - no secret
    for _ in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        confirmed = 0
        for _ in range(chance.randrange(1, 40)):
            confirmed = int(writer.stdout.readline())
        # A spin of random length: the kill falls anywhere in a write, not only after a line.
        for _ in range(chance.randrange(1, 60_000)):
            pass
        os.kill(writer.pid, signal.SIGKILL)
        confirmed = max([confirmed, *map(int, writer.stdout.read().split())])
        writer.wait()
        writer.stdout.close()
        store = make(path)
        with store.locked():  # the dead hold no lock
            entry = store.read("chain")
        assert entry["token"] == str(entry["number"]) * 500
        assert entry["number"] in (confirmed, confirmed + 1)
