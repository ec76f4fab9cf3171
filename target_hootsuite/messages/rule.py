"""The replay rule of `messages`: posted at most once, changed by delete and create."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from target_hootsuite.context import RunContext
from target_hootsuite.errors import Ambiguous, RowRejected
from target_hootsuite.journal.entries import Busy, Entry, Intent, claim_of
from target_hootsuite.lookup import listing
from target_hootsuite.lookup.listing import Found
from target_hootsuite.messages import content, create, preflight, reconcile, replace, states
from target_hootsuite.messages.create import Draft
from target_hootsuite.model import Outcome, Row, Rule, Unit
from target_hootsuite.rules import media
from target_hootsuite.statuses import EntryStatus, ResultStatus
from target_hootsuite.unforeseen import FAULTS, unplannable


class MessageRule(Rule[RunContext]):
    """One POST per row and profile; profiles keep their order."""

    def profiles(self, context: RunContext, row: Row, key: str) -> Sequence[str | None]:  # noqa: ARG002
        """The profiles that the row names, each once."""
        profiles = list(dict.fromkeys(row.get("social_profile_ids", [])))
        if not profiles:
            msg = "The row names no social profile."
            raise RowRejected(msg, field="social_profile_ids", code="no_profile")
        return profiles

    def content(self, context: RunContext, row: Row, profile: str | None) -> Mapping[str, Any]:
        """The fields that count for one profile."""
        return content.content(context, row, str(profile))

    def remember(self, context: RunContext, unit: Unit) -> None:
        """Keep the unit, because deletions may refer to its key."""
        if unit.identity.profile:
            context.message_profiles.setdefault(unit.identity.key, []).append(unit.identity.profile)

    def lane(self, unit: Unit) -> str:
        """Rows of one profile keep their order."""
        return f"profile {unit.identity.profile}"

    def prepare(self, context: RunContext, units: Sequence[Unit]) -> None:
        """Settle open entries, count replacements, and list messages already on the platform."""
        reconcile.settle_open(context, units)
        news = [unit for unit in units if _is_news(context, unit)]
        replace.check_count(context, [unit for unit in news if unit.current], len(units))
        if not news:
            return
        seen = context.lookup.profiles()
        # One unknown profile in the query would make the platform refuse the list for all rows.
        known = [unit for unit in news if unit.identity.profile in seen]
        places = [place for unit in known for place in content.places(context, unit)]
        context.listing = listing.read(context.client, places)

    def probe(self, context: RunContext, unit: Unit) -> None:
        """Compute the message's place and its listing windows, without a request."""
        for place in content.places(context, unit):
            listing.check(place)

    def act(self, context: RunContext, unit: Unit) -> Outcome:
        """Post, replace, adopt, or leave alone."""
        _refuse_open(context, unit)
        current = unit.current
        if current is not None and context.same(unit, current):
            return Outcome(ResultStatus.UNCHANGED, "none", current.remote_id)
        network = _checked(context, unit)
        replaced = None
        if current is not None:
            replaced = replace.decide(context, current)
        return _create(context, unit, network, replaced)


def _checked(context: RunContext, unit: Unit) -> str:
    """Run the preflight. An unexpected error rejects the row and does not stop the run."""
    try:
        return preflight.check(context, unit)
    except FAULTS as error:
        raise unplannable(error) from error


def _is_news(context: RunContext, unit: Unit) -> bool:
    if unit.result is not None or unit.twin is not None or unit.open_entry is not None:
        return False
    return unit.current is None or not context.same(unit, unit.current)


def _refuse_open(context: RunContext, unit: Unit) -> None:
    entry = unit.open_entry
    if entry is None:
        return
    if entry.owner is not None and context.journal.is_alive(entry.owner):
        raise Busy(unit.identity.key)
    msg = "An earlier request of this row may have been posted; see `hootsuite results`."
    raise Ambiguous(msg)


def _create(context: RunContext, unit: Unit, network: str, replaced: Entry | None) -> Outcome:
    """Adopt an existing message or post a new one, after deleting the replaced version."""
    seen = content.standing(context, unit)
    if replaced is None:
        adopted = _existing(context, unit, seen)
        if adopted is not None:
            return adopted
    action = "create" if replaced is None else "replace"
    context.about_to(action, replaced.remote_id if replaced else None)
    media_ids = media.attach(context, unit.row)
    body = content.body(unit, network, media_ids)
    before = [one.id for one in seen]
    draft = Draft(body, before, action)
    if replaced is not None:
        entry = replace.delete_old(context, unit, draft, replaced)
    else:
        entry = create.intend(context, unit, draft)
    return create.post(context, unit, draft, entry)


def _existing(context: RunContext, unit: Unit, seen: Sequence[Found]) -> Outcome | None:
    """Adopt a message with the same content that no entry owns; each message only once."""
    policy = context.settings["on_existing"]
    candidates = content.alike(unit, seen) if policy != "post" else []
    if not candidates:
        return None
    owned = context.journal.claimed(context.scope, "messages", [one.id for one in candidates])
    held = reconcile.held_ids(context, unit)
    for one in candidates:
        if one.id in owned or one.id in held:
            continue
        if policy == "reject":
            msg = f"The same message is there already ({one.id}); see `on_existing`."
            raise RowRejected(msg, code="exists")
        if context.dry:
            if context.plan("adopt", one.id):
                context.about_to("adopt", one.id)
            continue
        adopted = _adopt(context, unit, one)
        if adopted is not None:
            return adopted
    return None


def _adopt(context: RunContext, unit: Unit, found: Found) -> Outcome | None:
    kept: dict[str, Any] = {**content.kept(unit), "body": {}, "echo": None}
    at = context.now().timestamp()
    intent = Intent(unit.identity, unit.fingerprint, kept, at, "adopt", previous=unit.newest)
    entry = context.journal.begin(intent)
    outcome = Outcome(
        ResultStatus.ADOPTED, "adopt", found.id, *states.note(found.state), journalled=True
    )
    claim = claim_of(context.scope, "messages", found.id)
    result = context.book.line(unit, outcome)
    try:
        context.journal.settle(
            entry, EntryStatus.ADOPTED, result, settled_at=at, remote_id=found.id, claim=claim
        )
    except Busy:  # another row or process was faster
        context.journal.settle(entry, EntryStatus.NOT_SENT)
        unit.history = context.journal.history(unit.identity)
        return None
    return outcome
