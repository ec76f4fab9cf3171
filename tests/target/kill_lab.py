"""Runs the target in forked children that kill themselves at a chosen point.

Reads one JSON request per line and answers with one line: `{"code": exit code, "points": counts}`.
A fork spares each of the hundreds of runs the second that importing the target takes; so all that
a run imports or loads late is there before the first fork.
"""

import gc
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa

import target_hootsuite.run  # noqa: F401 - what the target imports with its first row
from hootsuite_api import contract, uploads
from hootsuite_api.clock import TEST_CLOCK_AHEAD
from hootsuite_api.transport import Transport
from target_hootsuite.target import HootsuiteTarget

POINTS = Counter()
_LOCK = threading.Lock()


def pass_point(name, kill):
    """Count a point, and die there if it is the chosen one."""
    with _LOCK:
        POINTS[name] += 1
        if kill.get("point") == name and POINTS[name] == kill["nth"]:
            os.kill(os.getpid(), signal.SIGKILL)


def watch(owner, name, label, kill):
    """Put a point before and after a function."""
    inner = getattr(owner, name)

    def outer(*args, **options):
        pass_point(f"before {label}", kill)
        result = inner(*args, **options)
        pass_point(f"after {label}", kill)
        return result

    setattr(owner, name, outer)


def watch_commits(kill):
    """Put a point before and after every commit of a write to the journal."""

    def before(connection):
        if not connection.get_execution_options().get("reading"):
            pass_point("before commit", kill)
            connection.info["written"] = True

    def after(_connection, record):
        if record.info.pop("written", False):
            pass_point("after commit", kill)

    sa.event.listen(sa.Engine, "commit", before)
    sa.event.listen(sa.Pool, "checkin", after)


def child(request, report):
    """Run the target; what it prints goes to the report's folder."""
    os.environ[TEST_CLOCK_AHEAD] = request["clock"]
    kill = request.get("kill") or {}
    watch(Transport, "exchange", "request", kill)
    watch(uploads.Upload, "attempt", "request", kill)
    watch_commits(kill)
    if "after_seconds" in kill:
        threading.Thread(target=die_later, args=(kill["after_seconds"],), daemon=True).start()
    with Path(request["input"]).open() as lines, Path(request["output"]).open("w") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        code = HootsuiteTarget(config=request["config"]).run(lines)
    whole = report.with_suffix(".new")
    whole.write_text(json.dumps(POINTS))
    whole.replace(report)  # so that a kill in between leaves no half
    os._exit(code)


def die_later(seconds):
    """End the process at a time that has nothing to do with what it does."""
    time.sleep(seconds)
    os.kill(os.getpid(), signal.SIGKILL)


def serve():
    """Answer requests until the input ends."""
    contract.load()
    gc.freeze()  # pages that the collector does not touch stay shared with the children
    for line in sys.stdin:
        request = json.loads(line)
        report = Path(request["output"] + ".points")
        report.unlink(missing_ok=True)
        pid = os.fork()
        if pid == 0:
            try:
                child(request, report)
            finally:
                os._exit(70)
        if request.get("wait", True):
            _, status = os.waitpid(pid, 0)
            points = json.loads(report.read_text()) if report.exists() else {}
            code = os.waitstatus_to_exitcode(status)
            print(json.dumps({"code": code, "points": points}), flush=True)  # noqa: T201
        else:
            print(json.dumps({"pid": pid}), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
