"""What a second run costs when nothing has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from benchmarks import least
from benchmarks.figures import Figure, Place, exactly
from benchmarks.job import UNLIMITED, Job
from benchmarks.speed import HORIZON, INTERACTIONS, START, WORLD
from hootsuite_sandbox.testing import SandboxProcess

LOOKBACK = timedelta(days=7)
LISTS = (
    "me",
    "organizations",
    "my_social_profiles",
    "social_profiles",
    "organization_members",
    "teams",
    "scim_users",
    "scim_resource_types",
)
LINKS = ("social_profile_teams", "team_members", "team_social_profiles")


def unchanged(place: Place) -> Iterator[Figure]:
    """Count the requests of a second run, beside those that have to be."""
    options = WORLD | {"requests_per_second": 0, "latency_ms": 0}
    with SandboxProcess(**options) as sandbox:
        job = Job(
            sandbox,
            place.folder,
            start_date=START,
            interactions=INTERACTIONS,
            requests_per_second=UNLIMITED,
        )
        state = job.run().states[-1]
        before = Counter(sandbox.stats()["requests"])
        job.run(state)
        sent = Counter(sandbox.stats()["requests"]) - before
        allowed = _allowed(sandbox)
    yield exactly(
        f"incremental run, nothing changed: requests {_unlike(sent, allowed)}".rstrip(),
        sent.total(),
        allowed.total(),
    )
    members = sent["get_member"]
    yield exactly("incremental run, nothing changed: member details", members, 0)


def _allowed(sandbox: SandboxProcess) -> Counter[str]:
    """The windows of lookback and horizon, the lists, the links, and each conversation's last page.

    The token of the first run is still good.
    """
    now = datetime.fromisoformat(sandbox.now())
    streams = (*LISTS, *LINKS, "interactions")
    counts = least.requests(sandbox, streams, now - LOOKBACK, now + HORIZON, INTERACTIONS)
    del counts["create_token"]
    for begin, end in ((now - LOOKBACK, now), (now, now + HORIZON)):
        counts["list_messages"] += least.message_pages(sandbox, begin, end)
    return counts


def _unlike(sent: Counter[str], allowed: Counter[str]) -> str:
    names = sorted(sent | allowed)
    unlike = [f"{n} {sent[n]}/{allowed[n]}" for n in names if sent[n] != allowed[n]]
    return f"(sent/needed: {', '.join(unlike)})" if unlike else ""
