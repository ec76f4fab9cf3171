"""The lock that is taken for each request: one process at a time, whatever happens to the file."""

import subprocess
import sys

import filelock
import pytest

from hootsuite_api import file_lock
from hootsuite_api.file_lock import FileLock

HOLD = """
import sys
from pathlib import Path
from hootsuite_api.file_lock import FileLock
lock = FileLock(Path(sys.argv[1]))
print(lock.take(), flush=True)
sys.stdin.readline()
"""


@pytest.fixture(params=["fcntl", "library"])
def path(request, tmp_path, monkeypatch):
    """A file, locked as on this system, and as where there is no `fcntl`."""
    if request.param == "library":
        monkeypatch.setattr(file_lock, "fcntl", None)
    return tmp_path / "x.lock"


def test_one_at_a_time(path):
    """Who comes second is told at once, and takes it when it is given back."""
    first, second = FileLock(path), FileLock(path)
    assert first.take()
    assert not second.take()
    first.give_back()
    assert second.take()
    assert not first.take()
    second.give_back()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_library_that_holds_it_is_respected(path):
    """Earlier versions and the token store use `filelock`."""
    lock = FileLock(path)
    with filelock.FileLock(path):
        assert not lock.take()
    assert lock.take()
    with pytest.raises(filelock.Timeout):
        filelock.FileLock(path, timeout=0).acquire()
    lock.give_back()


def test_a_killed_holder_lets_go(path):
    """The system gives back what a dead process held."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"True\n"
        lock = FileLock(path)
        assert not lock.take()
        child.kill()
        child.wait(10)
        assert lock.take()
    lock.give_back()


def test_a_file_that_was_removed_is_made_again(path):
    """Two that remember different files would both hold the lock."""
    first, second = FileLock(path), FileLock(path)
    assert first.take()
    first.give_back()
    path.unlink()
    assert second.take()
    assert not first.take()
    second.give_back()
    assert first.take()
    first.give_back()


def test_a_place_that_can_t_be_used_is_an_error(path):
    """A folder in its place, or none around it."""
    path.mkdir()
    with pytest.raises(OSError, match=r"."):
        FileLock(path).take()
