"""Finds out who signed in, what the account may do, what a run costs, and what needs a person."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from hootsuite_api import HootsuiteClient
from hootsuite_api.errors import NetworkFault, ServerFault, TornBody
from hootsuite_api.phrases import counted
from hootsuite_api.settings import Settings
from hootsuite_cli.check import analytics, cost, health, rights
from hootsuite_cli.check.probe import Finding, Prober
from tap_hootsuite.tap import stream_classes


def look(settings: dict[str, Any]) -> dict[str, Any]:
    """Look at an account, with reading requests only.

    Raises:
        HootsuiteError: If it can't be used.
    """
    with (
        _no_warnings(),
        HootsuiteClient.from_settings({**settings, "daily_quota_percent": 100}) as client,
    ):
        return examine(client, settings)


@contextmanager
def _no_warnings() -> Iterator[None]:
    """Keep the client's warnings from the screen: the table says it better."""
    logger = logging.getLogger("hootsuite_api")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def examine(client: HootsuiteClient, settings: dict[str, Any]) -> dict[str, Any]:
    """Find everything out.

    Raises:
        HootsuiteError: If the account can't be used.
    """
    prober = Prober(client)
    stored = health.of_tokens(client.settings)  # a new token mends the permissions of its file
    not_tested = _try_sign_in(client, prober)
    told = prober.ask("get_me")
    me = told.data or {}
    skew = (datetime.now(UTC) - client.now()).total_seconds()
    member_id = str(me["id"]) if me.get("id") else None
    prober.learn("memberId", [member_id] if member_id else [])
    rights.explore(prober)
    figures = analytics.look(prober, settings, client.now())
    found: dict[str, Any] = {
        "error": None,
        "caller": _caller(client, told),
        "tokens": _with_problem(health.of_tokens(client.settings), stored["problem"]),
        "organizations": prober.ask("list_my_organizations").data or [],
        "social_profiles": _profiles(prober),
        "streams": [asdict(one) for one in rights.readable(prober, figures)],
        "actions": [asdict(one) for one in rights.doable(prober, member_id)],
        "analytics": figures.as_dict(),
        "journal": health.of_journal(settings),
        "settings": health.of_settings(settings),
        "clock_skew_seconds": round(skew),
    }
    _add_costs(found, {**cost.estimate(prober, settings, client.now()), **figures.first})
    found["quota"] = _quota(client, found, settings)
    found["not_tested"] = not_tested + found["journal"].pop("not_tested")
    found["unanswered"] = prober.unanswered
    found["requests"] = client.stats.requests.total()
    found["attention"] = attention(found)
    return found


def _try_sign_in(client: HootsuiteClient, prober: Prober) -> list[str]:
    """Try the sign-in of the next run; return what could not be tried.

    Raises:
        AuthError: If the platform refuses it.
    """
    method = client.settings.auth_method
    try:
        tried = client.prove_sign_in()
    except (ServerFault, TornBody, NetworkFault):
        prober.unanswered.append("/oauth2/token")
        return [f"{_client(client)}, because Hootsuite's sign-in server failed"]
    if tried:
        return []
    if method == "access_token":
        return ["how long the configured access_token lasts"]
    return [f"{_client(client)} and the refresh token, which are used when the token is renewed"]


def _client(client: HootsuiteClient) -> str:
    """What proves who the client is; one that was registered in place of an app has no secret."""
    return "client_secret" if client.settings.client_secret else "client_id"


def _with_problem(tokens: dict[str, Any], before: str | None) -> dict[str, Any]:
    return {**tokens, "problem": tokens["problem"] or before}


def _caller(client: HootsuiteClient, told: Finding) -> dict[str, Any]:
    settings, me = client.settings, told.data or {}
    return {
        "api_url": settings.api_url,
        "auth_method": settings.auth_method,
        "kind": "member" if me else _kind(settings, told),
        "id": me.get("id") or settings.member_id or settings.organization_id or None,
        "name": me.get("fullName"),
        "email": me.get("email"),
    }


def _kind(settings: Settings, told: Finding) -> str:
    """Infer the caller type when /v1/me is refused: an organization's token has no member."""
    if settings.auth_method == "organization_app" or told.verdict == "no":
        return "organization"
    return "unknown" if settings.auth_method == "access_token" else "member"


def _profiles(prober: Prober) -> list[dict[str, Any]]:
    return [
        {
            "id": one.get("id"),
            "type": one.get("type"),
            "name": one.get("socialNetworkUsername") or one.get("socialNetworkId"),
            "reconnect": bool(one.get("isReauthRequired")),
        }
        for one in prober.ask("list_social_profiles").data or []
    ]


def _add_costs(found: dict[str, Any], costs: dict[str, int]) -> None:
    for stream in found["streams"]:
        # What may not be read is skipped after the first refusals.
        stream["requests"] = 0 if stream["allowed"] == "no" else costs[stream["name"]]


def _quota(
    client: HootsuiteClient, found: dict[str, Any], settings: dict[str, Any]
) -> dict[str, Any]:
    usual = {stream.name for stream in stream_classes() if stream.selected_by_default}
    full = sum(one["requests"] for one in found["streams"] if one["name"] in usual)
    quota, rate = client.quota, client.settings.requests_per_second
    return {
        "used": quota.used,
        "total": quota.total,
        "pause_percent": int(settings.get("daily_quota_percent", 90)),
        "full_run_requests": full,
        "full_run_seconds": round(full / rate),
    }


def attention(found: dict[str, Any]) -> list[str]:
    """Sentences about everything that needs a person."""
    said = [
        f"Social profile {one['id']} ({one['type']}) has to be reconnected in Hootsuite"
        for one in found["social_profiles"]
        if one["reconnect"]
    ]
    if unknown := found["journal"]["entries"].get("unknown"):
        rows = "1 row is" if unknown == 1 else f"{unknown} rows are"
        said.append(f"{rows} of unknown fate: hootsuite results --status unknown")
    said += [part["problem"] for part in (found["tokens"], found["journal"]) if part["problem"]]
    said += found["settings"]["problems"]
    quota = found["quota"]
    if quota["total"] and quota["used"] >= quota["total"] * quota["pause_percent"] / 100:
        said.append(f"{quota['used']} of the day's {quota['total']} requests are used: runs pause")
    if failed := found["unanswered"]:
        requests = counted(len(failed), "request")
        said.append(f"Hootsuite failed to answer {requests} ({failed[0]}): check again")
    elif not any(one["allowed"] in ("yes", "partly") for one in found["streams"]):
        said.append("No stream may be read: ask an administrator for permissions")
    return said
