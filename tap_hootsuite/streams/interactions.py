"""`/v1/interactions`: mentions, replies and direct messages; the platform has retired it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hootsuite_api.cursor_guard import CursorGuard
from hootsuite_api.errors import NotFound, PermissionDenied
from tap_hootsuite.base import HootsuiteStream, Row, Stage
from tap_hootsuite.refusals import allowed

Conversation = tuple[str, str, str]  # network, own account, other account
LIMIT = 100


class Interactions(HootsuiteStream):
    """Conversations between own accounts and others, by the networks' own ids.

    The cursor of the last page is kept, so that the next run reads that page again and what
    came after it.
    """

    name = "interactions"
    primary_keys = (
        "social_network_type",
        "external_message_id",
        "type",
        "from_social_network_id",
        "to_social_network_id",
    )
    operation = "list_interactions"
    component = "Interaction"
    stage = Stage.LATER
    replaces = False
    refreshed = "from the cursor of the last run"

    def pages(self) -> Iterator[list[Row]]:
        """Read all conversations concurrently, each from where the last run stopped."""
        cursors: dict[str, str | None] = self.stream_state.setdefault("cursors", {})
        for conversation, answer in self.run.map(self._read, self._conversations()):
            if isinstance(answer, NotFound):  # the request holds only ids of the networks
                self.logger.warning(
                    "%s: the platform has withdrawn the operation. %s", self.name, answer
                )
                return
            if isinstance(answer, PermissionDenied):
                self.gaps.note(answer)
            elif isinstance(answer, Exception):
                raise answer
            else:
                found, cursor = answer
                yield [self.row({}, one) for one in found]
                cursors["/".join(conversation)] = cursor
                self.save()

    def _conversations(self) -> Iterator[Conversation]:
        for one in self.run.options.interactions:
            network, target = one["social_network_type"], one["target_social_network_id"]
            own = one.get("social_network_id")
            for account in [own] if own else self._accounts(network):
                yield network, account, target

    def _accounts(self, network: str) -> list[str]:
        profiles = allowed(self.run.directory.profiles, self.gaps)
        mine = (p for p in profiles if str(p.get("type", "")).lower().startswith(network))
        return [str(p["socialNetworkId"]) for p in mine if p.get("socialNetworkId")]

    def _read(self, conversation: Conversation) -> tuple[list[Any], str | None]:
        """Read one conversation to its end; runs in a worker."""
        network, own, target = conversation
        cursor = (self.stream_state.get("cursors") or {}).get("/".join(conversation))
        found: list[Any] = []
        guard = CursorGuard(self.operation, "interactions")
        while True:
            reply = self.run.send(
                self.operation,
                {"socialNetworkType": network},
                socialNetworkId=own,
                targetSocialNetworkId=target,
                limit=LIMIT,
                cursor=cursor,
            )
            page = reply.data.get("interactions") or []
            found += page
            following = _next(reply.data)
            guard.accept(page, following, reply.headers.get("X-Request-Id"))
            if not following:
                return found, cursor
            cursor = following


def _next(data: Mapping[str, Any]) -> str | None:
    cursor: Mapping[str, Any] = (data.get("metadata") or {}).get("cursor") or {}
    return cursor.get("next")
