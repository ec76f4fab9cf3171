"""What equality means for each stream: which truth it has, and what it may rightly differ in."""

from collections.abc import Mapping

from demo.warehouse import Table, differences
from hootsuite_sandbox.testing import SandboxProcess


def compare(
    sandbox: SandboxProcess,
    tables: Mapping[str, Table],
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Hold every loaded table against the sandbox's truth.

    Returns:
        The number of rows in the API by stream, and the differences by stream where there are any.
    """
    counts: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    for stream, table in tables.items():
        truth = sandbox.truth(stream)
        counts[stream] = len(truth)
        if said := differences(truth, table):
            wrong[stream] = said
    return counts, wrong
