"""A social team's plan: ten rows in `examples/plan.csv`, two of them bad, scheduled by command."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.pipeline import ROOT, Meltano
from hootsuite_sandbox.testing import SandboxProcess

PLAN = ROOT / "examples" / "plan.csv"
BAD = ("5,", "7,")  # the two rows of the plan that can't be sent


@dataclass(frozen=True)
class Step:
    """One run of the command.

    Args:
        command: As a person types it.
        code: Its exit code.
        posts: Messages that the sandbox says it created meanwhile.
        said: What the command printed.
    """

    command: str
    code: int
    posts: int
    said: str


def schedule(sandbox: SandboxProcess, work: Path) -> Sequence[Step]:
    """Schedule the plan: as it is, without its bad rows, and once more."""
    shutil.copy(PLAN, work)
    env = os.environ | {
        "HOOTSUITE_API_URL": sandbox.ready["url"],
        "HOOTSUITE_AUTH_METHOD": "member_app",
        "HOOTSUITE_CLIENT_ID": sandbox.ready["client_id"],
        "HOOTSUITE_CLIENT_SECRET": sandbox.ready["client_secret"],
        "HOOTSUITE_MEMBER_ID": sandbox.ready["member_id"],
        "XDG_STATE_HOME": str(work / "state"),
    }
    options = ((), ("--skip-bad",), ("--skip-bad",))
    return [_step(sandbox, work, env, more) for more in options]


def by_pipeline(sandbox: SandboxProcess, meltano: Meltano, work: Path) -> Step:
    """Give the good rows of the same plan to Meltano: the other way in, over the same journal."""
    folder = work / "pipeline"
    folder.mkdir()
    rows = PLAN.read_text(encoding="utf-8").splitlines(keepends=True)
    good = "".join(row for row in rows if not row.startswith(BAD))
    (folder / PLAN.name).write_text(good, encoding="utf-8")
    journal = work / "state" / "meltano-hootsuite" / "journal.db"
    pipeline = meltano.given(
        TAP_HOOTSUITE_SHEET_PATH=str(folder / PLAN.name),
        TARGET_HOOTSUITE_JOURNAL_URL=f"sqlite:///{journal}",
        TARGET_HOOTSUITE_RESULTS_PATH=str(folder / "results.jsonl"),
    )
    before = created(sandbox)
    words = ("run", "tap-hootsuite-sheet", "target-hootsuite")
    pipeline(*words)
    said = (folder / "results.jsonl").read_text(encoding="utf-8")
    return Step(" ".join(("meltano", *words)), 0, created(sandbox) - before, said)


def right(steps: Sequence[Step]) -> bool:
    """Whether bad rows stopped the plan, good ones were posted once, and nothing twice."""
    stopped, sent, again, pipeline = steps
    known = pipeline.said.count('"unchanged"') == sent.posts
    once = stopped.posts == 0 and sent.posts > 0 and again.posts == pipeline.posts == 0
    return once and known and stopped.code == 2  # noqa: PLR2004 - some rows can't be sent


def _step(
    sandbox: SandboxProcess,
    work: Path,
    env: Mapping[str, str],
    more: Sequence[str],
) -> Step:
    before = created(sandbox)
    arguments = ("schedule", PLAN.name, "--yes", *more)
    done = subprocess.run(  # noqa: S603 - our own program, no shell
        [str(Path(sys.executable).with_name("hootsuite")), *arguments],
        cwd=work,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    command = " ".join(("hootsuite", *arguments))
    return Step(command, done.returncode, created(sandbox) - before, done.stdout + done.stderr)


def created(sandbox: SandboxProcess) -> int:
    """Return how many messages the sandbox has created for its clients."""
    return sum(entry["kind"] == "message_created" for entry in sandbox.ledger())
