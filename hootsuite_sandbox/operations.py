"""Registry of handlers by operation id, and the context that handlers get.

A handler is a plain function from a `Context` to the JSON body of a 200 (the whole envelope), or
to a `Result` for anything else. It refuses by raising one of `errors`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import QueryParams

from hootsuite_sandbox.domain.records import Member
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.errors import ApiError
from hootsuite_sandbox.options import Options


@dataclass(frozen=True, slots=True)
class Result:
    """An answer other than "200 with JSON"."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None


@dataclass(slots=True)
class Context:
    """One request, checked against the contract, and the world that it acts on."""

    operation: str
    world: World
    caller: Member | None
    organization_id: str | None
    path: dict[str, str]
    query: QueryParams
    body: Any
    now: int
    base_url: str
    trace_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    raw_body: bytes = b""
    scope: str = ""

    @property
    def options(self) -> Options:
        """The options of the sandbox (quirks, role, delays)."""
        return self.world.options

    @property
    def recorded(self) -> bool:
        """Whether answers have their recorded shape, not the documented one."""
        return self.world.options.quirks == "recorded"

    @property
    def role(self) -> str:
        """`admin` for an administrator of any organization and for organization apps."""
        if self.caller is None:
            return "admin"
        return "admin" if self.world.is_admin(self.caller.id) else "member"

    def member(self) -> Member:
        """Return the calling member.

        Raises:
            ApiError: 403 with code 4009 for an organization app, which is not a member.
        """
        if self.caller is None:
            raise ApiError(403, 4009, "An organization app has no member of its own.")
        return self.caller

    def commit(self, kind: str, **detail: Any) -> None:
        """Record a committed change in the ledger.

        Args:
            kind: What happened, e.g. `message_created`.
            detail: Ids and values that tests check.
        """
        actor = self.caller.id if self.caller else self.organization_id
        self.world.record(
            {
                "kind": kind,
                "operation": self.operation,
                "caller": actor,
                "path": self.path,
                "body_sha256": body_digest(self.body),
                **detail,
            }
        )


Handler = Callable[[Context], Any]
Check = Callable[[Context], None]


@dataclass(frozen=True, slots=True)
class Registered:
    """A handler with its options for the dispatcher.

    `before_body` runs after the parameters were checked and before the body is: for operations that
    check the caller first, or that accept more bodies than the contract. `codes` maps a parameter's
    name to `(status, code)` for an invalid value.
    """

    handler: Handler
    before_body: Check | None
    codes: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Storage:
    """A route outside the contract: the object store behind pre-signed URLs."""

    name: str
    method: str
    path: str
    handler: Handler


_handlers: dict[str, Registered] = {}
_storage: list[Storage] = []


def operation(
    operation_id: str,
    *,
    before_body: Check | None = None,
    codes: Mapping[str, tuple[int, int]] | None = None,
) -> Callable[[Handler], Handler]:
    """Register a handler for an operation of the contract.

    Args:
        operation_id: Its id there.
        before_body: See `Registered`.
        codes: See `Registered`.
    """

    def register(handler: Handler) -> Handler:
        _handlers[operation_id] = Registered(handler, before_body, codes or {})
        return handler

    return register


def storage(name: str, method: str, path: str) -> Callable[[Handler], Handler]:
    """Register a route of the object store: no bearer, no limits, the raw body in `raw_body`.

    Args:
        name: Its name in stats and faults.
        method: HTTP method.
        path: Template, each parameter one segment, e.g. `/storage/{key}`.
    """

    def register(handler: Handler) -> Handler:
        _storage.append(Storage(name, method, path, handler))
        return handler

    return register


def handlers() -> Mapping[str, Registered]:
    """Return the registered handlers by operation id."""
    return _handlers


def storage_routes() -> tuple[Storage, ...]:
    """Return the registered routes of the object store."""
    return tuple(_storage)


def body_digest(body: Any) -> str | None:
    """Return a digest of a JSON body that does not depend on the order of keys."""
    if body is None:
        return None
    canonical = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
