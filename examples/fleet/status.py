"""Who of a fleet needs attention: `python status.py` beside `accounts.yml`.

It asks the database of Meltano (MELTANO_DATABASE_URI) how the last run of each load and plan
ended. Exit code 1 says that one failed or never ran. A load that pauses because the requests of the
day are used up ends well: its log says so, and the next run carries on.
"""

import os
import sys
from collections.abc import Iterator

import sqlalchemy as sa

import fleet

_LAST = """
select job_name, state, started_at from runs where state in ('SUCCESS', 'FAIL') order by started_at
"""


def outcomes(url: str) -> Iterator[tuple[str, str, str]]:
    """Yield account, run and how it ended, those that need attention first."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(sa.text(_LAST)).all()
    engine.dispose()
    # A state id is `prod:tap-to-target:suffix`, and the suffix is the fleet's.
    last = {name.rpartition(":")[2]: (state, when) for name, state, when in found}
    rows = []
    for run in (*fleet.loads(), *fleet.plans()):
        state, when = last.get(f"{run.account}_{run.name}", ("never ran", ""))
        said = {"SUCCESS": "ok", "FAIL": "failed"}.get(state, state)
        rows.append((run.account, run.name, f"{said} {when}".strip()))
    yield from sorted(rows, key=lambda row: (row[2].startswith("ok"), row))


def main() -> int:
    """Print a line for each run; return the exit code."""
    rows = list(outcomes(os.environ["MELTANO_DATABASE_URI"]))
    for row in rows:
        sys.stdout.write("  ".join(row) + "\n")
    return 0 if all(row[2].startswith("ok") for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
