"""Changes of filters between runs: a wider filter causes a backfill from the start date."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from tap_hootsuite.pagination import Scope
from tap_hootsuite.seen_messages import order, pack, unpack
from tap_hootsuite.settings import Options
from tap_hootsuite.windows import instant, stamp


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters that a table of messages was built with.

    Attributes:
        start: The start date.
        profiles: The profiles that were visible or chosen, packed.
        states: The chosen states, packed; empty for all.
    """

    start: str
    profiles: str
    states: str

    @classmethod
    def of(cls, start: str, scope: Scope) -> Filters:
        """Return the filters of a run."""
        chosen = scope.visible if scope.profiles is None else scope.profiles
        return cls(start, pack(chosen), ",".join(sorted(scope.states)))

    @classmethod
    def read(cls, state: Mapping[str, str] | None) -> Filters | None:
        """Read them from a stream's state."""
        return cls(**state) if state else None

    def write(self) -> dict[str, str]:
        """Return them for a stream's state."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Task:
    """A time range to backfill."""

    scope: Scope
    start: datetime
    end: datetime


def widened(before: Filters, now: Filters, scope: Scope, until: datetime) -> Iterator[Task]:
    """Yield the ranges that the table lacks under the present filters.

    Args:
        before: The filters that it was built with.
        now: The present filters.
        scope: The present scope.
        until: The run reads everything after this time anyway.
    """
    start, old_start = instant(now.start), instant(before.start)
    if start < old_start:
        yield Task(scope, start, min(old_start, until))
    old, new = unpack(before.profiles), unpack(now.profiles)
    begin = max(start, old_start) if start < old_start else start
    if added := new - old:
        yield Task(replace(scope, profiles=_sorted(added)), begin, until)
    states_before = frozenset(before.states.split(",")) if before.states else frozenset()
    if not states_before:
        return
    kept = scope if not added else replace(scope, profiles=_sorted(new & old))
    if not now.states:
        yield Task(replace(kept, beyond=states_before), begin, until)
    elif more := scope.states - states_before:
        yield Task(replace(kept, states=more), begin, until)


def covers(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether one description of a scope includes all of another, see `refresh_scope`."""
    states = not now["states"] or (
        bool(before["states"]) and unpack(before["states"]) <= unpack(now["states"])
    )
    same = all(now.get(name) == before.get(name) for name in ("end", "horizon", "review", "every"))
    earlier = instant(now["start"]) <= instant(before["start"])
    return states and same and earlier and unpack(before["profiles"]) <= unpack(now["profiles"])


def refresh_scope(filters: Filters, options: Options) -> dict[str, Any]:
    """Describe all settings that decide what a full refresh reads."""
    return {
        **filters.write(),
        "end": options.end and stamp(options.end),
        "horizon": options.horizon.days,
        "review": options.review,
        "every": options.every_history,
    }


def fingerprint(before: Filters, now: Filters) -> str:
    """Return a hash of a change of filters, so that its backfill can be resumed, and no other."""
    text = repr((before, now))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _sorted(ids: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ids, key=order))


def place(state: Mapping[str, Any] | None, key: str) -> tuple[int, datetime | None]:
    """Return the progress of a backfill: the task's number, and the time reached in it."""
    if not state or state.get("key") != key:
        return 0, None
    return int(state["task"]), instant(state["at"])
