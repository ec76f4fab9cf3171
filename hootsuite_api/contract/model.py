"""Frozen records of the contract: operations, parameters, error codes, problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Schema = Mapping[str, Any]
Shape = Literal["rest", "scim", "analytics", "oauth", "html"]
Kind = Literal[
    "token", "permission", "scope", "quota", "validation", "not_found", "state", "server"
]


@dataclass(frozen=True)
class ErrorCode:
    """A numeric error code of the platform.

    Args:
        code: The number in the body's `errors[].code`.
        meaning: Its meaning, in a few words.
        kind: The kind of error, which decides what a caller may do.
        renew: Whether a new access token can help. Only some of the token codes mean that the
            access token itself is invalid; the others are about the client, the sign-in or the
            code.
        published: Whether the platform's documents name it; a code that was only seen proves
            nothing about a write.
    """

    code: int
    meaning: str
    kind: Kind
    renew: bool = False
    published: bool = True


@dataclass(frozen=True)
class Parameter:
    """A value in the path, the query or a header.

    Args:
        name: The platform's spelling.
        location: `path`, `query` or `header`.
        required: Whether the call is refused without it.
        schema: JSON Schema of one value (of all values for an array).
        code: The error code that answers a bad value, where one is known.
    """

    name: str
    location: str
    required: bool
    schema: Schema
    code: int | None = None


@dataclass(frozen=True)
class Operation:
    """One operation of the API.

    Args:
        id: The contract's operationId, in snake_case.
        method: HTTP method in capitals.
        path: Template such as `/v1/messages/{messageId}`.
        tag: The part of the API it belongs to.
        parameters: Path parameters first, in the order of the document.
        body: JSON Schema of the request body without references, None where there is none.
        body_required: Whether the body is required.
        body_media_type: The body's content type.
        response: JSON Schema of the whole 200 body, None where it is not JSON.
        shape: Which envelope and error body it uses.
        read: Whether it changes nothing and may be repeated, whatever its method.
        data: The field of the answer that holds the result; unused for SCIM.
        retired: Whether the platform's own documents have dropped it.
        quirks: Short names of observed differences from the document.
    """

    id: str
    method: str
    path: str
    tag: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    body_required: bool
    body_media_type: str | None
    response: Schema | None
    shape: Shape
    read: bool
    data: str
    retired: bool
    quirks: Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """One reason why a body does not fit.

    Args:
        field: The place, such as `media[0].id`; empty for the whole body.
        message: What is wrong with it, for people; never shows the value.
        code: The error code with which the platform would answer, where one is known.
    """

    field: str
    message: str
    code: int | None = None

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message
