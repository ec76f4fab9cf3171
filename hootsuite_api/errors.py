"""Errors of the API client, as a tree: the type tells what the caller may do next.

HootsuiteError
├── ConfigError             a setting is wrong: stop, a person corrects it
├── Cancelled               somebody asked us to stop: wind down
├── AuthError               nobody let us in: stop, a person looks at the credentials
│   ├── SignInNeeded        the refresh token is spent, revoked or lost: sign in again
│   └── TokenRejected       the access token is not accepted: renew it once
├── PermissionDenied        the caller may not do this: skip, or ask an administrator
│   └── ScopeMissing        the app was not granted the scope
├── RateLimited             too fast: wait for the next second and repeat
├── QuotaExhausted          the day's allowance is used up: pause until tomorrow
├── ValidationRejected      the request itself is wrong: give this one up
│   └── MalformedCall       a value makes no request: nothing was sent
├── NotFound                there is no such thing: skip
│   └── Withdrawn           the platform no longer offers this operation
├── WrongState              not possible in the thing's present state: give this one up
├── ServerFault             the platform failed: repeat what is safe to repeat
├── NetworkFault            no answer: repeat what is safe to repeat
│   └── ConnectionNeverMade no byte left us: repeat anything
├── TornBody                an answer that can't be read: repeat what is safe to repeat
└── OutcomeUnknown          a write that may or may not have happened: never repeat it blindly
"""

# ruff: noqa: N818 - the names say what happened; a suffix "Error" would add nothing
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hootsuite_api.redact import scrub


@dataclass(frozen=True, slots=True)
class Where:
    """The place of an error: which call, and what came back.

    Attributes:
        method: The HTTP method.
        path: The path template; never the filled-in path, so that errors group well.
        status: The HTTP status, if there was an answer.
        code: The API's numeric code, or the word that OAuth and SCIM use instead.
        trace_id: What the platform's support asks for.
        errors: The API's own error objects (`code`, `message`, `id`, `resource`).
        not_written: True if it is proved that a write did not happen: its mark shows that the
            request was never sent, or the answer is a refusal.
        retry_after: Seconds that the server asked us to wait.
    """

    method: str | None = None
    path: str | None = None
    status: int | None = None
    code: int | str | None = None
    trace_id: str | None = None
    errors: Sequence[Mapping[str, Any]] = ()
    not_written: bool = False
    retry_after: float | None = None

    def __str__(self) -> str:
        """Name the place in one line."""
        call = f"{self.method} {self.path}" if self.path else ""
        parts = {"HTTP": self.status, "code": self.code, "trace": self.trace_id}
        known = [f"{name} {value}" for name, value in parts.items() if value is not None]
        return ", ".join([call, *known] if call else known)


class HootsuiteError(Exception):
    """Root of the tree: one sentence for people, and the place for programs.

    Args:
        happened: What happened, in plain words, without a full stop.
        where: The call and its answer.
        advice: What to do next; each type has its own.

    Attributes:
        not_written: Whether it is proved that the call wrote nothing. The type of an error alone
            never proves it.
        never_sent: Whether the mark proves that no byte of the request has left. The cause is then
            in the run or on the way to the platform; the error says nothing about the call.
    """

    advice: ClassVar[str] = ""

    def __init__(self, happened: str, where: Where | None = None, *, advice: str = "") -> None:
        where = where or Where()
        place = scrub(str(where))
        self.happened = scrub(happened)
        parts = [f"{self.happened} ({place})" if place else self.happened]
        super().__init__(". ".join([*parts, advice or self.advice]).rstrip(". ") + ".")
        self.where = where
        self.method = where.method
        self.path = where.path
        self.status = where.status
        self.code = where.code
        self.trace_id = where.trace_id
        self.errors = list(where.errors)
        self.not_written = where.not_written
        self.never_sent = False

    def never_left(self) -> None:
        """Note that the request was never sent, as its mark shows."""
        self.never_sent = self.not_written = True


class ConfigError(HootsuiteError):
    """A setting is wrong or missing."""


class Cancelled(HootsuiteError):
    """The run was asked to stop while it waited."""


class AuthError(HootsuiteError):
    """The platform refuses our credentials (client, secret or token)."""

    advice = "Check client_id, client_secret and the app's installation in Hootsuite"


class SignInNeeded(AuthError):
    """The chain of refresh tokens is broken and only a person can start a new one."""

    advice = "Sign in again: hootsuite login"


class TokenRejected(AuthError):
    """The access token is missing, wrong, expired or revoked."""

    advice = "Set a new access_token, or choose an auth_method that can renew it"


class PermissionDenied(HootsuiteError):
    """The caller is known and may not do this."""

    advice = "Ask an administrator of the organization for the permission, or leave this out"


class ScopeMissing(PermissionDenied):
    """The access token lacks a scope."""

    advice = "Name the missing scope in the setting scope, and sign in again"


class RateLimited(HootsuiteError):
    """More requests in a second than the account may send."""

    advice = "Lower requests_per_second if other programs use the same account"


class QuotaExhausted(HootsuiteError):
    """The account's requests of the day are used up, or nearly."""

    advice = "Run again tomorrow, or raise daily_quota_percent"


class ValidationRejected(HootsuiteError):
    """The platform, or our own check, finds the request malformed."""

    advice = "Correct the value that is named"


class MalformedCall(ValidationRejected):
    """A value can't be put into a request, such as an id with a slash; nothing is sent."""


class NotFound(HootsuiteError):
    """There is no such thing, or it can't be seen."""

    advice = "Check the id; what was deleted stays away"


class Withdrawn(NotFound):
    """The platform no longer offers the operation."""

    advice = "Leave it out: Hootsuite has retired this operation"


class WrongState(HootsuiteError):
    """The thing is not in a state that allows this."""

    advice = "Look at its present state first"


class ServerFault(HootsuiteError):
    """The platform failed."""

    advice = "Try again later; give the trace to Hootsuite's support if it stays"


class NetworkFault(HootsuiteError):
    """The connection broke, or no answer came in time."""

    advice = "Check the network, the proxy and api_url, then run again"


class ConnectionNeverMade(NetworkFault):
    """No connection came about, so not one byte of the request left.

    Attributes:
        permanent: True when a repetition can't help, as with an untrusted certificate.
    """

    permanent = False


class TornBody(HootsuiteError):
    """An answer came, but it is cut off or not from the platform."""

    advice = "Try again; if it stays, check whether a proxy or firewall answers for the platform"


class OutcomeUnknown(HootsuiteError):
    """A write was sent and nothing proves whether it happened; the cause is chained."""

    advice = "Look it up before you send it again"
