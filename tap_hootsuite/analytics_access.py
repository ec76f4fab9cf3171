"""Whether analytics is open to this account, and which profiles and ad accounts it refuses.

Analytics needs a scope and an add-on that the account has to buy. Who has neither shall not pay a
request for it every night, and one profile that analytics doesn't know fails a whole request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from hootsuite_api.errors import PermissionDenied
from tap_hootsuite.base import HootsuiteStream
from tap_hootsuite.seen_messages import order, pack, unpack
from tap_hootsuite.windows import instant, stamp

SCOPE = "analytics:read"


class AnalyticsAccess:
    """What earlier runs and this one found out.

    Each stream keeps its own refusals in its state. That analytics is closed is found out by one
    stream and counts for all of them.

    Args:
        stream: The stream.

    Attributes:
        refused: Units that are not asked for now.
        doubtful: Units that were refused so long ago that they are asked for again.
    """

    def __init__(self, stream: HootsuiteStream) -> None:
        self._stream = stream
        self._run = stream.run
        self._known: dict[str, Any] = stream.stream_state.get("access") or {}
        before = unpack(self._known.get("refused"))
        recent = self._is_recent(self._known)
        self.refused = before if recent else set()
        self.doubtful = frozenset() if recent else frozenset(before)

    def should_ask(self) -> bool:
        """Whether this run asks at all: by the setting, the scope and earlier refusals."""
        choice = self._run.options.analytics
        if choice == "off" or self._run.analytics_closed:
            return False
        if choice == "on":
            return True
        scope = self._run.client.scope
        if scope is not None and SCOPE not in scope:
            self._run.analytics_closed = True  # for all streams, and said once
            self._stream.logger.info("Analytics is not read: the token lacks the scope %s", SCOPE)
            return False
        return not any(one.get("closed") and self._is_recent(one) for one in self._all())

    def close(self, error: PermissionDenied) -> None:
        """Note that the scope or the add-on is missing, and say it once for all streams.

        Raises:
            PermissionDenied: If the settings say that a refusal is a failure.
        """
        if not self._run.options.skip_forbidden:
            raise error
        self._keep(since=stamp(self._run.start), closed=True)
        self._run.analytics_closed = True
        self._run.warn(
            "Analytics is closed to this account: the token lacks the scope "
            f"{SCOPE}, or the account lacks the Advanced Analytics add-on. {error}"
        )

    def opened(self) -> None:
        """Note that analytics answers."""
        for one in self._all():
            one["closed"] = False

    def refuse(self, key: str, name: str, error: Exception) -> None:
        """Remember a unit that analytics refuses, and name it."""
        self.refused.add(key)
        recent = self._known.get("since") if self._is_recent(self._known) else None
        self._keep(since=recent or stamp(self._run.start), closed=False)
        self._stream.logger.warning(
            "%s: analytics refuses the %s; the others are read. %s", self._stream.name, name, error
        )

    def readmit(self, keys: Collection[str]) -> None:
        """Forget that units were refused that have answered."""
        if not self.doubtful.isdisjoint(keys):
            refused = unpack(self._known.get("refused")) - set(keys)
            self._known = {**self._known, "refused": pack(refused)}
            self._stream.stream_state["access"] = self._known

    def _all(self) -> Iterator[dict[str, Any]]:
        """Yield what the streams found out, this one and others."""
        for state in self._stream.tap_state.get("bookmarks", {}).values():
            if state.get("access"):
                yield state["access"]

    def _is_recent(self, known: dict[str, Any]) -> bool:
        """Whether what earlier runs found out still counts."""
        since: str = known.get("since") or ""
        return bool(since) and self._run.start < instant(since) + self._run.options.scan_interval

    def _keep(self, *, since: str, closed: bool) -> None:
        refused = pack(sorted(self.refused, key=order))
        self._known = {"since": since, "closed": closed, "refused": refused}
        self._stream.stream_state["access"] = self._known
