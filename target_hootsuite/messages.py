"""The replay rule of `messages`: posted at most once, changed by delete and create."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from target_hootsuite import (
    changes,
    listing,
    message_rows,
    posting,
    preflight,
    reconcile,
    uploads,
)
from target_hootsuite.desk import Desk
from target_hootsuite.errors import Ambiguous, RowRejected
from target_hootsuite.journal_entries import Busy, Entry, Intent, claim_of
from target_hootsuite.listing import Found
from target_hootsuite.posting import Draft
from target_hootsuite.rules import Rule
from target_hootsuite.units import Outcome, Row, Unit


class MessageRule(Rule):
    """One POST per row and profile; profiles keep their order."""

    def profiles(self, desk: Desk, row: Row, key: str) -> Sequence[str | None]:  # noqa: ARG002
        """The profiles that the row names, each once."""
        profiles = list(dict.fromkeys(row.get("social_profile_ids", [])))
        if not profiles:
            msg = "The row names no social profile."
            raise RowRejected(msg, field="social_profile_ids", code="no_profile")
        return profiles

    def content(self, desk: Desk, row: Row, profile: str | None) -> Mapping[str, Any]:
        """The fields that count for one profile."""
        return message_rows.content(desk, row, str(profile))

    def lane(self, unit: Unit) -> str:
        """Rows of one profile keep their order."""
        return f"profile {unit.identity.profile}"

    def prepare(self, desk: Desk, units: Sequence[Unit]) -> None:
        """Settle what is open, count replacements, and list what stands there already."""
        reconcile.settle_open(desk, units)
        news = [unit for unit in units if _is_news(desk, unit)]
        changes.check_count(desk, [unit for unit in news if unit.current], len(units))
        if not news:
            return
        seen, now = desk.directory.profiles(), desk.now()
        # A list that names a profile which is none would be refused for all rows.
        known = [unit for unit in news if unit.identity.profile in seen]
        places = [message_rows.place(unit, now) for unit in known]
        desk.listing = listing.read(desk.client, places)

    def act(self, desk: Desk, unit: Unit) -> Outcome:
        """Post, replace, adopt, or leave alone."""
        _refuse_open(desk, unit)
        current = unit.current
        if current is not None and desk.same(unit, current):
            return Outcome("unchanged", "none", current.remote_id)
        network = preflight.check(desk, unit)
        replaced = None
        if current is not None:
            replaced = changes.decide(desk, current)
        return _create(desk, unit, network, replaced)


def _is_news(desk: Desk, unit: Unit) -> bool:
    if unit.result is not None or unit.twin is not None or unit.open_entry is not None:
        return False
    return unit.current is None or not desk.same(unit, unit.current)


def _refuse_open(desk: Desk, unit: Unit) -> None:
    entry = unit.open_entry
    if entry is None:
        return
    if entry.owner is not None and desk.journal.is_alive(entry.owner):
        raise Busy(unit.identity.key)
    msg = "An earlier request of this row may have been posted; see `hootsuite results`."
    raise Ambiguous(msg)


def _create(desk: Desk, unit: Unit, network: str, replaced: Entry | None) -> Outcome:
    """Adopt what stands there, or post; after the delete of what it replaces."""
    seen = desk.listing.at(message_rows.place(unit, desk.now()))
    if replaced is None:
        adopted = _existing(desk, unit, seen)
        if adopted is not None:
            return adopted
    action = "create" if replaced is None else "replace"
    desk.about_to(action, replaced.remote_id if replaced else None)
    media_ids = uploads.attach(desk, unit.row)
    body = message_rows.body(unit, network, media_ids)
    before = [one.id for one in seen]
    draft = Draft(body, before, action)
    if replaced is not None:
        entry = changes.delete_old(desk, unit, draft, replaced)
    else:
        entry = posting.intend(desk, unit, draft)
    return posting.post(desk, unit, draft, entry)


def _existing(desk: Desk, unit: Unit, seen: Sequence[Found]) -> Outcome | None:
    """Adopt a message that nobody owns and that says the same, one to one."""
    policy = desk.settings["on_existing"]
    candidates = message_rows.alike(unit, seen) if policy != "post" else []
    if not candidates:
        return None
    owned = desk.journal.claimed(desk.scope, "messages", [one.id for one in candidates])
    held = reconcile.held_ids(desk, unit)
    for one in candidates:
        if one.id in owned or one.id in held:
            continue
        if policy == "reject":
            msg = f"The same message is there already ({one.id}); see `on_existing`."
            raise RowRejected(msg, code="exists")
        if desk.dry:
            if desk.plan("adopt", one.id):
                desk.about_to("adopt", one.id)
            continue
        adopted = _adopt(desk, unit, one)
        if adopted is not None:
            return adopted
    return None


def _adopt(desk: Desk, unit: Unit, found: Found) -> Outcome | None:
    kept: dict[str, Any] = {
        "at": unit.content.get(message_rows.TIME),
        "text": unit.row.get("text") or "",
        "body": {},
        "echo": None,
    }
    at = desk.now().timestamp()
    intent = Intent(unit.identity, unit.fingerprint, kept, at, "adopt", previous=unit.newest)
    entry = desk.journal.begin(intent)
    outcome = Outcome("adopted", "adopt", found.id, journalled=True)
    claim = claim_of(desk.scope, "messages", found.id)
    result = desk.result(unit, outcome)
    try:
        desk.journal.settle(
            entry, "adopted", result, settled_at=at, remote_id=found.id, claim=claim
        )
    except Busy:  # another row or process was faster
        desk.journal.settle(entry, "not_sent")
        unit.history = desk.journal.history(unit.identity)
        return None
    return outcome
