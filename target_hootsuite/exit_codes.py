"""The exit code of a run of the target, from the statuses of its results."""

from __future__ import annotations

from collections import Counter

from target_hootsuite.statuses import ResultStatus


def exit_code(statuses: Counter[ResultStatus] | Counter[str], *, failed: bool) -> int:
    """The exit code of a run: 1 before 3 before 2.

    Args:
        statuses: How many results of each status.
        failed: The run ended early.
    """
    if failed or statuses.get(ResultStatus.DEFERRED):
        return 1
    if statuses.get(ResultStatus.UNKNOWN):
        return 3
    return 2 if statuses.get(ResultStatus.REJECTED) else 0
