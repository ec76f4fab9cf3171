"""The actions of the target: one frozen row per stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.naming import snake
from target_hootsuite.messages import MessageRule
from target_hootsuite.rules import Rule
from target_hootsuite.uploads import MediaRule

Schema = Mapping[str, Any]
_TEXT: Schema = MappingProxyType({"type": "string"})
_FLAG: Schema = MappingProxyType({"type": "boolean"})
_MEDIA: Schema = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"id": _TEXT, "path": _TEXT, "url": _TEXT, "external_id": _TEXT},
    },
}


@dataclass(frozen=True)
class Action:
    """What rows of a stream do.

    Args:
        stream: The stream's name.
        operation: The contract's operation that writes; its body and path give the columns.
        keys: The key columns; the first alternative that a row fills is its key.
        rule: How it is done, and how often it may be tried.
        stage: Actions of a later stage wait for those of an earlier one.
        extra: Columns beyond the contract's, with their schemas; null removes one.
        names: Columns that are called otherwise than the contract's fields.
    """

    stream: str
    operation: str
    keys: tuple[tuple[str, ...], ...]
    rule: Rule
    stage: int
    extra: Mapping[str, Schema | None] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> Mapping[str, Schema]:
        """The columns that a row may have, with their schemas."""
        operation = load().operations[self.operation]
        path = {snake(one.name): _TEXT for one in operation.parameters if one.location == "path"}
        fields = (operation.body or {}).get("properties", {})
        body = {snake(name): schema for name, schema in fields.items()}
        renamed = {self.names.get(name, name): schema for name, schema in {**path, **body}.items()}
        merged = {**renamed, **self.extra}
        return {name: schema for name, schema in merged.items() if schema is not None}


ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        action.stream: action
        for action in (
            Action(
                "media",
                "create_media",
                (("external_id",),),
                MediaRule(),
                stage=0,
                extra={
                    "external_id": _TEXT,
                    "path": _TEXT,
                    "url": _TEXT,
                    "size_bytes": None,
                    "mime_type": None,
                },
            ),
            Action(
                "messages",
                "create_message",
                (("external_id",),),
                MessageRule(),
                stage=2,
                extra={
                    "external_id": _TEXT,
                    "media": _MEDIA,
                    "send_now": _FLAG,
                    "pinterest_board_id": _TEXT,
                    "destination_url": _TEXT,
                },
            ),
        )
    }
)
