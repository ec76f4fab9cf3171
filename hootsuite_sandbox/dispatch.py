"""Dispatches a request: authentication, limits, validation, then the handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from starlette.datastructures import Headers, QueryParams

from hootsuite_api.contract import Contract, Operation
from hootsuite_sandbox.domain.records import Member
from hootsuite_sandbox.domain.tokens import Access
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.errors import ApiError, OAuthError, SandboxError, ScimError
from hootsuite_sandbox.limits import Limiter
from hootsuite_sandbox.operations import Context, Registered, Result, Storage
from hootsuite_sandbox.traffic import Seen
from hootsuite_sandbox.validation import check_body, check_parameters, read_body

TOO_MANY = 1003  # the documented body of a 429, for the rate limit and the daily quota
METHOD_NOT_ALLOWED = 5001
UNSUPPORTED = 5002
_NOT_ALLOWED = "This method is not allowed here."
_UNSUPPORTED = "There is no such operation."


@dataclass(frozen=True, slots=True)
class Target:
    """The target of a request: an operation of the contract, or the object store."""

    name: str
    operation: Operation | None = None
    registered: Registered | None = None
    storage: Storage | None = None
    path: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Exchange:
    """One request on its way through the sandbox."""

    target: Target
    method: str
    raw_path: str
    query_string: str
    headers: Headers
    body: bytes
    arrived: float
    seen: Seen
    base_url: str
    trace_id: str
    problem: SandboxError | None = None
    skew: int = 0
    limit_headers: Mapping[str, str] = field(default_factory=dict)

    def haystack(self) -> str:
        """Return path, query and body as one text, for faults that look for a certain row."""
        return f"{self.raw_path}?{self.query_string}\n{self.body.decode('utf-8', 'replace')}"

    @property
    def bearer(self) -> str:
        """The bearer token of the request, or an empty text."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class Identity(NamedTuple):
    """The caller of a token, and the account whose limits apply."""

    member: Member | None
    organization_id: str | None
    account: str
    scope: str = ""


class Router:
    """Finds the target of a path and method.

    Paths are matched segment by segment before they are decoded, so that an encoded slash in an id
    stays inside its segment.

    Args:
        contract: The operations.
        registered: Their handlers.
        stores: The routes of the object store.
    """

    def __init__(
        self,
        contract: Contract,
        registered: Mapping[str, Registered],
        stores: tuple[Storage, ...],
    ) -> None:
        self._routes: dict[int, list[tuple[tuple[str, ...], Target, str]]] = {}
        for name, handler in registered.items():
            operation = contract.operations[name]
            self._add(operation.path, operation.method, Target(name, operation, handler))
        for store in stores:
            self._add(store.path, store.method, Target(store.name, storage=store))

    def _add(self, path: str, method: str, target: Target) -> None:
        segments = tuple(path.split("/"))
        self._routes.setdefault(len(segments), []).append((segments, target, method))

    def find(self, method: str, raw_path: str) -> Target:
        """Return the target of a request.

        Raises:
            SandboxError: 404 for an unknown path, 405 for an unknown method.
        """
        parts = raw_path.split("/")
        allowed = []
        for segments, target, its_method in self._routes.get(len(parts), ()):
            path = _match(segments, parts)
            if path is None:
                continue
            if its_method == method:
                return Target(
                    target.name, target.operation, target.registered, target.storage, path
                )
            allowed.append(its_method)
        if allowed:
            headers = {"Allow": ", ".join(sorted(allowed))}
            raise _refusal(raw_path, 405, METHOD_NOT_ALLOWED, _NOT_ALLOWED, headers)
        raise _refusal(raw_path, 404, UNSUPPORTED, _UNSUPPORTED)


def _refusal(
    raw_path: str, status: int, code: int, message: str, headers: Mapping[str, str] | None = None
) -> SandboxError:
    """Refuse a request without an operation, in the shape of its part of the API."""
    scim = raw_path.startswith("/scim/")
    error = ScimError(status, message) if scim else ApiError(status, code, message)
    error.headers = headers or {}
    return error


def _match(segments: tuple[str, ...], parts: list[str]) -> dict[str, str] | None:
    found = {}
    for segment, part in zip(segments, parts, strict=True):
        if segment.startswith("{"):
            found[segment[1:-1]] = unquote(part)
        elif segment != part:
            return None
    return found


