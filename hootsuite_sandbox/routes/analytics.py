"""`/v1/analytics/posts` and `/profiles`: metrics of posts and profiles."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import chain
from typing import Any

from hootsuite_sandbox.domain import access
from hootsuite_sandbox.domain.analytics import posts, profiles, requests
from hootsuite_sandbox.domain.analytics.networks import DAY, NETWORKS
from hootsuite_sandbox.domain.records import Document, Profile
from hootsuite_sandbox.errors import ProblemError
from hootsuite_sandbox.operations import Context, operation


@operation("list_post_metrics", before_body=requests.admit)
def list_post_metrics(ctx: Context) -> Document:
    """Answer with a page of posts and their lifetime metrics, newest first.

    Documented: both ends of a range are included. Recorded: the last day of posts is not. It is
    unknown whether `lastModified` follows `lastRefreshed`: it does in the documented mode; in the
    recorded mode only newly created posts count.
    """
    chosen, mark = _profiles(ctx), requests.read_cursor(ctx)
    report, changed = _spans(ctx)
    last = timedelta(days=1 if ctx.recorded else 0)
    choice = posts.Choice(
        profiles=chosen,
        since=report.since,
        until=_earlier(report.until, last, given=_is_given(ctx, "reportingPeriod")),
        datatype=ctx.query.get("datatype", "ORGANIC"),
        modified_since=changed.since if changed else None,
        modified_until=changed.until if changed else None,
        before=_post_key(mark.key) if mark and not mark.backwards else None,
        after=_post_key(mark.key) if mark and mark.backwards else None,
        by_refresh=not ctx.recorded,
    )
    rows = posts.newest(ctx.world, choice)
    if mark and mark.backwards:
        rows = iter(list(rows)[::-1])
    return requests.page(ctx, rows, _place_of_post, mark)


@operation("list_profile_metrics", before_body=requests.admit)
def list_profile_metrics(ctx: Context) -> Document:
    """Answer with a page of daily metrics, by day and profile; both ends are included."""
    chosen, mark = _profiles(ctx), requests.read_cursor(ctx)
    report, changed = _spans(ctx)
    choice = profiles.Choice(
        profiles=chosen,
        since=report.since,
        until=report.until,
        datatype=ctx.query.get("datatype", "ORGANIC"),
        modified_since=changed.since if changed else None,
        modified_until=changed.until if changed else None,
    )
    key = (str(mark.key[0]), str(mark.key[1])) if mark else None
    backwards = bool(mark and mark.backwards)
    rows = profiles.rows(
        ctx.world, choice, after=None if backwards else key, before=key if backwards else None
    )
    return requests.page(ctx, rows, lambda row: (row["date"], row["profileId"]), mark)


def _place_of_post(row: Document) -> tuple[Any, ...]:
    return row["createdAt"], row["externalId"]


def _post_key(key: tuple[Any, ...]) -> posts.Key:
    return posts.instant(key[0]), str(key[1])


def _is_given(ctx: Context, name: str) -> bool:
    timespan = (ctx.body["filters"].get(name) or {}).get("timespan") or {}
    return bool(timespan.get("until"))


def _earlier(day: date, by: timedelta, *, given: bool) -> date:
    return day - by if given else day


def _spans(ctx: Context) -> tuple[requests.Span, requests.Span | None]:
    """Return the days of the report and of the last change; by default one year of reports."""
    filters, today = ctx.body["filters"], date.fromordinal(719_163 + ctx.now // DAY)
    report = requests.span(
        filters, "reportingPeriod", today, requests.LONGEST_REPORT, requests.USUAL_REPORT
    )
    changed = requests.span(
        filters, "lastModified", today, requests.LONGEST_CHANGE, requests.LONGEST_CHANGE
    )
    tomorrow = today + timedelta(days=1)
    usual = requests.Span(today - timedelta(days=requests.USUAL_REPORT), tomorrow)
    return report or usual, changed


def _profiles(ctx: Context) -> tuple[Profile, ...]:
    """Return the requested profiles.

    Raises:
        ProblemError: 422 for none or too many, for a network that analytics does not support, and
            for a `networkId` of another network. For profiles that the caller can't use: 422 as
            documented, 403 as recorded; the real answer is not published.
    """
    given = ctx.body["filters"]["profileId"]
    if "eq" in given and "in" in given:
        raise requests.unfit("profileId: give eq or in, not both.")
    ids = list(dict.fromkeys(chain([given["eq"]] if "eq" in given else given.get("in", []))))
    if not ids:
        raise requests.unfit("profileId: at least one id is needed.")
    found = [_profile(ctx, profile_id) for profile_id in ids]
    for profile in found:
        if profile.type not in NETWORKS:
            raise requests.unfit(f"Analytics does not serve profile {profile.id}.")
        if ctx.query.get("networkId", profile.type) != profile.type:
            raise requests.unfit(f"Profile {profile.id} is not of the network in networkId.")
    return tuple(found)


def _profile(ctx: Context, profile_id: str) -> Profile:
    if access.grant_on(ctx, profile_id) is not None:
        return ctx.world.profiles[profile_id]
    detail = f"Profile {profile_id} is unknown or out of reach."
    raise ProblemError(403, "permission-denied", detail) if ctx.recorded else requests.unfit(detail)
