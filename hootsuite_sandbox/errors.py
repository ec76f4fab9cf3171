"""Errors that handlers raise, one class for each body shape on the wire.

SandboxError
|-- ApiError      {"errors": [{code, message, id, resource}]}   /v1
|-- ScimError     {"schemas", "status", "detail", "scimType"}   /scim/v2
|-- ProblemError  {"type", "title", "status", "detail"}         /v1/analytics
`-- OAuthError    {"error", "error_description", ...}           /oauth2, and /v1 at the gateway
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SCIM_ERROR_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:Error"


class SandboxError(Exception):
    """A refusal that is part of the emulated behaviour.

    Args:
        status: HTTP status.
        message: Text for people.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers: Mapping[str, str] = {}

    def body(self, trace_id: str) -> dict[str, Any]:
        """Return the JSON body of this refusal.

        Args:
            trace_id: The id that a person would quote to the platform's support.
        """
        raise NotImplementedError


class ApiError(SandboxError):
    """A refusal in the REST envelope.

    Args:
        status: HTTP status.
        code: Numeric code of the platform.
        message: Text for people.
        resource: `{"type": ..., "id": ...}` when the error is about one thing.
        more: Further `(code, message)` pairs, for bodies with several problems.
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        resource: dict[str, str] | None = None,
        more: tuple[tuple[int, str], ...] = (),
    ) -> None:
        super().__init__(status, message)
        self.code = code
        self.resource = resource
        self.more = more

    def body(self, trace_id: str) -> dict[str, Any]:
        """Return the `errors` envelope; every entry carries the same trace id."""
        first = error_entry(self.code, self.message, trace_id, self.resource)
        return {"errors": [first, *(error_entry(c, m, trace_id) for c, m in self.more)]}


def absent(kind: str, identifier: str) -> ApiError:
    """Return the 404 for an object that does not exist or that the caller can't see.

    Args:
        kind: Its type in `resource`, such as `socialProfile`.
        identifier: Its id.
    """
    name = {"socialProfile": "social profile"}.get(kind, kind)
    resource = {"type": kind, "id": identifier}
    return ApiError(404, 4001, f"There is no such {name}.", resource)


class ScimError(SandboxError):
    """A refusal in the SCIM shape (RFC 7644, section 3.12).

    Args:
        status: HTTP status.
        detail: Text for people.
        scim_type: One of the RFC's keywords, where there is one.
    """

    def __init__(self, status: int, detail: str, scim_type: str | None = None) -> None:
        super().__init__(status, detail)
        self.scim_type = scim_type

    def body(self, trace_id: str) -> dict[str, Any]:  # noqa: ARG002 - SCIM bodies carry no trace id
        """Return the SCIM error; its status is text, as the RFC wants it."""
        body: dict[str, Any] = {
            "schemas": [SCIM_ERROR_SCHEMA],
            "status": str(self.status),
            "detail": self.message,
        }
        if self.scim_type:
            body["scimType"] = self.scim_type
        return body


class ProblemError(SandboxError):
    """A refusal as problem details (RFC 9457).

    Args:
        status: HTTP status.
        title: The keyword of the platform.
        detail: Text for people.
    """

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(status, detail)
        self.title = title

    def body(self, trace_id: str) -> dict[str, Any]:
        """Return the problem; its instance names the trace id."""
        return {
            "type": f"https://developer.hootsuite.com/problems/{self.title}",
            "title": self.title,
            "status": self.status,
            "detail": self.message,
            "instance": f"/traces/{trace_id}",
        }


class OAuthError(SandboxError):
    """A refusal in the OAuth shape (RFC 6749, section 5.2, with the platform's extra fields).

    Args:
        status: HTTP status.
        error: The keyword.
        description: Text for people.
        hint: What to try next.
    """

    def __init__(self, status: int, error: str, description: str, hint: str = "") -> None:
        super().__init__(status, description)
        self.error = error
        self.hint = hint

    def body(self, trace_id: str) -> dict[str, Any]:  # noqa: ARG002 - OAuth bodies carry no trace id
        """Return the OAuth error with the status repeated inside, as the platform does."""
        return {
            "error": self.error,
            "error_description": self.message,
            "error_hint": self.hint,
            "status_code": self.status,
        }


def error_entry(
    code: int, message: str, trace_id: str, resource: dict[str, str] | None = None
) -> dict[str, Any]:
    """Return one entry of `errors`, for refusals and for the partial failures of a 200.

    Args:
        code: Numeric code of the platform.
        message: Text for people.
        trace_id: Trace id of the request.
        resource: `{"type": ..., "id": ...}` or None.
    """
    return {"code": code, "message": message, "id": trace_id, "resource": resource}
