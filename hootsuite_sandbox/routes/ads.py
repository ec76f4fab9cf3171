"""`/v1/me/adAccounts` and `/v1/analytics/paid`: ad accounts and metrics of ads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from hootsuite_sandbox.domain.analytics import ads, requests
from hootsuite_sandbox.domain.analytics.networks import DAY
from hootsuite_sandbox.domain.records import AdAccount, Document
from hootsuite_sandbox.errors import ApiError, ProblemError
from hootsuite_sandbox.operations import Context, operation

MOST_ACCOUNTS = 10
Key = tuple[Any, ...]


@operation("list_my_ad_accounts")
def list_my_ad_accounts(ctx: Context) -> Document:
    """Answer with the ad accounts of an organization, for members with a seat there."""
    organization_id = ctx.query["organization_id"]
    if not _belongs(ctx, organization_id):
        resource = {"type": "organization", "id": organization_id}
        raise ApiError(400, 3003, "There is no such organization.", resource)
    accounts = ctx.world.ad_accounts.values()
    return {
        "ad_accounts": [
            ads.show_account(one) for one in accounts if one.organization_id == organization_id
        ]
    }


@operation("list_ad_entities", before_body=requests.admit)
def list_ad_entities(ctx: Context) -> Document:
    """Answer with a page of campaigns, ad sets or ads, by account and id."""
    mark, report, changed = requests.read_cursor(ctx), _span(ctx), _changed(ctx)
    found = []
    for entity in _entities(ctx):
        start, end = (_day(t) for t in (entity.campaign.start, entity.campaign.end))
        if report and not (start <= report.until and end >= report.since):
            continue
        day = _day(ads.modified(entity, ctx.now))
        if changed and not changed.since <= day <= changed.until:
            continue
        found.append(entity)
    shown = ({"key": one.key, "row": one} for one in _after(found, mark))
    answer = requests.page(ctx, shown, lambda item: item["key"], mark)
    answer["data"] = [ads.show(ctx.world, item["row"]) for item in answer["data"]]
    return answer


def _after(found: list[ads.Entity], mark: requests.Mark | None) -> Iterator[ads.Entity]:
    if mark is None:
        return iter(found)
    if mark.backwards:
        return (one for one in reversed(found) if one.key < _entity_key(mark))
    return (one for one in found if one.key > _entity_key(mark))


def _entity_key(mark: requests.Mark) -> tuple[str, int]:
    return str(mark.key[0]), int(mark.key[1])


@operation("list_ad_metrics", before_body=requests.admit)
def list_ad_metrics(ctx: Context) -> Document:
    """Answer with a page of daily metrics, by day, account and id."""
    mark, span, changed = requests.read_cursor(ctx), _span(ctx), _changed(ctx)
    today = _day(ctx.now)
    since, until = ads.span_of(span.since if span else None, span.until if span else None, today)
    if changed:
        # Days are counted again for some days, so these days are the changed ones.
        since = max(since, changed.since - timedelta(days=ads.RESTATED_DAYS))
        until = min(until, changed.until)
    backwards = bool(mark and mark.backwards)
    key = _row_key(mark.key) if mark else None
    if key and backwards:
        until = min(until, date.fromisoformat(key[0]))
    elif key:
        since = max(since, date.fromisoformat(key[0]))
    rows = ads.days(ctx.world, _entities(ctx), since, until, backwards=backwards)
    wanted = (row for row in rows if _follows(_place(row), key, backwards=backwards))
    return requests.page(ctx, wanted, _place, mark)


def _place(row: Document) -> Key:
    ids = [row[n] for n in ("externalAdId", "externalAdsetId", "externalCampaignId") if n in row]
    return row["date"], row["adAccountId"], int(ids[0])


def _row_key(key: Key) -> Key:
    return str(key[0]), str(key[1]), int(key[2])


def _follows(place: Key, key: Key | None, *, backwards: bool) -> bool:
    return key is None or (place < key if backwards else place > key)


def _day(instant: int) -> date:
    return date.fromordinal(719_163 + instant // DAY)


def _span(ctx: Context) -> requests.Span | None:
    return requests.span(
        ctx.body["filters"],
        "reportingPeriod",
        _day(ctx.now),
        requests.LONGEST_REPORT,
        requests.USUAL_REPORT,
    )


def _changed(ctx: Context) -> requests.Span | None:
    return requests.span(
        ctx.body["filters"],
        "lastModified",
        _day(ctx.now),
        requests.LONGEST_CHANGE,
        requests.LONGEST_CHANGE,
    )


def _entities(ctx: Context) -> list[ads.Entity]:
    accounts = _accounts(ctx)
    if ctx.query.get("datatype", "PAID") != "PAID":
        return []  # ads have no organic metrics
    return ads.entities(ctx.world, ctx.path["adEntityCollection"], accounts)


def _accounts(ctx: Context) -> list[AdAccount]:
    """Return the requested ad accounts.

    Raises:
        ProblemError: 422 for none, for more than ten, for one that the network has disabled, and
            for one of another network; for unknown ones 422 as documented, 403 as recorded.
    """
    given = ctx.body["filters"]["adAccounts"]
    named = dict.fromkeys((one["adAccountId"], one["organizationId"]) for one in given)
    if not 0 < len(named) <= MOST_ACCOUNTS:
        raise requests.unfit(f"adAccounts: 1 to {MOST_ACCOUNTS} accounts are needed.")
    found = [_account(ctx, *one) for one in named]
    for account in found:
        if account.status != 1:
            raise requests.unfit(f"Ad account {account.id} cannot be used.")
        if ctx.query.get("adAccountType", account.network) != account.network:
            raise requests.unfit(f"Ad account {account.id} is not of that network.")
    return found


def _account(ctx: Context, account_id: str, organization_id: str) -> AdAccount:
    account = ctx.world.ad_accounts.get(account_id)
    if account and account.organization_id == organization_id and _belongs(ctx, organization_id):
        return account
    detail = f"Ad account {account_id} is unknown or out of reach."
    raise ProblemError(403, "permission-denied", detail) if ctx.recorded else requests.unfit(detail)


def _belongs(ctx: Context, organization_id: str) -> bool:
    if ctx.caller is None:
        return ctx.organization_id == organization_id
    organization = ctx.world.organizations.get(organization_id)
    return organization is not None and ctx.caller.id in organization.seats
