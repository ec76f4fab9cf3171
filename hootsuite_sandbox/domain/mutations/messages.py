"""Mutations of messages: written, edited, approved or deleted by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_sandbox.domain.mutations.fields import Mutation, known
from hootsuite_sandbox.domain.records import HistoryAction, Message, Reviewer
from hootsuite_sandbox.domain.rules import publish
from hootsuite_sandbox.domain.world import World


def _add_message(world: World, given: dict[str, Any]) -> str:
    now = world.now()
    defaults = {
        "id": world.new_id("message"),
        "profile_id": next(iter(world.profiles)),
        "state": "SCHEDULED",
        "text": "Written in the dashboard.",
        "time": now + 86_400,
        "created": now,
        "created_by": world.main_member_id,
        "updated_by": world.main_member_id,
        "tags": [],
    }
    message = Message(**known(Message, {**defaults, **given}))
    _reviewers(message)
    if message.state == "PENDING_APPROVAL" and not message.history:
        message.sequence_number = message.sequence_number or 1
        author = message.created_by or "0"
        message.history = [HistoryAction("MEMBER", author, "CREATE", message.created)]
    if message.state == "SENT" and message.post_id is None:
        publish(message, world.profiles.get(message.profile_id), message.time or now)
    return world.messages.add(message).id


def _edit_message(world: World, given: dict[str, Any]) -> str:
    message = _message(world, given)
    editor = given.pop("updated_by", None) or _someone_else(world, message.created_by)
    changed = world.messages.change(message, **known(Message, given), updated_by=editor)
    _reviewers(changed)
    if changed.history:
        changed.history.append(HistoryAction("MEMBER", editor, "EDIT", world.now()))
    return changed.id


def _delete_message(world: World, given: dict[str, Any]) -> str:
    message = _message(world, given)
    world.messages.remove(message)
    return message.id


def _approve_message(world: World, given: dict[str, Any]) -> str:
    message = _reviewed(world, given, "APPROVE")
    if message.time is None:
        world.messages.change(message, time=world.now(), state="SCHEDULED")
    else:
        world.messages.change(message, state="SCHEDULED")
    message.history.append(HistoryAction("SYSTEM", "0", "SCHEDULE", world.now()))
    return message.id


def _reject_message(world: World, given: dict[str, Any]) -> str:
    message = _reviewed(world, given, "REJECT")
    return world.messages.change(message, state="REJECTED").id


def _reviewed(world: World, given: dict[str, Any], verdict: str) -> Message:
    message = _message(world, given)
    if message.state != "PENDING_APPROVAL":
        raise ValueError(f"message {message.id} is {message.state}, not PENDING_APPROVAL")
    reviewer = given.get("member_id") or _someone_else(world, message.created_by)
    message.history.append(HistoryAction("MEMBER", reviewer, verdict, world.now()))
    return message


def _message(world: World, given: dict[str, Any]) -> Message:
    message_id = given.pop("message_id")
    message = world.messages.get(message_id, hidden=True)
    if message is None:
        raise ValueError(f"there is no message {message_id}")
    return message


def _reviewers(message: Message) -> None:
    if message.reviewers:
        message.reviewers = [Reviewer(*r) if isinstance(r, list) else r for r in message.reviewers]


def _someone_else(world: World, member_id: str | None) -> str:
    return next((m for m in world.members if m != member_id), world.main_member_id)


ACTIONS: Mapping[str, Mutation] = {
    "add_message": _add_message,
    "edit_message": _edit_message,
    "delete_message": _delete_message,
    "approve_message": _approve_message,
    "reject_message": _reject_message,
}
