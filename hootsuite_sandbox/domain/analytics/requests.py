"""Common parts of analytics calls: access check, ranges of days, pages and cursors."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from hootsuite_sandbox.domain.records import Document
from hootsuite_sandbox.errors import OAuthError, ProblemError
from hootsuite_sandbox.operations import Context

SCOPE = "analytics:read"
DEFAULT_LIMIT = 10
CURSOR_SECONDS = 3600
LONGEST_REPORT = 730
LONGEST_CHANGE = 30
USUAL_REPORT = 365


def admit(ctx: Context) -> None:
    """Refuse callers without the scope, or without the add-on.

    Raises:
        ProblemError: 403; in recordings the gateway itself refuses a token without the scope.
    """
    if SCOPE not in ctx.scope.split():
        if ctx.recorded:
            raise OAuthError(403, "scope_not_granted", "The token lacks a scope.", SCOPE)
        raise ProblemError(403, "permission-denied", f"The scope {SCOPE} was not granted.")
    if ctx.options.analytics == "no_add_on":
        raise ProblemError(403, "permission-denied", "The plan does not include analytics.")


def unfit(detail: str) -> ProblemError:
    """Return the refusal of an invalid request."""
    return ProblemError(422, "invalid-argument", detail)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of days, both ends included."""

    since: date
    until: date


def span(filters: Document, name: str, today: date, longest: int, usual: int) -> Span | None:
    """Parse a range of days of the filters; None if it is not given.

    Args:
        filters: The body's filters.
        name: `reportingPeriod` or `lastModified`.
        today: The present day.
        longest: How many days it may reach back.
        usual: How many days it reaches back by default.

    Raises:
        ProblemError: For a range that is empty, reversed or reaches too far back.
    """
    if name not in filters:
        return None
    given = (filters[name] or {}).get("timespan") or {}
    if not given.get("since") and not given.get("until"):
        raise unfit(f"{name}: the timespan needs since, until or both.")
    until = _day(given, "until") or today
    since = _day(given, "since") or today - timedelta(days=usual)
    if since > until:
        raise unfit(f"{name}: since is after until.")
    if since < today - timedelta(days=longest):
        raise unfit(f"{name}: since is more than {longest} days in the past.")
    return Span(since, until)


def _day(given: Document, name: str) -> date | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text or found.year < 2000:  # noqa: PLR2004 - nonsense
        raise unfit(f"{name} is not a date like 2026-01-31.")
    return found


@dataclass(frozen=True, slots=True)
class Mark:
    """A sort key, and whether the page before or after it is requested."""

    key: tuple[Any, ...]
    backwards: bool = False


def read_cursor(ctx: Context) -> Mark | None:
    """Return the decoded cursor of the request.

    A cursor belongs to its request and expires after an hour.

    Raises:
        ProblemError: 422 for a cursor that is malformed, too old or of another request.
    """
    text = ctx.query.get("cursor")
    if text is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii", "replace"))
        issued, signature, key, backwards = json.loads(raw)
        known = signature == _signature(ctx, issued, key, backwards)
        fresh = ctx.now - CURSOR_SECONDS <= issued <= ctx.now
        mark = Mark(tuple(key), bool(backwards))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise unfit("The cursor is malformed.") from None
    if not (known and fresh):
        raise unfit("The cursor has expired or belongs to another request.")
    return mark


def _cursor(ctx: Context, key: tuple[Any, ...], *, backwards: bool) -> Document:
    signature = _signature(ctx, ctx.now, list(key), backwards)
    text = json.dumps([ctx.now, signature, list(key), backwards], separators=(",", ":"))
    return {"cursor": base64.urlsafe_b64encode(text.encode()).decode()}


def _signature(ctx: Context, *parts: Any) -> str:
    query = sorted((k, v) for k, v in ctx.query.multi_items() if k not in {"cursor", "limit"})
    text = json.dumps([ctx.operation, ctx.path, query, ctx.body, *parts], sort_keys=True)
    return ctx.world.digest("cursor", text)[:16]


def page(ctx: Context, rows: Iterator[Document], key_of: Any, mark: Mark | None) -> Document:
    """Answer with as many rows as the limit allows, and the cursors of the adjacent pages.

    Args:
        ctx: The request.
        rows: Rows after the mark; backwards: rows before it, the nearest first.
        key_of: Returns the sort key of a row.
        mark: Where the page starts, or ends.
    """
    limit = int(ctx.query.get("limit", DEFAULT_LIMIT))
    found = list(islice(rows, limit + 1))
    more, found = len(found) > limit, found[:limit]
    backwards = mark is not None and mark.backwards
    if backwards:
        found.reverse()
    around: Document = {}
    if found and (more or backwards):
        around["next"] = _cursor(ctx, key_of(found[-1]), backwards=False)
    if found and (more if backwards else mark is not None):
        around["prev"] = _cursor(ctx, key_of(found[0]), backwards=True)
    return {"data": found, "metadata": {"collectionInfo": around}}
