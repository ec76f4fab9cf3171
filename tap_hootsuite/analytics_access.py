"""Whether analytics is open to this account, and which profiles it refuses.

Analytics needs a scope and an add-on that the account has to buy. Who has neither shall not pay a
request for it every night, and one profile that analytics doesn't know fails a whole request.
"""

from __future__ import annotations

from typing import Any

from hootsuite_api.errors import PermissionDenied
from tap_hootsuite.base import HootsuiteStream
from tap_hootsuite.seen_messages import order, pack, unpack
from tap_hootsuite.windows import instant, stamp

SCOPE = "analytics:read"


class AnalyticsAccess:
    """What earlier runs and this one found out, kept in the state of a stream.

    Args:
        stream: The stream.
    """

    def __init__(self, stream: HootsuiteStream) -> None:
        self._stream = stream
        self._run = stream.run
        self._known: dict[str, Any] = stream.stream_state.get("access") or {}
        self.refused = unpack(self._known.get("refused")) if self._recent() else set()

    def should_ask(self) -> bool:
        """Whether this run asks at all: by the setting, the scope and earlier refusals."""
        choice = self._run.options.analytics
        if choice != "auto":
            return choice == "on"
        if self._run.analytics_closed:
            return False
        scope = self._run.client.scope
        if scope is not None and SCOPE not in scope:
            self._stream.logger.info(
                "%s: not read, since the token lacks the scope %s", self._stream.name, SCOPE
            )
            return False
        return not (self._known.get("closed") and self._recent())

    def close(self, error: PermissionDenied) -> None:
        """Note that the scope or the add-on is missing; say it once for all streams.

        Raises:
            PermissionDenied: If the settings say that a refusal is a failure.
        """
        if not self._run.options.skip_forbidden:
            raise error
        self._keep(closed=True)
        if not self._run.analytics_closed:
            self._run.analytics_closed = True
            self._run.warn(
                "Analytics is closed to this account: the token lacks the scope "
                f"{SCOPE}, or the account lacks the Advanced Analytics add-on. {error}"
            )

    def opened(self) -> None:
        """Note that analytics answers."""
        if self._known.get("closed"):
            self._keep(closed=False)

    def refuse(self, profile: str, error: Exception) -> None:
        """Remember a profile that analytics refuses, and name it."""
        self.refused.add(profile)
        self._keep(closed=False)
        self._stream.logger.warning(
            "%s: analytics refuses the social profile %s; the others are read. %s",
            *(self._stream.name, profile, error),
        )

    def _recent(self) -> bool:
        """Whether what earlier runs found out still counts."""
        since: str = self._known.get("since") or ""
        return bool(since) and self._run.start < instant(since) + self._run.options.scan_interval

    def _keep(self, *, closed: bool) -> None:
        since = self._known.get("since") if self._recent() else None
        self._known = {
            "since": since or stamp(self._run.start),
            "closed": closed,
            "refused": pack(sorted(self.refused, key=order)),
        }
        self._stream.stream_state["access"] = self._known
