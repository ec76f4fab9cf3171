"""Reconciliation: finds the outcome of requests that got no answer.

A match proves that a request was written. The absence of a match proves nothing: the platform may
hide a message for a while. So an entry stays open until a match appears or a person decides,
unless `on_unknown: resend` accepts complete listings after `settle_seconds` as proof.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from hootsuite_api import errors
from target_hootsuite.context import RunContext
from target_hootsuite.journal.entries import TO_CREATE, Busy, Entry, claim_of
from target_hootsuite.log import logger
from target_hootsuite.lookup.listing import Found, Listing, Place, comparable, read
from target_hootsuite.messages import create, replace
from target_hootsuite.model import Unit
from target_hootsuite.statuses import STANDS_ON_PLATFORM, EntryStatus

_EARLY = 5
_AHEAD = 5
_UNSENT = (TO_CREATE, "adopt")  # an entry of these steps has sent nothing yet


def settle_open(context: RunContext, units: Sequence[Unit], *, others: bool = True) -> None:
    """Reconcile open messages of this account whose owner is dead, and refresh the units.

    Args:
        context: The run.
        units: Those to refresh.
        others: Whether to look for messages of other units, too.
    """
    if context.dry:
        return
    own = {unit.identity.digest for unit in units}
    entries = context.journal.open_entries(context.scope, "messages")
    entries = [entry for entry in entries if others or entry.identity in own]
    owned = [taken for entry in entries if (taken := context.journal.take_over(entry))]
    if not owned:
        return
    logger.info("Looking for %d messages whose fate is unknown", len(owned))
    for entry in owned:
        if entry.step == "delete":
            _settle_delete(context, entry)
        elif entry.step in _UNSENT:
            context.journal.settle(entry, EntryStatus.NOT_SENT)
    sent = [entry for entry in owned if entry.step not in ("delete", *_UNSENT)]
    _settle_creates(context, sent)
    touched = {entry.identity for entry in owned}
    for unit in units:
        if unit.identity.digest in touched:
            unit.history = context.journal.history(unit.identity)


def _settle_delete(context: RunContext, entry: Entry) -> None:
    """Settle a replacement that stopped at its delete: check whether the old version is gone."""
    try:
        standing = replace.get_message(context, str(entry.replaces))
    except errors.HootsuiteError as error:
        logger.warning("Whether message %s is gone could not be seen: %s", entry.replaces, error)
        _keep(context, entry)
        return
    for old in _standing(context, entry) if standing is None else ():
        if replace.may_be_uploading(context, old):
            _keep(context, entry)  # gone or hidden: neither is certain yet
            return
        context.journal.mark(old, EntryStatus.REPLACED)
    context.journal.settle(entry, EntryStatus.NOT_SENT)


def _standing(context: RunContext, entry: Entry) -> list[Entry]:
    """The version that an entry replaces, if the journal has it as still on the platform."""
    entries = context.journal.by_key(context.scope, "messages", entry.key)
    ours = [one for one in entries if one.remote_id == entry.replaces]
    return [one for one in ours if one.status in STANDS_ON_PLATFORM]


def _place(context: RunContext, entry: Entry) -> Place:
    """The place where an entry's message would be.

    A message sent at once has a time between the intent and now. A wrong `Date` header can make
    either time wrong, so each is also computed from the other and the time passed on our own clock.
    """
    at = entry.content.get("at")
    if at is None:
        now = context.now().timestamp()
        own = 0.0 if entry.own_at is None else context.journal.now() - entry.own_at
        since, until = min(entry.intent_at, now - own), max(now, entry.intent_at + own)
        return Place(str(entry.profile), since - _EARLY, until + _AHEAD, unscheduled=True)
    second = datetime.fromisoformat(at).astimezone(UTC).timestamp()
    return Place(str(entry.profile), second, second)


def _settle_creates(context: RunContext, entries: Sequence[Entry]) -> None:
    """Match entries with messages on the platform; entries with the same content as one group."""
    places = [_place(context, entry) for entry in entries]
    found = _look(context, places)
    groups: dict[tuple[Place, str], list[Entry]] = {}
    for entry, place in zip(entries, places, strict=True):
        groups.setdefault((place, comparable(entry.content.get("text"))), []).append(entry)
    for (place, text), group in groups.items():
        if found is None:
            for entry in group:
                _keep(context, entry)
        else:
            _settle_group(context, group, text, found.at(place))


def _look(context: RunContext, places: Sequence[Place]) -> Listing | None:
    """The messages in some places; None if the list is incomplete, which proves nothing."""
    try:
        return read(context.client, places)
    except errors.HootsuiteError as error:
        logger.warning("Open messages could not be looked for: %s", error)
        return None


def _settle_group(
    context: RunContext, group: list[Entry], text: str, there: Sequence[Found]
) -> None:
    """Settle the entries with the same content at the same place.

    If there are at most as many matches as entries, the matches are assigned: equal messages are
    interchangeable. If there are more, none can be assigned safely.
    """
    fresh = _fresh(context, group, there)
    matches = [one for one in fresh if one.text == text]
    if len(matches) > len(group):
        matches = []
    others = len(fresh) > len(matches)
    for entry, match in zip(group, matches, strict=False):
        _found(context, entry, match)
    for entry in group[len(matches) :]:
        absent = not others and context.has_settled(entry)
        if absent and context.settings["on_unknown"] == "resend":
            context.journal.settle(entry, EntryStatus.NOT_SENT)
        else:
            _keep(context, entry)


def _fresh(context: RunContext, group: Iterable[Entry], there: Sequence[Found]) -> list[Found]:
    """Messages that may be ours: new since the intents, made by us, owned by no entry."""
    before = {remote_id for entry in group for remote_id in entry.before}
    owned = context.journal.claimed(context.scope, "messages", [one.id for one in there])
    own = context.lookup.member_id()
    return [
        one
        for one in there
        if one.id not in before
        and one.id not in owned
        and (one.creator is None or own is None or one.creator == own)
    ]


def _found(context: RunContext, entry: Entry, match: Found) -> None:
    claim = claim_of(context.scope, "messages", match.id)
    content = {**entry.content, "echo": _echo(context, match), "state": match.state}
    now = context.now().timestamp()
    kept = json.dumps(content)
    try:
        context.journal.settle(
            entry, EntryStatus.DONE, remote_id=match.id, claim=claim, settled_at=now, content=kept
        )
    except Busy:
        _keep(context, entry)
        return
    media = [item["id"] for item in entry.content.get("body", {}).get("media", [])]
    context.journal.uploads.note_use(context.scope, media, now)


def _echo(context: RunContext, match: Found) -> dict[str, Any] | None:
    """The match as the platform stored it; without it the match is still valid."""
    try:
        message = replace.get_message(context, match.id)
    except errors.HootsuiteError:
        return None
    return create.echo(message) if message else None


def _keep(context: RunContext, entry: Entry) -> None:
    context.journal.settle(entry, EntryStatus.UNKNOWN)


def held_ids(context: RunContext, unit: Unit) -> set[str]:
    """Ids that may belong to an open entry with a unit's content, so must not be adopted."""
    held: set[str] = set()
    text = comparable(unit.row.get("text"))
    for entry in context.journal.open_entries(context.scope, "messages"):
        alike = comparable(entry.content.get("text")) == text
        if alike and entry.profile == unit.identity.profile:
            there = context.listing.at(_place(context, entry))
            held.update(one.id for one in there if one.id not in entry.before)
    return held