def answer(world: World, limiter: Limiter, contract: Contract, exchange: Exchange) -> Result:
    """Execute a request.

    Args:
        world: Read and changed.
        limiter: Rate limit and daily quota.
        contract: The request is checked against it before the handler runs.
        exchange: The request; its `limit_headers` are filled in on the way.

    Raises:
        SandboxError: For every refusal.
    """
    if exchange.problem:
        raise exchange.problem
    target = exchange.target
    context = _context(world, exchange)
    if target.storage is not None:
        return _result(target.storage.handler(context))
    operation, registered = target.operation, target.registered
    if operation is None or registered is None:
        raise ApiError(404, UNSUPPORTED, _UNSUPPORTED)
    if operation.shape in {"rest", "scim", "analytics"}:
        identity = _identify(world, exchange)
        _limit(world, limiter, exchange, identity)
        context.caller, context.organization_id = identity.member, identity.organization_id
        context.scope = identity.scope
        exchange.seen.identity = identity.member.id if identity.member else identity.organization_id
        _check(contract, operation, registered, context)
    return _result(registered.handler(context))


def _context(world: World, exchange: Exchange) -> Context:
    return Context(
        operation=exchange.target.name,
        world=world,
        caller=None,
        organization_id=None,
        path=dict(exchange.target.path),
        query=QueryParams(exchange.query_string),
        body=None,
        now=world.now(),
        base_url=exchange.base_url,
        trace_id=exchange.trace_id,
        headers=exchange.headers,
        raw_body=exchange.body,
    )


def _check(
    contract: Contract, operation: Operation, registered: Registered, context: Context
) -> None:
    check_parameters(operation, context.path, context.query, registered.codes)
    context.body = read_body(operation, context.raw_body)
    if registered.before_body:
        registered.before_body(context)
    check_body(contract, operation, context.body, recorded=context.recorded)


def account_of(world: World, exchange: Exchange) -> str | None:
    """Return the account whose limits a request counts against, if its token is known."""
    access = world.tokens.find_access(exchange.bearer)
    return _account(world, access) if access else None


def _account(world: World, access: Access) -> str:
    """Return the account of a token: all members of an organization share its limits."""
    if access.organization_id:
        return access.organization_id
    homes = world.organizations_of(access.member_id or "")
    return homes[0].id if homes else f"member {access.member_id}"


def _identify(world: World, exchange: Exchange) -> Identity:
    given = exchange.headers.getlist("authorization")
    recorded = world.options.quirks == "recorded"
    if len(given) != 1 or not exchange.bearer:
        raise _bad_token(1000, "The access token is missing or given twice.", recorded=recorded)
    access = world.tokens.find_access(exchange.bearer)
    if access is None:
        raise _bad_token(1001, "The access token is invalid.", recorded=recorded)
    if access.revoked or not world.tokens.installed:
        # The documents show this body for tokens of an uninstalled app.
        raise OAuthError(403, "request_forbidden", "The token is not allowed to do this.")
    if world.tokens.is_expired(access):
        raise _bad_token(1036, "The access token has expired.", "token_expired", recorded=recorded)
    member = world.members.get(access.member_id or "")
    if access.member_id and (member is None or not member.is_active):
        raise _bad_token(1032, "The token's member is gone.", "token_inactive", recorded=recorded)
    return Identity(member, access.organization_id, _account(world, access), access.scope)


def _bad_token(
    code: int, message: str, error: str = "request_unauthorized", *, recorded: bool
) -> SandboxError:
    return OAuthError(401, error, message) if recorded else ApiError(401, code, message)


def _limit(world: World, limiter: Limiter, exchange: Exchange, identity: Identity) -> None:
    verdict = limiter.admit(identity.account, exchange.arrived, world.now())
    exchange.limit_headers = verdict.headers
    if verdict.allowed:
        return
    if verdict.quota_spent:
        raise ApiError(429, TOO_MANY, "The plan's daily quota is used up.")
    if world.options.quirks == "recorded":
        raise PlainRateError
    raise ApiError(429, TOO_MANY, "Too many requests in this second.")


class PlainRateError(SandboxError):
    """The gateway's own 429, as plain text."""

    text = "Max rate reached, please slow down."

    def __init__(self) -> None:
        super().__init__(429, self.text)


def _result(value: object) -> Result:
    return value if isinstance(value, Result) else Result(200, value)
