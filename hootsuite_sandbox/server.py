"""The HTTP server: an ASGI application around a `Sandbox`, and how it is run."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from types import FrameType
from typing import Any
from urllib.parse import urlsplit

import msgspec
import uvicorn
from starlette.datastructures import Headers, QueryParams
from starlette.types import Receive, Scope, Send

from hootsuite_sandbox import control, guard
from hootsuite_sandbox.arrivals import StampingListener
from hootsuite_sandbox.clock import http_date
from hootsuite_sandbox.dispatch import (
    Exchange,
    PlainRateError,
    Target,
    account_of,
    answer,
)
from hootsuite_sandbox.domain.records import iso
from hootsuite_sandbox.errors import ApiError, OAuthError, SandboxError
from hootsuite_sandbox.faults import Fault
from hootsuite_sandbox.operations import Result
from hootsuite_sandbox.routes import oauth
from hootsuite_sandbox.sandbox import Sandbox
from hootsuite_sandbox.wire import StampingProtocol, Wire, packed

JSON = "application/json;charset=UTF-8"
_CONTROL_HEADERS = {"Content-Type": JSON, **guard.PRIVATE}
_WELL_KNOWN = {
    "/.well-known/oauth-authorization-server": oauth.server_metadata,
    "/.well-known/oauth-protected-resource": oauth.resource_metadata,
}
_GATEWAY_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"


@dataclass(slots=True)
class Answer:
    """Status, headers and bytes of an answer."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


class Server:
    """The ASGI application.

    Args:
        sandbox: All the state.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise RuntimeError("the sandbox speaks HTTP only")
        wire = Wire(scope, receive, send)
        body = await wire.read()
        if body is None:
            return
        path = scope["raw_path"].decode("ascii")
        refused = self._refusal(scope, path, body)
        if refused:
            await wire.respond(403, _CONTROL_HEADERS, _encode({"error": refused}))
        elif path.startswith(control.PREFIX):
            result = await control.answer(self.sandbox, scope, body)
            await wire.respond(result.status, _CONTROL_HEADERS, _encode(result.body))
        elif path in _WELL_KNOWN:
            document = _WELL_KNOWN[path](self.sandbox.base_url)
            await wire.respond(200, self._headers(0, JSON), _encode(document))
        else:
            await self._serve(wire, self._exchange(scope, path, body, wire.connection.arrived))

    def _refusal(self, scope: Scope, path: str, body: bytes) -> str | None:
        """Return why a request to a guarded address is refused; None if it is not."""
        if not path.startswith(control.PREFIX) and path not in guard.PAGES:
            return None
        names = [urlsplit(self.sandbox.base_url).hostname or "", (scope["server"] or ("",))[0]]
        asked = guard.Request(
            path=path,
            headers=Headers(scope=scope),
            names=[name for name in names if name],
            has_body=bool(body),
            decides="decision" in QueryParams(scope["query_string"]),
        )
        return guard.refusal(asked)

    def _exchange(self, scope: Scope, path: str, body: bytes, arrived: float) -> Exchange:
        sandbox, headers = self.sandbox, Headers(scope=scope)
        sandbox.tick()
        query = scope["query_string"].decode("latin-1")
        try:
            target, problem = sandbox.router.find(scope["method"], path), None
        except SandboxError as error:
            target, problem = Target("unknown"), error
        seen = sandbox.log.add(
            operation=target.name,
            method=scope["method"],
            path=path,
            query=query,
            arrived=arrived,
            at=iso(sandbox.world.now()),
        )
        return Exchange(
            target=target,
            method=scope["method"],
            raw_path=path,
            query_string=query,
            headers=headers,
            body=body,
            arrived=arrived,
            seen=seen,
            base_url=sandbox.base_url,
            trace_id=sandbox.world.trace_id(),
            problem=problem,
        )

    async def _serve(self, wire: Wire, exchange: Exchange) -> None:
        account = account_of(self.sandbox.world, exchange)
        if account and exchange.raw_path.startswith(("/v1/", "/scim/")):
            exchange.seen.account = account
            exchange.limit_headers = self.sandbox.limiter.headers(account, self.sandbox.world.now())
        faults = self.sandbox.faults.hitting(exchange.target.name, exchange.haystack)
        exchange.seen.faults = [f"{fault.kind} {fault.when}" for fault in faults]
        if await self._spoiled(wire, exchange, [f for f in faults if f.when == "before"], None):
            return
        reply = self._answer(exchange)
        exchange.seen.status = reply.status
        latency = self.sandbox.world.options.latency_ms / 1000
        if latency:
            await asyncio.sleep(max(0.0, exchange.arrived + latency - time.monotonic()))
        if await self._spoiled(wire, exchange, [f for f in faults if f.when == "after"], reply):
            return
        await self._send(wire.respond, exchange, reply)

    def _answer(self, exchange: Exchange) -> Answer:
        sandbox = self.sandbox
        try:
            return _ready(answer(sandbox.world, sandbox.limiter, sandbox.contract, exchange))
        except PlainRateError as error:
            return Answer(error.status, error.text.encode(), {"Content-Type": "text/plain"})
        except SandboxError as error:
            body = error.body(exchange.trace_id)
            exchange.seen.code = _code_of(body)
            return Answer(error.status, _encode(body), dict(error.headers))
        except Exception:  # noqa: BLE001 - a mistake of the sandbox's own: 500, and loud
            return self._failure(exchange)

    def _failure(self, exchange: Exchange) -> Answer:
        trace = traceback.format_exc()
        self.sandbox.log.internal_errors.append(trace)
        sys.stderr.write(trace)
        error = ApiError(500, 9000, "Internal error.")
        return Answer(500, _encode(error.body(exchange.trace_id)))

    async def _spoiled(
        self, wire: Wire, exchange: Exchange, faults: list[Fault], reply: Answer | None
    ) -> bool:
        """Apply faults; return whether one of them replaced the answer."""
        for fault in faults:
            if fault.delay_ms:
                await asyncio.sleep(fault.delay_ms / 1000)
            if fault.kind == "skew":
                exchange.skew = fault.seconds
            elif fault.kind == "expire_token":
                self.sandbox.world.tokens.expire(exchange.bearer)
            elif fault.kind == "revoke_token":
                self.sandbox.world.tokens.revoke(exchange.bearer)
            elif fault.kind == "merge" and reply:
                reply.body = _merged(reply.body, fault.merge)
            elif fault.kind == "hold":
                fault.held.set()
                # A request whose client died while it was held is not executed.
                if await _first(wire.gone(), fault.released.wait()) == 0:
                    return True
            elif fault.kind != "delay":
                await self._break(wire, exchange, fault, reply)
                return True
        return False

    async def _break(
        self, wire: Wire, exchange: Exchange, fault: Fault, reply: Answer | None
    ) -> None:
        exchange.seen.status = None
        match fault.kind:
            case "reset":
                await wire.reset()
            case "close":
                await wire.close()
            case "timeout":
                await _first(wire.gone(), fault.released.wait())
                await wire.close()
            case "truncate":
                reply = reply or Answer(200, b'{"data": []}')
                await self._send(wire.truncate, exchange, reply)
            case "garbage":
                exchange.seen.status = 200
                body = (fault.body or _GATEWAY_PAGE.format("Welcome")).encode()
                await self._send(wire.respond, exchange, Answer(200, body, dict(fault.headers)))
            case _:
                exchange.seen.status = fault.status
                await self._send(wire.respond, exchange, _scripted(exchange, fault))

    async def _send(self, send: Callable[..., Any], exchange: Exchange, reply: Answer) -> None:
        body, encoding = packed(reply.body, exchange.headers.get("accept-encoding", ""))
        headers = {
            **self._headers(exchange.skew, JSON),
            **exchange.limit_headers,
            **encoding,
            **reply.headers,
        }
        await send(reply.status, headers, body)

    def _headers(self, skew: int, media_type: str) -> dict[str, str]:
        world = self.sandbox.world
        date = http_date(world.clock.time() + world.options.date_skew_seconds + skew)
        return {"Date": date, "Content-Type": media_type, "Server": "nginx"}


async def _first(*waits: Coroutine[Any, Any, Any]) -> int:
    """Wait for the first of several coroutines; return its index."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    done, pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
    return next(number for number, task in enumerate(tasks) if task in done)


