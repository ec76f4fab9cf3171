"""The control API under `/__sandbox__/`: for tests and demonstrations, without token or limits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.datastructures import QueryParams
from starlette.types import Scope

from hootsuite_sandbox.domain import truth
from hootsuite_sandbox.domain.mutations.mutate import mutate
from hootsuite_sandbox.domain.records import iso
from hootsuite_sandbox.operations import Result
from hootsuite_sandbox.sandbox import Sandbox

PREFIX = "/__sandbox__/"
_LONGEST_WAIT = 60.0


async def answer(sandbox: Sandbox, scope: Scope, raw: bytes) -> Result:
    """Answer a control request.

    Args:
        sandbox: What is controlled.
        scope: The ASGI scope.
        raw: The body, JSON or empty.

    Returns:
        200 with JSON; 400 with `{"error": ...}` for what can't be done; 404 for unknown names.
        A GET changes nothing.
    """
    name = scope["path"].removeprefix(PREFIX).strip("/")
    query = QueryParams(scope["query_string"])
    try:
        body = msgspec.json.decode(raw) if raw else {}
        if name == "faults/held":
            return await _held(sandbox, query)
        sandbox.tick()
        if name.startswith("truth/"):
            return Result(200, _truth(sandbox, name.removeprefix("truth/"), query))
        action = _ACTIONS.get((scope["method"], name))
        if action is None:
            known = ", ".join(sorted({path for _, path in _ACTIONS} | {"truth/<resource>"}))
            return Result(404, {"error": f"no such control; there are: {known}"})
        return Result(200, action(sandbox, body, query))
    except (ValueError, TypeError, KeyError, msgspec.DecodeError) as error:
        return Result(400, {"error": f"{type(error).__name__}: {error}"})


def _truth(sandbox: Sandbox, resource: str, query: QueryParams) -> Any:
    """All rows; or with `fields` only those of each; or with `count` their number."""
    rows = truth.rows(resource, sandbox.world)
    if "count" in query:
        return {"count": sum(1 for _ in rows)}
    fields = query.get("fields", "").split(",") if "fields" in query else None
    if fields is None:
        return list(rows)
    return [{name: row.get(name) for name in fields} for row in rows]


async def _held(sandbox: Sandbox, query: QueryParams) -> Result:
    """Wait until a `hold` fault has caught a request."""
    fault = sandbox.faults.find(int(query["id"]))
    if fault is None:
        return Result(404, {"error": "no such fault"})
    seconds = min(float(query.get("timeout", "30")), _LONGEST_WAIT)
    try:
        await asyncio.wait_for(fault.held.wait(), seconds)
    except TimeoutError:
        return Result(200, {"held": False})
    return Result(200, {"held": True})


def _reset(sandbox: Sandbox, body: Any, _: QueryParams) -> Any:
    sandbox.reset(body)
    return sandbox.ready()


def _settings(sandbox: Sandbox, body: Any, _: QueryParams) -> Any:
    sandbox.change(body)
    return sandbox.world.options.as_dict()


def _clock(sandbox: Sandbox, body: Any, _: QueryParams) -> Any:
    sandbox.world.clock.advance(body.get("advance_seconds", 0))
    sandbox.tick()
    return {"now": iso(sandbox.world.now())}


def _install(sandbox: Sandbox, body: Any, _: QueryParams) -> Any:
    return [fault.as_dict() for fault in sandbox.faults.install(body)]


def _release(sandbox: Sandbox, body: Any, _: QueryParams) -> Any:
    return {"released": sandbox.faults.release(body.get("id"))}


def _clear(sandbox: Sandbox, _: Any, __: QueryParams) -> Any:
    sandbox.faults.clear()
    return []


def _ledger(sandbox: Sandbox, _: Any, query: QueryParams) -> Any:
    return sandbox.world.ledger[int(query.get("since", "0")) :]


def _requests(sandbox: Sandbox, _: Any, query: QueryParams) -> Any:
    since = int(query.get("since", "0"))
    return sandbox.log.listing(since=since, operation=query.get("operation"))


def _quota(sandbox: Sandbox, body: Any, _: QueryParams) -> Any:
    world = sandbox.world
    sandbox.limiter.spend(world.main_organization_id, int(body["used"]), world.now())
    return {"quota_used": sandbox.limiter.used}


def _mutate(sandbox: Sandbox, body: Any, _: QueryParams) -> Any:
    changes = body if isinstance(body, list) else [body]
    return [mutate(sandbox.world, change) for change in changes]


def _comment_events(sandbox: Sandbox, _: Any, query: QueryParams) -> Any:
    """List the events of the comments webhook, the only place that tells ids of comments."""
    world = sandbox.world
    events = [
        {
            "type": "com.hootsuite.comments.event.v1",
            "at": iso(comment.created),
            "commentId": comment.id,
            "socialProfileId": comment.profile_id,
            "reviewState": world.settled(comment).state,
        }
        for comment in world.comments.values()
        if comment.created <= world.now()
    ]
    events.sort(key=lambda event: (event["at"], event["commentId"]))
    return events[int(query.get("since", "0")) :]


_ACTIONS: Mapping[tuple[str, str], Callable[[Sandbox, Any, QueryParams], Any]] = {
    ("GET", "ready"): lambda sandbox, _, __: sandbox.ready(),
    ("POST", "reset"): _reset,
    ("GET", "settings"): lambda sandbox, _, __: sandbox.world.options.as_dict(),
    ("POST", "settings"): _settings,
    ("GET", "clock"): lambda sandbox, _, __: {"now": iso(sandbox.world.now())},
    ("POST", "clock"): _clock,
    ("GET", "faults"): lambda sandbox, _, __: sandbox.faults.listing(),
    ("POST", "faults"): _install,
    ("DELETE", "faults"): _clear,
    ("POST", "faults/release"): _release,
    ("GET", "ledger"): _ledger,
    ("GET", "requests"): _requests,
    ("GET", "comments"): _comment_events,
    ("GET", "stats"): lambda sandbox, _, __: sandbox.stats(),
    ("POST", "quota"): _quota,
    ("POST", "mutate"): _mutate,
}
