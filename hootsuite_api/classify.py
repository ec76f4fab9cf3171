"""Turns an answer that is not a success into an error: body code first, then status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import hootsuite_api.errors as e
from hootsuite_api.clock import date_of
from hootsuite_api.contract import ErrorCode, Operation, load
from hootsuite_api.redact import scrub

_TOO_MANY = 429  # proves that nothing was done, whatever the body says
_SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_LONGEST = 300  # characters of a server's text that a person is shown
_KINDS: Mapping[str, type[e.HootsuiteError]] = {
    "token": e.TokenRejected,
    "permission": e.PermissionDenied,
    "scope": e.ScopeMissing,
    "quota": e.RateLimited,  # 1003 is also the body of a plain 429
    "validation": e.ValidationRejected,
    "not_found": e.NotFound,
    "state": e.WrongState,
    "server": e.ServerFault,
}
# RFC 6749 5.2 and the platform's own words, which its gateway also uses on /v1.
_OAUTH: Mapping[str, type[e.HootsuiteError]] = {
    **dict.fromkeys(
        (
            "invalid_token",
            "token_expired",
            "token_inactive",
            "token_signature_mismatch",
            "token_claim",
            "request_unauthorized",
            "request_forbidden",
        ),
        e.TokenRejected,
    ),
    **dict.fromkeys(("scope_not_granted", "invalid_scope"), e.ScopeMissing),
    **dict.fromkeys(("access_denied", "unauthorized_client"), e.PermissionDenied),
    **dict.fromkeys(("invalid_client", "invalid_grant"), e.AuthError),
    **dict.fromkeys(("server_error", "temporarily_unavailable", "unknown_error"), e.ServerFault),
    "misconfiguration": e.ServerFault,
    "not_found": e.NotFound,
    "invalid_request": e.ValidationRejected,
    "invalid_state": e.ValidationRejected,
    "insufficient_entropy": e.ValidationRejected,
    "unsupported_response_type": e.ValidationRejected,
    "unsupported_grant_type": e.ValidationRejected,
}
_SCIM: Mapping[str, type[e.HootsuiteError]] = dict.fromkeys(
    ("invalidSyntax", "mutability", "invalidValue", "uniqueness"), e.ValidationRejected
)
_STATUSES: Mapping[int, type[e.HootsuiteError]] = {
    401: e.TokenRejected,
    403: e.PermissionDenied,
    404: e.NotFound,
    409: e.WrongState,
    410: e.NotFound,
    429: e.RateLimited,
}
_NAMELESS = "Check api_url; if it is right, Hootsuite no longer offers this to the account"
_SAYS: Mapping[type[e.HootsuiteError], str] = {
    e.TokenRejected: "Hootsuite does not accept the access token",
    e.AuthError: "Hootsuite does not accept the credentials",
    e.ScopeMissing: "The access token lacks a scope",
    e.PermissionDenied: "Hootsuite does not permit this to the caller",
    e.RateLimited: "Hootsuite answers that requests come too fast",
    e.ValidationRejected: "Hootsuite refuses the request",
    e.NotFound: "Hootsuite knows no such thing",
    e.Withdrawn: "Hootsuite no longer offers this",
    e.WrongState: "Hootsuite refuses this in the present state",
    e.ServerFault: "Hootsuite failed",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it came from the wire.

    Attributes:
        status: The HTTP status.
        headers: The headers, looked up without regard to case.
        body: The parsed JSON, or the text when it isn't JSON; None when empty. A `listed.Page` if
            the call asked for one and the answer is as the contract says.
        is_json: Whether the body was JSON.
    """

    status: int
    headers: Mapping[str, str]
    body: Any
    is_json: bool


@dataclass(frozen=True, slots=True)
class Findings:
    """What a body says about an error, whichever of the known shapes it has."""

    kind: type[e.HootsuiteError] | None = None
    code: int | str | None = None
    text: str = ""
    trace_id: str | None = None
    errors: list[dict[str, Any]] = field(default_factory=list)
    shape: str = ""
    known: bool = False  # whether it is a refusal by the platform itself, and only that


def error_list(body: Any) -> list[dict[str, Any]]:
    """The `errors` of a REST body, scrubbed; a malformed entry is one without a code."""
    found = body.get("errors") if isinstance(body, dict) else None
    entries = found if isinstance(found, list) else []
    return [_scrubbed(one) if isinstance(one, dict) else {} for one in entries]


def are_refusals(errors: Sequence[Mapping[str, Any]]) -> bool:
    """Whether all errors prove that nothing was done: published codes, none of a server fault."""
    known = load().error_codes
    meanings = [known.get(_number(one.get("code")) or 0) for one in errors]
    return bool(meanings) and all(
        one is not None and one.published and one.kind != "server" for one in meanings
    )


def _scrubbed(error: dict[str, Any]) -> dict[str, Any]:
    message = error.get("message")
    return {**error, "message": scrub(message)} if isinstance(message, str) else error


def error_from(operation: Operation, answer: Answer) -> e.HootsuiteError:
    """Turn an answer that is not a success into an error.

    Args:
        operation: What was asked.
        answer: What came back.

    Returns:
        An error of the tree in `errors`; this function never raises, whatever the answer holds.
    """
    found = _read(answer)
    kind = _kind(operation, answer, found)
    trace = found.trace_id or answer.headers.get("X-Request-Id")
    code = found.code
    where = e.Where(
        operation.method,
        operation.path,
        answer.status,
        _clean(code) if isinstance(code, str) else code,
        _clean(trace) if trace else None,
        tuple(found.errors),
        _proves_refusal(operation, answer, found),
        _retry_after(answer.headers),
    )
    says = _SAYS[kind]
    happened = f"{says}: {_clean(found.text)}" if found.text else says
    nameless = kind is e.NotFound and "{" not in operation.path
    return kind(happened, where, advice=_NAMELESS if nameless else "")