def _ready(result: Result) -> Answer:
    media_type = {"Content-Type": result.media_type} if result.media_type else {}
    body = result.body
    if isinstance(body, str) and result.media_type:
        body = body.encode()
    elif not isinstance(body, bytes):
        body = _encode(body)
    return Answer(result.status, body, {**media_type, **result.headers})


def _scripted(exchange: Exchange, fault: Fault) -> Answer:
    if fault.body is not None:
        return Answer(fault.status, fault.body.encode(), dict(fault.headers))
    if fault.code is None:
        page = _GATEWAY_PAGE.format(f"{fault.status} {HTTPStatus(fault.status).phrase}")
        return Answer(fault.status, page.encode(), {"Content-Type": "text/html", **fault.headers})
    exchange.seen.code = fault.code
    error: SandboxError = (
        OAuthError(fault.status, fault.code, fault.message)
        if isinstance(fault.code, str)
        else ApiError(fault.status, fault.code, fault.message)
    )
    return Answer(fault.status, _encode(error.body(exchange.trace_id)), dict(fault.headers))


def _merged(body: bytes, fields: dict[str, Any]) -> bytes:
    """Put fields into every object of an answer."""
    document = msgspec.json.decode(body)
    carried = document.get("data", document.get("Resources", []))
    for item in carried if isinstance(carried, list) else [carried]:
        item.update(fields)
    return _encode(document)


def _code_of(body: dict[str, Any]) -> int | str | None:
    errors = body.get("errors")
    if errors:
        code: int = errors[0]["code"]
        return code
    return body.get("error") or body.get("scimType") or body.get("title")


def _encode(body: Any) -> bytes:
    return msgspec.json.encode(body)


def run(sandbox: Sandbox, listener: StampingListener, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        sandbox: The sandbox to serve.
        listener: A bound socket.
        ready: Called when the server accepts requests.
    """
    config = uvicorn.Config(
        Server(sandbox),
        http=partial(StampingProtocol, listener.arrivals),  # type: ignore[arg-type] # called only
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    _Announcing(config, ready).run(sockets=[listener])


class _Announcing(uvicorn.Server):
    """A uvicorn server that calls a function when it is ready."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - fixed by uvicorn
        """Stop; unlike uvicorn, don't raise the signal again: this stop is not a failure."""
        self.force_exit = self.should_exit
        self.should_exit = True
