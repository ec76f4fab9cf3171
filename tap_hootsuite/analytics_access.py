"""Remembers whether the account has access to analytics, and which units analytics refuses.

Analytics needs a scope and a paid add-on. An account without them should not spend requests on it
every night. And one profile that analytics doesn't know makes a whole request fail.
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
    """Access of one stream to analytics, as found out by earlier runs and this one.

    Each stream keeps its own refused units in its state. If one stream finds that the account has
    no access, this counts for all streams.

    Args:
        stream: The stream.

    Attributes:
        refused: Units that this run does not request.
        doubtful: Units refused so long ago that this run requests them again.
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
        """Whether this run requests analytics: by setting, scope and earlier refusals."""
        choice = self._run.options.analytics
        if choice == "off" or self._run.analytics_closed:
            return False
        if choice == "on":
            return True
        scope = self._run.client.scope
        if scope is not None and SCOPE not in scope:
            self._run.analytics_closed = True  # for all streams, and logged once
            self._stream.logger.info(
                "Analytics is not read: the token lacks the scope %s. To read it, name the scope "
                "in the setting `scope`, or allow it in `hootsuite login`",
                SCOPE,
            )
            return False
        return not any(one.get("closed") and self._is_recent(one) for one in self._all())

    def close(self, error: PermissionDenied) -> None:
        """Note that the scope or the add-on is missing, and log it once for all streams.

        Raises:
            PermissionDenied: If the settings treat a refusal as a failure.
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
        """Note that the account has access."""
        for one in self._all():
            one["closed"] = False

    def refuse(self, key: str, name: str, error: Exception) -> None:
        """Note that analytics refuses a unit, and log it."""
        self.refused.add(key)
        recent = self._known.get("since") if self._is_recent(self._known) else None
        self._keep(since=recent or stamp(self._run.start), closed=False)
        self._stream.logger.warning(
            "%s: analytics refuses the %s; the others are read. %s", self._stream.name, name, error
        )

    def readmit(self, keys: Collection[str]) -> None:
        """Remove the refusals of units that have answered."""
        if not self.doubtful.isdisjoint(keys):
            refused = unpack(self._known.get("refused")) - set(keys)
            self._known = {**self._known, "refused": pack(refused)}
            self._stream.stream_state["access"] = self._known

    def _all(self) -> Iterator[dict[str, Any]]:
        """Yield the findings of all streams, this one included."""
        for state in self._stream.tap_state.get("bookmarks", {}).values():
            if state.get("access"):
                yield state["access"]

    def _is_recent(self, known: dict[str, Any]) -> bool:
        """Whether a finding of earlier runs still counts."""
        since: str = known.get("since") or ""
        return bool(since) and self._run.start < instant(since) + self._run.options.scan_interval

    def _keep(self, *, since: str, closed: bool) -> None:
        refused = pack(sorted(self.refused, key=order))
        self._known = {"since": since, "closed": closed, "refused": refused}
        self._stream.stream_state["access"] = self._known
