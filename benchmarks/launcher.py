"""Start a program from a small process, and write down what it cost.

The kernel charges a program with the memory of the process that started it, until it has more of
its own. Started from here that is a few megabytes, started from a test runner hundreds.
"""

import json
import os
import sys
from pathlib import Path


def main(report: str, *command: str) -> int:
    """Run `command`, write its cost as JSON into the file `report`, return its exit code."""
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    cost = {"cpu": usage.ru_utime + usage.ru_stime, "peak_kib": usage.ru_maxrss}
    Path(report).write_text(json.dumps(cost), encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
