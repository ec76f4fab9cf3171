"""Detects edited rows without an ID, whose first posts would stay beside the new ones.

Such a row is identified by its cells, so an edit makes it a different row. If posts of a plan have
no row any more and other rows are new, the plan is stopped, and the user decides. The journal knows
the posts of a plan; if it was lost, the results copy knows those of one run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from hootsuite_api.phrases import counted, listed
from hootsuite_cli.plan.changes import Removed
from hootsuite_cli.plan.duplicates import Known, Standing
from hootsuite_cli.plan.forecast import Forecast
from tap_hootsuite_sheet.model import Plan, Record
from target_hootsuite.lookup.listing import comparable

_SHOWN = 10


@dataclass(frozen=True)
class Missing:
    """Future posts whose rows are no longer in the plan, and that no ID identifies.

    Args:
        posts: From the journal.
        rows: From the results copy: keys, and their row numbers there.
    """

    posts: Sequence[Removed]
    rows: Mapping[str, int]

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.posts or self.rows)

    def said(self, outlook: Forecast) -> str:
        """Return a description of the posts."""
        known = {one.post.key for one in self.posts}
        rows = sorted(row for key, row in self.rows.items() if key not in known)
        names = [one.name(outlook) for one in self.posts]
        names += [f"formerly row {row}" for row in rows]
        return listed(names[:_SHOWN]) + (" ..." if len(names) > _SHOWN else "")

    def others(self) -> list[str]:
        """Return the other plans that they were scheduled from."""
        return sorted({one.other for one in self.posts if one.other})


def candidates(plan: Plan, removed: Sequence[Removed], certain: AbstractSet[str]) -> list[Removed]:
    """Return the removed posts that may be the first version of a new row.

    Args:
        plan: The plan.
        removed: Its posts without a row.
        certain: Keys of rows that had an ID, so that no other row is an edit of them.
    """
    mine = set(plan.keys.values())
    return [
        one
        for one in removed
        if not (one.held_row or one.post.has_id) and one.post.key not in mine | certain
    ]


def new_keys(plan: Plan, known: Known, before: AbstractSet[str]) -> set[str]:
    """Return the keys of rows that were never posted.

    Args:
        plan: The plan.
        known: What the journal knows.
        before: Keys of the results copy.
    """
    going = {key for row, key in plan.keys.items() if row not in plan.held}
    return going - before - {one.key for one in known.posts}


def refusal(plan: Plan, missing: Missing, outlook: Forecast) -> str:
    """Return why the plan is stopped, and what to do."""
    count = len({one.post.key for one in missing.posts} | missing.rows.keys())
    others = missing.others()
    source = f"from the plan {listed(others)}" if others else "from it"
    name = f'"{others[0]}"' if others and " " in others[0] else next(iter(others), "")
    ways = [
        f"If it is that plan under a new name, say --same-plan {name}."
        if others
        else "If it is another plan, give it a name of its own by --same-plan.",
        f"If a row was edited: {_way_to_edit(plan)}.",
        "If the posts are to go: --delete-removed." if not others else "",
        "If they are to stay, and the new rows are new posts: --edited-rows-are-new.",
    ]
    return (
        f"No longer in this plan: {counted(count, 'post')} scheduled {source} before "
        f"({missing.said(outlook)}), and there are new or bad rows. Was a row without an ID "
        "edited? Its first post would stay, and a second one be made. "
        f"{' '.join(filter(None, ways))} Nothing was sent."
    )


def _way_to_edit(plan: Plan) -> str:
    """Return how to edit a post; a bulk composer file has no column for IDs."""
    if plan.table.header_row:
        return "run --add-ids and schedule the copy that it writes"
    return "take the edit back, or delete the first post in Hootsuite and say --edited-rows-are-new"


def first_versions(plan: Plan, posts: Sequence[Standing]) -> dict[int, str]:
    """Return the keys of lost posts by the rows that are certainly edits of them.

    An edit has the profiles of its post and either its time or its text. No other row and no other
    post may match as well.

    Args:
        plan: The plan.
        posts: Its posts that have no row.
    """
    versions: dict[str, list[Standing]] = {}
    for post in posts:
        versions.setdefault(post.key, []).append(post)
    fits = {
        row: [key for key, found in versions.items() if _alike(record, found)]
        for row, record in zip(plan.rows, plan.records, strict=True)
    }
    sole = {row: keys[0] for row, keys in fits.items() if len(keys) == 1}
    taken = [key for keys in fits.values() for key in keys]
    return {row: key for row, key in sole.items() if taken.count(key) == 1}


def _alike(record: Record, posts: Sequence[Standing]) -> bool:
    if {one.profile for one in posts} != set(record["social_profile_ids"]):
        return False
    at = datetime.fromisoformat(record["scheduled_send_time"]).timestamp()
    return posts[0].at == at or posts[0].text == comparable(record["text"])
