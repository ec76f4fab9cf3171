"""State of the sandbox: world, limits, faults, and the log of requests."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from typing import Any

from hootsuite_api import contract
from hootsuite_sandbox import routes
from hootsuite_sandbox.dispatch import Router
from hootsuite_sandbox.domain.clients import CLIENT_ID, CLIENT_SECRET
from hootsuite_sandbox.domain.tokens import Access
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.faults import FaultBook
from hootsuite_sandbox.limits import Limiter
from hootsuite_sandbox.operations import handlers, storage_routes
from hootsuite_sandbox.options import Options
from hootsuite_sandbox.seed import daily, people
from hootsuite_sandbox.seed.world import build
from hootsuite_sandbox.traffic import RequestLog

# These determine what is seeded; changing one needs a new world.
_SEEDED = frozenset(
    {"seed", "messages", "members", "teams", "profiles", "organizations", "now", "clock_rate"}
    | {"activity", "new_ids"}
)

_WORTH_COLLECTING = 20_000
"""After so many messages of former worlds a full garbage collection runs."""


class Sandbox:
    """All state of the server.

    Args:
        options: The start options; `reset` goes back to them.
    """

    def __init__(self, options: Options) -> None:
        self.defaults = options
        self.contract = contract.load()
        routes.register()
        self.router = Router(self.contract, handlers(), storage_routes())
        self.base_url = ""
        self.faults = FaultBook()
        self._uncollected = _WORTH_COLLECTING
        self.reset({})

    def reset(self, changes: Mapping[str, Any]) -> None:
        """Replace the world by a new one.

        Args:
            changes: Options that differ from those of the start.

        Raises:
            ValueError: For an unknown option or an invalid value.
        """
        options = self.defaults.changed(changes).settled(time.time())
        self.faults.clear()
        self.world: World = build(options)
        self.limiter = Limiter(
            options.requests_per_second,
            options.daily_quota,
            recorded=options.quirks == "recorded",
        )
        self.log = RequestLog()
        self.access: Access = self.world.tokens.access(
            member_id=self.world.main_member_id, scope="offline analytics:read"
        )
        self.refresh_token = self.world.tokens.refresh(self.access).value
        self._freeze(options.messages)

    def _freeze(self, messages: int) -> None:
        """Exclude objects that live until the next reset from garbage collection.

        Former worlds are collected when they hold enough messages: for one small world a full
        collection takes three times as long as building it.
        """
        self._uncollected += messages
        if self._uncollected >= _WORTH_COLLECTING:
            gc.unfreeze()
            gc.collect()
            self._uncollected = 0
        gc.freeze()

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change options of the running world.

        Args:
            changes: Options that affect requests, not the seed.

        Raises:
            ValueError: For an option that needs a reset, or an invalid value.
        """
        seeded = sorted(_SEEDED & set(changes))
        if seeded:
            raise ValueError(f"{seeded[0]} decides the seed: use reset")
        options = self.world.options.changed(changes)
        self.world.options = options
        self.world.tokens.lifetime = options.token_ttl
        self.limiter.per_second = options.requests_per_second
        self.limiter.per_day = options.daily_quota
        self.limiter.recorded = options.quirks == "recorded"
        if "role" in changes:
            for organization in self.world.organizations_of(self.world.main_member_id):
                organization.seats[self.world.main_member_id] = people.main_seat(options.role)

    def tick(self) -> None:
        """Apply the changes that are due by the clock."""
        daily.live(self.world)

    def ready(self) -> dict[str, str]:
        """Return what a client needs to start: addresses, ids and secrets."""
        return {
            "url": self.base_url,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "member_id": self.world.main_member_id,
            "organization_id": self.world.main_organization_id,
            "access_token": self.access.value,
            "refresh_token": self.refresh_token,
        }

    def stats(self) -> dict[str, Any]:
        """Return the counts of requests and limits as JSON."""
        return {
            **self.log.stats(),
            "quota_used": self.limiter.used,
        }
