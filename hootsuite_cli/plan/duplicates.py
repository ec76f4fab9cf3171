"""Finds duplicates in the account's journal: posts of this and other plans, and uploaded files."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hootsuite_api.client import HootsuiteClient
from hootsuite_api.clock import own_clock
from hootsuite_api.phrases import listed
from hootsuite_cli.plan.forecast import Forecast
from hootsuite_cli.plan.in_process import Run
from hootsuite_cli.results.journals import journal_url
from tap_hootsuite_sheet.model import Plan
from target_hootsuite.journal import database, notes
from target_hootsuite.journal import report as journal_report
from target_hootsuite.journal.store import Journal
from target_hootsuite.lookup.account import AccountLookup
from target_hootsuite.lookup.listing import comparable
from target_hootsuite.media import upload
from target_hootsuite.rows.identity import scope_of
from target_hootsuite.statuses import ResultStatus

_SHOWN = 3
_TIME = "%a %d %b %Y %H:%M"


@dataclass(frozen=True)
class Standing:
    """A post that is, or may be, on the platform."""

    key: str
    profile: str
    at: float
    text: str
    remote_id: str
    words: str = ""
    """The text that was sent."""
    plan: str = ""
    """The plan of its row; empty if neither its row nor its key names one."""

    @property
    def has_id(self) -> bool:
        """Whether its key is an ID within its plan: under another plan it is another post."""
        return "/" in self.key


@dataclass(frozen=True)
class Known:
    """The entries of an account's journal that concern a plan."""

    posts: Sequence[Standing] = ()
    files: AbstractSet[str] = frozenset()
    """Digests of uploaded files, which need no second upload."""
    scope: str = ""
    """The journal's scope: platform and account."""
    left: AbstractSet[str] = frozenset()
    """Keys of posts that left the plan for good: no new row is an edit of one of them."""


@dataclass(frozen=True)
class Twin:
    """A new row that duplicates another row's post: same profile, second and text."""

    row: int
    other: Standing


def read(settings: Mapping[str, Any], client: HootsuiteClient, plan: str) -> Known:
    """Read the journal of an account; without a journal the result is empty.

    Args:
        settings: The account's settings.
        client: The account's client.
        plan: The plan's name.

    Raises:
        JournalFault: It can't be read.
    """
    url = journal_url(settings)
    if not database.exists(url):
        return Known()
    scope = scope_of(client.settings.api_url, AccountLookup(client, settings).account())
    with closing(journal_report.Report(url)) as report:
        posts = [_standing(one) for one in report.standing(scope)]
        own = own_clock(client.settings.api_url)
        files = report.uploaded(scope, client.now(), own, upload.KEPT_SECONDS)
        return Known(posts, files, scope, report.left_plan(scope, plan))


def keep_left(settings: Mapping[str, Any], known: Known, plan: str, keys: AbstractSet[str]) -> None:
    """Store which posts left a plan for good; replace the earlier list.

    Raises:
        JournalFault: It can't be written.
    """
    if keys != known.left:
        with closing(Journal(journal_url(settings), uuid.uuid4().hex)) as journal:
            notes.keep_left_plan(journal, known.scope, plan, keys)


def _standing(found: journal_report.Standing) -> Standing:
    at = datetime.fromisoformat(found.at).timestamp()
    text = comparable(found.text)
    name, slash, _ = found.key.partition("/")
    plan = found.plan or (name if slash else "")
    return Standing(found.key, found.profile, at, text, found.remote_id, found.text, plan)


def twins(plan: Plan, outlook: Forecast, run: Run, known: Known) -> list[Twin]:
    """Return new or changed rows that would duplicate the post of another row.

    Args:
        plan: The plan; its own rows are not duplicates of each other.
        outlook: Its valid rows; gets a warning for each duplicate.
        run: The dry run: what would be posted.
        known: What stands.
    """
    fresh = {
        (one["key"], one["social_profile_id"])
        for one in run.results
        if one["status"] == ResultStatus.PLANNED
    }
    own = set(plan.keys.values())
    others = {(one.profile, one.at, one.text): one for one in known.posts if one.key not in own}
    found = []
    for post in outlook.posts:
        for profile in post.profiles:
            other = others.get((profile, post.at.timestamp(), comparable(post.text)))
            if other is not None and (post.key, profile) in fresh:
                found.append(Twin(post.row, other))
                outlook.warn(post.row, f"{outlook.name(profile)} {_said(other)}")
    return found


def _said(other: Standing) -> str:
    source = f"the plan {other.plan}" if other.has_id else f"another row ({other.key})"
    number = f", message {other.remote_id}" if other.remote_id else ""
    return f"has the same post from {source} already{number}"


def moved(outlook: Forecast, run: Run, known: Known) -> list[str]:
    """Return the old and new times of replaced posts; those that keep their time are left out.

    Args:
        outlook: The plan's valid rows.
        run: The dry run: what is replaced.
        known: What stands.
    """
    replaced = {
        (str(one["key"]), str(one["social_profile_id"]))
        for one in run.results
        if one["status"] == ResultStatus.PLANNED and one["action"] == "replace"
    }
    old = {(one.key, one.profile): one.at for one in known.posts}
    lines = []
    for post in outlook.posts:
        names = [(post.key, profile) for profile in post.profiles]
        before = {old[name] for name in names if name in replaced and name in old}
        for at in sorted(before - {post.at.timestamp()}):
            then = datetime.fromtimestamp(at, post.at.tzinfo)
            lines.append(f"row {post.row}: {then:{_TIME}} -> {post.at:{_TIME}} {post.zone}")
    return lines


def refusal(plan: Plan, found: Sequence[Twin]) -> str:
    """Return why rows that were posted from another plan stop this plan, and what to do."""
    others = (one.other for one in found if one.other.has_id)
    often = Counter(one.plan for one in others if one.plan not in {"", plan.name})
    names = [name for name, _ in often.most_common(_SHOWN)]
    count = "One new post is" if len(found) == 1 else f"{len(found)} new posts are"
    source = f"from the plan {listed(names)}" if names else "under another ID or key"
    ways = [
        f"If this is that plan under a new name, say --same-plan {_quoted(names[0])}."
        if names
        else "If these are the rows that were scheduled, give them back what they had: their IDs, "
        "or profiles, time and zone as they were written.",
        "If they are meant to go out twice, say --post-again.",
    ]
    return (
        f"{count} scheduled already {source}: same profile, time and text. {' '.join(ways)} "
        "Nothing was sent."
    )


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