def _proves_refusal(operation: Operation, answer: Answer, found: Findings) -> bool:
    """Whether an answer proves that a write was refused; the table stands in docs/client.md.

    A body alone proves nothing: with a 3xx or 5xx it may come from a gateway that gave up waiting,
    and with a 2xx a part of the call may have been done.
    """
    if answer.status == _TOO_MANY:
        return True
    if not 400 <= answer.status < 500 or not found.known:  # noqa: PLR2004 - status classes
        return False
    if found.shape == "oauth":
        # RFC 6749 5.2: the token endpoint itself refuses with 400.
        return answer.status in (401, 403) or (operation.shape == "oauth" and answer.status == 400)  # noqa: PLR2004
    return found.shape == "rest" or operation.shape == "scim"


def _kind(operation: Operation, answer: Answer, found: Findings) -> type[e.HootsuiteError]:
    if answer.status == _TOO_MANY:
        return e.RateLimited
    if operation.retired and answer.status in (404, 410) and not found.known:
        return e.Withdrawn
    if 300 <= answer.status < 400:  # noqa: PLR2004 - status classes
        return e.ServerFault
    if answer.status >= 500:  # noqa: PLR2004 - status classes
        # If a gateway says that requests come too fast, the next ones wait; it proves nothing else.
        return e.RateLimited if found.kind is e.RateLimited else e.ServerFault
    if found.kind:
        return found.kind
    return _STATUSES.get(answer.status, e.ValidationRejected)


def _read(answer: Answer) -> Findings:
    body = answer.body
    if isinstance(body, dict):
        if errors := error_list(body):
            return _rest(errors, body.get("data"))
        if isinstance(body.get("error"), str):
            return _oauth(body)
        if "scimType" in body or _SCIM_ERROR in str(body.get("schemas")):
            return _scim(body, answer.status)
        return Findings(text=_words(body, "detail", "title", "message"))
    text = body if isinstance(body, str) and not answer.is_json else ""
    if text.lstrip().lower().startswith("max rate reached"):
        return Findings(e.RateLimited, None, text)
    return Findings(text="" if "<" in text[:20] else text)


def _rest(errors: list[dict[str, Any]], data: Any) -> Findings:
    known = load().error_codes
    codes = [_number(one.get("code")) for one in errors]
    text = "; ".join(filter(None, (_words(one, "message") for one in errors)))
    trace = next((str(one["id"]) for one in errors if one.get("id")), None)
    meanings = [known.get(code or 0) for code in codes]
    failed = any(one is not None and one.kind == "server" for one in meanings)
    return Findings(
        e.ServerFault if failed else _by_code(meanings[0]),
        codes[0],
        text,
        trace,
        errors,
        # An answer with both data and errors was done in part.
        known=are_refusals(errors) and not data,
        shape="rest",
    )


def _by_code(meaning: ErrorCode | None) -> type[e.HootsuiteError] | None:
    if meaning is None:
        return None
    if meaning.kind == "token" and not meaning.renew:
        return e.AuthError
    return _KINDS.get(meaning.kind)


def _oauth(body: Mapping[str, Any]) -> Findings:
    word = str(body["error"])
    # The hint for a wrong client is advice to programmers: how to send the header.
    names = ("error_description", "error_hint")[: 1 if word == "invalid_client" else 2]
    text = _words(body, *names) or word
    trace = body.get("id") or body.get("request_id")
    kind = _OAUTH.get(word)
    known = kind is not None and kind is not e.ServerFault
    return Findings(kind, word, text, str(trace) if trace else None, known=known, shape="oauth")


def _scim(body: Mapping[str, Any], status: int) -> Findings:
    word = body.get("scimType")
    kind = _SCIM.get(word) if isinstance(word, str) else None
    if status == 409:  # noqa: PLR2004 - RFC 7644 3.12: uniqueness
        kind = e.ValidationRejected
    # RFC 7644 3.12: the body repeats the status; if it differs, the platform did not write it.
    known = str(body.get("status", status)) == str(status)
    code = word if isinstance(word, str) else None
    return Findings(kind, code, _words(body, "detail"), known=known, shape="scim")


def _number(value: Any) -> int | None:
    """A code as a number: 4000 or "4000", but not 4000.7."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    digits = isinstance(value, str) and value.isascii() and value.isdecimal()
    return int(value) if digits and len(value) < 10 else None  # noqa: PLR2004 - digits of a code


def _words(body: Mapping[str, Any], *names: str) -> str:
    found = [str(body[name]).strip() for name in names if isinstance(body.get(name), str)]
    ended = [one if one.endswith((".", "!", "?")) else f"{one}." for one in found if one]
    return " ".join(ended).removesuffix(".")


def _clean(text: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in text[: 2 * _LONGEST])
    short = " ".join(printable.split())
    return (short if len(short) <= _LONGEST else short[:_LONGEST] + "…").rstrip(".")


def _retry_after(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After")
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    until, now = date_of(value), date_of(headers.get("Date"))
    return max(0.0, (until - now).total_seconds()) if until and now else None


def unknown(cause: e.HootsuiteError) -> e.OutcomeUnknown:
    """Wrap the failure of a write into the error that says: the write may have happened."""
    where = replace(cause.where, not_written=False)
    return e.OutcomeUnknown("It is not known whether this write happened", where)
