"""Reads plans in children whose memory is limited, and prints what became of each as JSON lines.

Run as a program: `python limited.py MEGABYTES FILE...`. It imports the reader once and forks for
each file, so the peak of one file says nothing about the next.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path

from tap_hootsuite_sheet.model import Options
from tap_hootsuite_sheet.plan import read_plan
from tap_hootsuite_sheet.problems import SheetError


def outcome(path: Path) -> dict[str, object]:
    """Read one plan in this process."""
    try:
        plan = read_plan(path, Options(timezone="UTC"))
        said, kind = str(len(plan.records)), "read"
    except SheetError as error:
        said, kind = str(error), "refused"
    except BaseException as error:  # noqa: BLE001 - a panic of the parsing library is one, too
        said, kind = f"{type(error).__name__}: {error}", "broken"
    spent = round(time.process_time(), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"kind": kind, "said": said, "megabytes": peak, "seconds": spent}


def child(path: Path, limit: int, report: int) -> None:
    """Read one plan under a limit of memory and of processor time, and report."""
    resource.setrlimit(resource.RLIMIT_AS, (limit << 20, limit << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.write(report, json.dumps(outcome(path)).encode()[:4000])
    os._exit(0)


def main(limit: int, paths: list[str]) -> None:
    """Read each file in a child."""
    for name in paths:
        reading, writing = os.pipe()
        number = os.fork()
        if not number:
            child(Path(name), limit, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            said = pipe.read().decode() or '{"kind": "killed", "said": "", "megabytes": 0}'
        _, status = os.waitpid(number, 0)
        print(json.dumps(json.loads(said) | {"file": name, "status": status}))  # noqa: T201 - its output


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
