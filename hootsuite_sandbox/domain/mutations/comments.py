"""Mutations of comments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hootsuite_sandbox.domain.mutations.fields import Mutation, assign, known
from hootsuite_sandbox.domain.records import Comment, Reviewer
from hootsuite_sandbox.domain.world import World


def _add_comment(world: World, given: dict[str, Any]) -> str:
    defaults = {
        "id": world.new_id("comment"),
        "profile_id": next(iter(world.profiles)),
        "text": "Written in the dashboard.",
        "created": world.now(),
        "creator_id": world.main_member_id,
        "parent_id": "1",
    }
    comment = Comment(**known(Comment, {**defaults, **given}))
    comment.reviewers = [Reviewer(*r) if isinstance(r, list) else r for r in comment.reviewers]
    world.comments[comment.id] = comment
    return comment.id


def _change_comment(world: World, given: dict[str, Any]) -> str:
    comment = world.comments[given.pop("comment_id")]
    assign(comment, given)
    comment.reviewers = [Reviewer(*r) if isinstance(r, list) else r for r in comment.reviewers]
    return comment.id


ACTIONS: Mapping[str, Mutation] = {
    "add_comment": _add_comment,
    "change_comment": _change_comment,
}
