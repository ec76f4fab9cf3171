"""Creates a message: commit the intent, send the POST once, commit the outcome.

`HootsuiteClient.send` raises `OutcomeUnknown` if the message may have been posted. After every
other error nothing was posted: a listed refusal rejects the row; any other error is a failure of
the run, and a later run sends the row again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hootsuite_api import errors
from hootsuite_api.calls import Call
from hootsuite_api.classify import are_refusals
from hootsuite_api.replies import Reply
from target_hootsuite.context import RunContext
from target_hootsuite.errors import Deferred, RowRejected, RunStopped
from target_hootsuite.journal.entries import TO_CREATE, Busy, Entry, Intent, claim_of
from target_hootsuite.messages import content, states
from target_hootsuite.model import Outcome, Unit
from target_hootsuite.refusals import is_about_row, is_listed, row_rejected, with_remedy
from target_hootsuite.statuses import EntryStatus, ResultStatus
from target_hootsuite.unforeseen import FAULTS

_MEDIA_BUSY = 40021
_MEDIA_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)


@dataclass(frozen=True)
class Draft:
    """A message that is ready to be posted.

    Args:
        body: The request body.
        before: Ids of messages with the same content that existed before, so are not ours.
        action: `create` or `replace`.
    """

    body: Mapping[str, Any]
    before: Sequence[str] = ()
    action: str = "create"


def intend(
    context: RunContext,
    unit: Unit,
    draft: Draft,
    step: str = "create",
    replaces: Entry | None = None,
) -> Entry:
    """Commit the intent to post.

    Raises:
        Busy: Another process is working on the unit.
        JournalFault: The intent can't be committed.
    """
    kept: dict[str, Any] = {**content.kept(unit), "body": draft.body}
    if replaces is not None:
        kept["old"] = replaces.content.get("body")
    elif unit.newest is not None and unit.newest.status == EntryStatus.REJECTED:
        kept["old"] = unit.newest.content.get("old")
    intent = Intent(
        unit.identity,
        unit.fingerprint,
        kept,
        context.now().timestamp(),
        step=step,
        before=draft.before,
        replaces=replaces.remote_id if replaces else None,
        previous=unit.newest,
    )
    entry = context.journal.begin(intent)
    unit.history = [entry, *(old for old in unit.history if old.id != entry.id)]
    return entry


def post(context: RunContext, unit: Unit, draft: Draft, entry: Entry) -> Outcome:
    """Send the request once and record the outcome that the answer proves.

    Raises:
        RunStopped: The journal or the lease failed.
        Deferred: Nothing was sent; closed in the journal.
        HootsuiteError: Nothing was sent; closed in the journal.
    """
    call = Call("create_message", body=draft.body, guard=lambda: _guard(context, unit, entry))
    try:
        reply = _send(context, call)
    except RunStopped:
        raise
    except RowRejected as error:
        return reject(context, unit, entry, draft, error)
    except errors.OutcomeUnknown as error:
        return hold(context, unit, entry, draft, error)
    except (Deferred, errors.HootsuiteError) as error:
        if isinstance(error, errors.HootsuiteError) and is_about_row(error):
            return reject(context, unit, entry, draft, row_rejected(error))
        context.journal.settle(entry, EntryStatus.NOT_SENT)
        raise
    return _read(context, unit, entry, draft, reply)


def _send(context: RunContext, call: Call) -> Reply:
    """Send, and repeat while the platform answers that media is still being processed."""
    for pause in _MEDIA_PAUSES:
        try:
            return context.client.send(call)
        except errors.WrongState as error:
            if error.code != _MEDIA_BUSY or not error.not_written:
                raise
            if context.media.wait(pause):
                raise Deferred("The run was stopped while media was processed.") from error
    return context.client.send(call)


def _guard(context: RunContext, unit: Unit, entry: Entry) -> None:
    """Last check before sending: the time is still valid and this process owns the entry."""
    moment = content.send_time(unit)
    if moment is not None:
        context.check_lead(moment, content.TIME)
    if entry.step == TO_CREATE:  # from here on the create may have been sent
        context.journal.step(entry, "create", context.client.estimated_now().timestamp())
    context.journal.check_owned(entry)
    unit.attempts += 1


def reject(
    context: RunContext, unit: Unit, entry: Entry, draft: Draft, error: RowRejected
) -> Outcome:
    """Close an entry as refused; if we deleted the old version, its content stays in the entry."""
    code, message = error.code, str(error)
    if entry.replaces is not None:
        code, message = "replacement_failed", f"{message} (code {error.code}); the old was deleted."
    outcome = Outcome(
        ResultStatus.REJECTED,
        draft.action,
        code=code,
        message=message,
        trace_id=error.trace_id,
        journalled=True,
    )
    fields = {"error_code": code, "error_message": message, "trace_id": error.trace_id}
    context.journal.settle(entry, EntryStatus.REJECTED, context.book.line(unit, outcome), **fields)
    return outcome


def hold(
    context: RunContext, unit: Unit, entry: Entry, draft: Draft, error: errors.HootsuiteError | str
) -> Outcome:
    """Keep an entry open: it may have been posted."""
    code = None if isinstance(error, str) or error.code is None else str(error.code)
    trace = None if isinstance(error, str) else error.trace_id
    text = f"{error} It may have been posted; see `hootsuite results`."
    outcome = Outcome(ResultStatus.UNKNOWN, draft.action, None, code, text, trace, journalled=True)
    fields = {"error_code": code, "error_message": text, "trace_id": trace}
    context.journal.settle(entry, EntryStatus.UNKNOWN, context.book.line(unit, outcome), **fields)
    return outcome


def _read(context: RunContext, unit: Unit, entry: Entry, draft: Draft, reply: Reply) -> Outcome:
    """Read a reply for one profile: created, refused, or of unknown outcome."""
    message = _own_message(reply.data, str(unit.identity.profile))
    if message is not None:
        return done(context, unit, entry, draft, message)
    refusal = _own_error(reply.errors, str(unit.identity.profile))
    if refusal is not None:
        return reject(context, unit, entry, draft, refusal)
    return hold(context, unit, entry, draft, "The answer does not name the profile.")


def _own_message(data: Any, profile: str) -> Mapping[str, Any] | None:
    messages = data if isinstance(data, list) else [data]
    for message in messages:
        if isinstance(message, dict) and message.get("id"):
            found = message.get("socialProfile")
            if isinstance(found, dict) and str(found.get("id")) == profile:
                return message
    return None


def _own_error(found: Sequence[Mapping[str, Any]], profile: str) -> RowRejected | None:
    """A listed refusal of this profile, if all errors about it prove that nothing was posted."""
    own = [one for one in found if _is_about(one, profile)]
    if not are_refusals(own) or not is_listed(own[0].get("code")):
        return None
    trace = own[0].get("id")
    code = own[0].get("code")
    text = with_remedy(f"Hootsuite refuses the request: {own[0].get('message')}.", code)
    return RowRejected(text, code=code, trace_id=None if trace is None else str(trace))


def _is_about(error: Mapping[str, Any], profile: str) -> bool:
    resource = error.get("resource")
    return not isinstance(resource, dict) or str(resource.get("id")) == profile


def done(
    context: RunContext, unit: Unit, entry: Entry, draft: Draft, message: Mapping[str, Any]
) -> Outcome:
    """Close an entry with the message that it became."""
    remote_id, now = str(message["id"]), context.now().timestamp()
    code, note = states.note(message.get("state"), replaced=draft.action == "replace")
    outcome = Outcome(
        ResultStatus.DONE, draft.action, remote_id, code, message=note, journalled=True
    )
    content = {**entry.content, "echo": _echo(message)}
    try:
        context.journal.settle(
            entry,
            EntryStatus.DONE,
            context.book.line(unit, outcome),
            remote_id=remote_id,
            claim=claim_of(context.scope, "messages", remote_id),
            settled_at=now,
            content=json.dumps(content),
        )
    except Busy:
        return hold(context, unit, entry, draft, f"Message {remote_id} belongs to another row.")
    media = [item["id"] for item in draft.body.get("media", [])]
    context.journal.uploads.note_use(context.scope, media, now)
    return outcome


def _echo(message: Mapping[str, Any]) -> dict[str, Any] | None:
    """The echo of a reply. A malformed echo is no error: the reply proves the post anyway."""
    try:
        return echo(message)
    except FAULTS:
        return None


def echo(message: Mapping[str, Any]) -> dict[str, Any]:
    """The message as the platform stored it, to detect later edits by a person."""
    return {
        "text": _text(message.get("text")),
        "at": _text(message.get("scheduledSendTime")),
        "media": len(message.get("media") or []),
        "tags": sorted(message.get("tags") or []),
    }


def _text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise TypeError("not text")
    return value
