"""Write-back: planned posts in a PostgreSQL table, scheduled by Meltano, twice."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from PIL import Image

from demo.pipeline import Meltano
from demo.sheet import created
from demo.warehouse import Row
from hootsuite_sandbox.testing import SandboxProcess

SCHEMA = "plan"
NETWORKS = ("FACEBOOKPAGE", "TWITTER", "LINKEDINCOMPANY", "LINKEDIN")
_TABLE = sa.Table(
    "posts",
    sa.MetaData(),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("text", sa.Text),
    sa.Column("social_profile_ids", sa.JSON),
    sa.Column("scheduled_send_time", sa.TIMESTAMP(timezone=True)),
    sa.Column("media", sa.JSON),
    schema=SCHEMA,
)


@dataclass(frozen=True)
class WriteBack:
    """What both runs did.

    Args:
        planned: rows in the table, times the profiles of each.
        results: for each run, how many of them ended in which status.
        posts: for each run, the messages that the sandbox says it created.
    """

    planned: int
    results: Sequence[Counter[str]]
    posts: Sequence[int]

    @property
    def right(self) -> bool:
        """Whether everything was posted once, and nothing again."""
        first, second = self.results
        once = first == {"done": self.planned} and second == {"unchanged": self.planned}
        return once and list(self.posts) == [self.planned, 0]


def plan(sandbox: SandboxProcess, url: str, media: Path) -> int:
    """Write a week of posts into the table `plan.posts`; return how many posts they will be."""
    usable = [
        one["id"]
        for one in sandbox.truth("social_profiles")
        if one["type"] in NETWORKS and not one["isReauthRequired"]
    ]
    media.mkdir()
    Image.new("RGB", (640, 360), "teal").save(media / "launch.png")
    begin = datetime.fromisoformat(sandbox.now()).astimezone(UTC) + timedelta(days=1)
    rows = [_post(number, begin, usable) for number in range(8)]
    engine = sa.create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(sa.schema.DropSchema(SCHEMA, cascade=True, if_exists=True))
            connection.execute(sa.schema.CreateSchema(SCHEMA))
            _TABLE.create(connection)
            connection.execute(_TABLE.insert(), rows)
    finally:
        engine.dispose()
    return sum(len(row["social_profile_ids"]) for row in rows)


def write_back(
    sandbox: SandboxProcess,
    meltano: Meltano,
    url: str,
    work: Path,
    *options: str,
) -> WriteBack:
    """Run `meltano run tap-postgres target-hootsuite` twice over the planned posts.

    Args:
        sandbox: The platform.
        meltano: With the target's settings in its environment.
        url: Database of the plan.
        work: Folder for media and results.
        options: More for `meltano run`.
    """
    planned = plan(sandbox, url, work / "media")
    results, posts = [], []
    for number in (1, 2):
        before = created(sandbox)
        path = work / f"results-{number}.jsonl"
        again = meltano.given(TARGET_HOOTSUITE_RESULTS_PATH=str(path))
        again("run", "--full-refresh", *options, "tap-postgres", "target-hootsuite")
        lines = path.read_text(encoding="utf-8").splitlines()
        results.append(Counter(json.loads(line)["status"] for line in lines))
        posts.append(created(sandbox) - before)
    return WriteBack(planned, results, posts)


def _post(number: int, begin: datetime, profiles: Sequence[str]) -> Row:
    return {
        "external_id": f"launch-{number + 1}",
        "text": f"Launch week, part {number + 1} of 8: how we got here #launch",
        # Two profiles for every other post, one of them with a picture.
        "social_profile_ids": [profiles[number % 2], *profiles[2 : 2 + number % 2]],
        "scheduled_send_time": begin + timedelta(hours=7 * number),
        "media": [{"path": "launch.png"}] if number == 0 else None,
    }
