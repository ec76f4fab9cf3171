"""Replaces a posted message by a new version: delete and create, as two journalled steps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hootsuite_api import errors, moments
from hootsuite_api.calls import Call
from target_hootsuite.context import UNSURE_OF_NOW, RunContext
from target_hootsuite.errors import Ambiguous, Deferred, Ignored, RowRejected, RunStopped
from target_hootsuite.journal.entries import TO_CREATE, Entry
from target_hootsuite.lookup import answers
from target_hootsuite.lookup.listing import comparable
from target_hootsuite.messages import create
from target_hootsuite.messages.create import Draft
from target_hootsuite.model import Unit
from target_hootsuite.refusals import is_about_row
from target_hootsuite.statuses import EntryStatus
from target_hootsuite.unforeseen import FAULTS

_REPLACEABLE = frozenset({"SCHEDULED", "PENDING_APPROVAL"})
_ENDED = frozenset({"REJECTED", "SEND_FAILED_PERMANENTLY"})
_UPLOAD_SECONDS = 15 * 60  # documented: "a brief time"; a video of a gigabyte takes longer
_LEAST = 20
_PERCENT = 25


def get_message(context: RunContext, message_id: str) -> dict[str, Any] | None:
    """The present message; None if it is deleted or hidden. The API answers an array of one.

    Raises:
        HootsuiteError: It can't be read. A 404 without a code of the platform is such an error,
            since a proxy may have sent it.
    """
    call = Call("get_message", {"messageId": message_id})
    try:
        reply = context.client.send(call)
    except errors.NotFound as error:
        if not error.not_written:
            raise
        return None
    data = reply.data[0] if isinstance(reply.data, list) and reply.data else reply.data
    if data in (None, []):
        return None
    message = answers.checked(call, reply, data, "the message")
    try:
        create.echo(message)
    except FAULTS as error:
        what = f"a field of the message is of another kind ({type(error).__name__})"
        raise answers.torn(call, reply, what) from error
    return message


def check_count(context: RunContext, changed: Sequence[Unit], total: int) -> None:
    """Limit mass replacement: a changed column or time zone changes every row at once.

    Raises:
        RunStopped: More messages would be replaced than `max_replacements`.
    """
    limit = context.settings.get("max_replacements")
    if limit is None:
        limit = max(_LEAST, total * _PERCENT // 100)
    if context.settings["on_change"] != "replace" or len(changed) <= limit:
        return
    count = 0
    for unit in changed:
        count += _is_replaceable(context, unit)
        if count > limit:
            msg = (
                f"More than {limit} messages would be deleted and posted anew. If that is meant, "
                "raise `max_replacements`."
            )
            raise RunStopped(msg)


def _is_replaceable(context: RunContext, unit: Unit) -> bool:
    current = unit.current
    if current is None or current.remote_id is None or current.status == EntryStatus.DELETED:
        return False
    message = get_message(context, current.remote_id)
    return message is not None and message.get("state") in _REPLACEABLE


def decide(context: RunContext, current: Entry) -> Entry | None:
    """Decide what a new version does to the old version.

    Returns:
        The entry that has to be deleted first; None where the new version is simply created.

    Raises:
        Ignored: `on_change` is ignore.
        RowRejected: The old version can't be replaced any more, or not by us.
    """
    if context.settings["on_change"] == "ignore":
        raise Ignored("The row changed and `on_change` is ignore.")
    if context.settings["on_change"] == "reject":
        raise RowRejected("The row changed and `on_change` is reject.", code="changed")
    if current.status == EntryStatus.DELETED or current.remote_id is None:
        return None
    message = get_message(context, current.remote_id)
    if message is None:
        _check_gone(context, current)
        if not context.dry:
            context.journal.mark(current, EntryStatus.DELETED)
        return None
    state = str(message.get("state"))
    if state in _ENDED:
        return None
    if state not in _REPLACEABLE:
        msg = f"The row changed, but its message {current.remote_id} is {state} already."
        raise RowRejected(msg, code="too_late")
    _check_untouched(context, current, message)
    _check_lead(context, message)
    return current


def may_be_uploading(context: RunContext, entry: Entry) -> bool:
    """Whether a message that can't be found may be being published, by either clock."""
    at = entry.content.get("at")
    due = datetime.fromisoformat(at).timestamp() if at else entry.at
    own_due = None if entry.own_at is None else entry.own_at + due - entry.at
    least, most = context.elapsed(due, own_due)
    return least < _UPLOAD_SECONDS and most >= 0


