"""Builds a request from a call, by the contract. Sends nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from hootsuite_api.contract import Operation, load
from hootsuite_api.errors import MalformedCall, Where
from hootsuite_api.listed import reader
from hootsuite_api.transport import Outgoing

_JSON = "application/json;charset=utf-8"
# No pattern allows a dot, or a slash that would change the path: slashes are quoted later.
_PATTERNS: Mapping[str, re.Pattern[str]] = {
    "mediaId": re.compile(r"[A-Za-z0-9+/_-]{1,1024}={0,2}"),
    "socialNetworkType": re.compile(r"[A-Za-z]{1,32}"),
}
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an API operation.

    Attributes:
        operation: The contract's operation id.
        path: Values of the path parameters, by the contract's names.
        query: Query parameters; a list repeats its key, None is left out.
        body: The JSON body.
        guard: Called at each attempt, after all waiting and right before the first byte leaves; an
            exception of it stops the request.
        rows: The component of the listed objects in the contract, if the answer may be read as a
            `listed.Page` of their rows.
    """

    operation: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    guard: Callable[[], None] | None = None
    rows: str | None = None


@dataclass(frozen=True, slots=True)
class _Shape:
    operation: Operation
    parts: tuple[str, ...]  # literal, name, literal, name, ... literal
    query: frozenset[str]


def build(call: Call, api_url: str) -> tuple[Operation, Outgoing]:
    """Turn a call into a request.

    Returns:
        The operation, and the request that goes out.

    Raises:
        MalformedCall: If a path or query parameter is missing, unknown or malformed.
        ValueError: If the contract has no such operation, or its body is not JSON.
    """
    shape = _shape(call.operation)
    operation = shape.operation
    url = api_url + "".join(_path(shape, call.path))
    query = urlencode(list(_pairs(shape, call.query)))
    headers = {}
    body = None
    if call.body is not None:
        headers["Content-Type"] = _content_type(operation)
        body = _json(operation, call.body)
    url = f"{url}?{query}" if query else url
    return operation, Outgoing(
        operation.method,
        url,
        operation.path,
        headers,
        body,
        fresh=not operation.read,
        guard=call.guard,
        reader=reader(operation.id, call.rows) if call.rows else None,
    )


@cache
def _shape(operation_id: str) -> _Shape:
    operation = load().operations.get(operation_id)
    if operation is None or operation.shape in ("oauth", "html"):
        raise ValueError(f"{operation_id} is not an operation that send() knows")
    names = frozenset(one.name for one in operation.parameters if one.location == "query")
    return _Shape(operation, tuple(re.split(r"[{}]", operation.path)), names)


def _path(shape: _Shape, values: Mapping[str, str]) -> Iterator[str]:
    names = shape.parts[1::2]
    if values.keys() - set(names):
        raise _wrong(shape.operation, "The path takes no such parameter")
    for index, part in enumerate(shape.parts):
        if index % 2 == 0:
            yield part
            continue
        value = values.get(part)
        if not isinstance(value, str) or not _PATTERNS.get(part, _ID).fullmatch(value):
            raise _wrong(shape.operation, f"{part} is not an id: {str(value)[:40]!r}")
        yield quote(value, safe="")


def _pairs(shape: _Shape, query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        if name not in shape.query:
            raise _wrong(shape.operation, f"There is no query parameter {name}")
        for one in value if isinstance(value, (list, tuple)) else (value,):
            if one is not None:
                yield name, _plain(one)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be sent")
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def _json(operation: Operation, body: Any) -> bytes:
    try:
        return _encode(body)
    except (TypeError, ValueError, OverflowError, RecursionError) as cause:
        raise _wrong(operation, "The body can't be written as JSON") from cause


def _content_type(operation: Operation) -> str:
    media = operation.body_media_type
    return _JSON if media is None or media == "application/json" else media


def _wrong(operation: Operation, happened: str) -> MalformedCall:
    where = Where(operation.method, operation.path, not_written=True)
    return MalformedCall(happened, where)
