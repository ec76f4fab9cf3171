"""Compares a plan with the journal: what each row changes, and which posts have lost their row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from hootsuite_cli.plan.duplicates import Known, Standing
from hootsuite_cli.plan.forecast import Forecast, Post
from hootsuite_cli.plan.in_process import Result, Run
from tap_hootsuite_sheet.model import Plan
from tap_hootsuite_sheet.problems import shown
from target_hootsuite.statuses import ResultStatus

_TIME = "%a %d %b %Y %H:%M"
_REPLACED = (ResultStatus.PLANNED, "replace")
_KINDS: dict[tuple[str, str], str] = {
    (ResultStatus.PLANNED, "create"): "new",
    _REPLACED: "changed",
    (ResultStatus.UNCHANGED, "none"): "unchanged",
    (ResultStatus.ADOPTED, "none"): "unchanged",
    (ResultStatus.UNKNOWN, ""): "unknown",
    (ResultStatus.DEFERRED, ""): "deferred",
}


@dataclass(frozen=True)
class Change:
    """The fate of a row; `what` lists each changed value, old and new."""

    row: int
    kind: str
    what: tuple[tuple[str, str, str], ...] = ()

    def said(self) -> str:
        """Return the changes as text, with old and new values."""
        return "; ".join(f"{name} {old} -> {new}" for name, old, new in self.what)


@dataclass(frozen=True)
class Removed:
    """A post that was scheduled from the plan, but whose row is no longer in it."""

    post: Standing
    held_row: int = 0
    """The row that now holds it back, if any."""
    other: str = ""
    """The other plan that it was scheduled from, if this plan has rows of that plan."""

    def name(self, outlook: Forecast) -> str:
        """Return a description of the post: message, time, profile and first words."""
        zone = next((post.at.tzinfo for post in outlook.posts), None)
        at = datetime.fromtimestamp(self.post.at, zone).astimezone(zone)
        number = f"message {self.post.remote_id}" if self.post.remote_id else "a post"
        profile = outlook.name(self.post.profile)
        return f"{number}, {at:{_TIME}}, {profile} {shown(self.post.words)}".rstrip()

    def said(self, outlook: Forecast) -> str:
        """Return what will happen to it."""
        name = self.name(outlook)
        if self.held_row:
            return f"Row {self.held_row} is kept back, its post stays scheduled: {name}"
        if self.other:
            return f"Scheduled from the plan {self.other}, not in this one, stays: {name}"
        return f"No longer in the plan, stays scheduled: {name}"


def of_rows(plan: Plan, outlook: Forecast, run: Run, known: Known) -> list[Change]:
    """Return what will happen to each row, in the order of the plan."""
    results = run.by_key()
    posts = {post.row: post for post in outlook.posts}
    standing = {(one.key, one.profile): one for one in known.posts}
    found = [Change(row, "kept back") for row in plan.held]
    found += [Change(row, "bad") for row in plan.problems.rows]
    for row, post in posts.items():
        mine = results.get(post.key, ())
        found.append(Change(row, _kind(mine), tuple(_differences(post, mine, standing))))
    return sorted(found, key=lambda one: one.row)


def _kind(results: Sequence[Result]) -> str:
    kinds = {_KINDS.get((str(one["status"]), str(one["action"])), "") for one in results}
    kinds |= {_KINDS.get((str(one["status"]), ""), "") for one in results}
    order = ("changed", "new", "unknown", "deferred", "unchanged")
    return next((kind for kind in order if kind in kinds), "not checked")


def _differences(
    post: Post, results: Sequence[Result], standing: Mapping[tuple[str, str], Standing]
) -> Iterable[tuple[str, str, str]]:
    replaced = [one for one in results if (one["status"], one["action"]) == _REPLACED]
    old = next(
        (
            found
            for one in replaced
            if (found := standing.get((post.key, str(one["social_profile_id"])))) is not None
        ),
        None,
    )
    if old is None:
        return
    same_time, same_text = old.at == post.at.timestamp(), old.words == post.text
    if not same_time:
        then = datetime.fromtimestamp(old.at, post.at.tzinfo)
        yield "time", f"{then:{_TIME}}", f"{post.at:{_TIME}} {post.zone}"
    if not same_text:
        yield "text", shown(old.words), shown(post.text)
    if same_time and same_text:
        yield "pictures, tags or another column", "as scheduled", "as in the plan"


def removed(plan: Plan, known: Known, before: AbstractSet[str], now: datetime) -> list[Removed]:
    """Return future posts that were scheduled from a plan and no longer have a row in it.

    They include posts of another plan if both share rows without IDs: the plan may be a renamed
    copy of it.

    Args:
        plan: The plan.
        known: The journal's entries of the account.
        before: Keys of rows in the results of an earlier run; other posts are matched by the plan's
            name.
        now: The platform's time.
    """
    wanted = {
        (record["external_id"], profile)
        for record in plan.records
        for profile in record["social_profile_ids"]
    }
    mine = set(plan.keys.values())
    unread = {plan.keys[row] for row in plan.problems.rows if row in plan.keys}
    held = {plan.keys[row]: row for row in plan.held if row in plan.keys}
    shared = {one.plan for one in known.posts if one.key in mine and not one.has_id} - {""}
    found = [
        Removed(one, held.get(one.key, 0), "" if own else one.plan)
        for one in known.posts
        if ((own := one.plan == plan.name or one.key in before | mine) or one.plan in shared)
        and (one.key, one.profile) not in wanted
        and one.key not in unread
        and one.at > now.timestamp()
    ]
    return sorted(found, key=lambda one: (one.post.at, one.post.key, one.post.profile))