def _check_gone(context: RunContext, current: Entry) -> None:
    """Defer if a missing message may only be hidden: just posted, or being published."""
    settled = context.has_settled(current)
    if not settled or may_be_uploading(context, current):
        msg = f"Message {current.remote_id} is not visible yet; a later run will replace it."
        raise Deferred(msg, code="not_visible")


def _check_untouched(context: RunContext, current: Entry, message: dict[str, Any]) -> None:
    """Refuse to overwrite what a person edited on the platform since our write."""
    echo = current.content.get("echo")
    now = create.echo(message)
    if echo is not None:
        same = all(echo[name] == now[name] for name in ("media", "tags"))
        same = same and _instant(echo["at"]) == _instant(now["at"])
        same = same and comparable(echo["text"]) == comparable(now["text"])
    else:
        same = comparable(current.content.get("text")) == comparable(now["text"])
    editor = (message.get("lastUpdatedByMember") or {}).get("id")
    own = context.lookup.member_id()
    by_other = editor is not None and own is not None and str(editor) != own
    if not same or (by_other and echo is not None):
        msg = f"Message {current.remote_id} was edited on the platform; it is left as it is."
        raise RowRejected(msg, code="edited")


def _instant(text: str | None) -> datetime | None:
    """Parse a time of the platform in any of its formats."""
    return moments.parse(text) if text else None


def _check_lead(context: RunContext, message: dict[str, Any]) -> None:
    at = message.get("scheduledSendTime")
    lead = timedelta(minutes=context.settings["min_lead_minutes"])
    if not at or moments.parse(at) >= context.now() + lead:
        return
    certain = context.client.make_certain_of_now()
    if moments.parse(at) < context.now() + lead:
        msg = f"Message {message['id']} goes out at {at}: too late to replace it."
        if not certain:
            raise Deferred(f"{msg} But {UNSURE_OF_NOW}.")
        raise RowRejected(msg, code="too_late")


def delete_old(context: RunContext, unit: Unit, draft: Draft, old: Entry) -> Entry:
    """Delete the old version; afterwards the journal says "deleted, to be created".

    Raises:
        RowRejected: The platform refuses the delete.
        Deferred: A person deleted it first.
        Ambiguous: The delete went unanswered and the message still stands.
        HootsuiteError: Nothing was deleted; closed in the journal.
    """
    entry = create.intend(context, unit, draft, "delete", old)
    try:
        _delete(context, entry)
    except (Ambiguous, RunStopped):
        raise
    except errors.NotFound:
        context.journal.settle(entry, EntryStatus.NOT_SENT)
        context.journal.mark(old, EntryStatus.DELETED)
        msg = f"Message {old.remote_id} vanished while it was replaced; a later run posts the row."
        raise Deferred(msg, code="vanished") from None
    except errors.HootsuiteError as error:
        context.journal.settle(entry, EntryStatus.NOT_SENT)
        if not is_about_row(error):
            raise
        msg = f"Message {old.remote_id} can't be replaced. {error}"
        raise RowRejected(msg, code=error.code, trace_id=error.trace_id) from error
    # Mark the old entry first: a crash between the two must not leave it looking live.
    context.journal.mark(old, EntryStatus.REPLACED)
    return context.journal.step(entry, TO_CREATE, entry.intent_at)


def _may_stand(context: RunContext, message_id: str) -> bool:
    """Whether a message exists, or can't be checked now."""
    try:
        return get_message(context, message_id) is not None
    except errors.HootsuiteError:
        return True


def _delete(context: RunContext, entry: Entry) -> None:
    """Delete once. An unanswered delete counts as done if the message is then absent."""
    path = {"messageId": str(entry.replaces)}
    guard = lambda: context.journal.check_owned(entry)  # noqa: E731 - one line, one meaning
    try:
        context.client.send(Call("delete_message", path, guard=guard))
    except errors.OutcomeUnknown as error:
        if _may_stand(context, path["messageId"]):
            context.journal.settle(entry, EntryStatus.UNKNOWN, error_message=str(error))
            msg = f"The delete of message {path['messageId']} went unanswered."
            raise Ambiguous(msg) from error
