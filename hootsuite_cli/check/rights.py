"""What the streams of the tap may read and what the actions of the target may do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hootsuite_api.contract import load
from hootsuite_cli.check.analytics import Analytics
from hootsuite_cli.check.probe import Finding, Prober, references
from tap_hootsuite.tap import stream_classes
from target_hootsuite.actions import ACTIONS

_PROFILES_ASKED = 20  # a sample: thousands of profiles must not cost thousands of requests


@dataclass(frozen=True)
class Right:
    """What the caller may do, as far as the platform tells.

    Args:
        name: A stream of the tap or of the target.
        allowed: `yes`, `partly`, `no` or `unknown`.
        why: For a person.
        asked: The path template that was asked.
    """

    name: str
    allowed: str
    why: str = ""
    asked: str = ""


def explore(prober: Prober) -> None:
    """Ask for the lists that everything else is asked with."""
    organizations = references(prober.ask("list_my_organizations").data)
    prober.learn("organizationId", organizations)
    prober.learn("socialProfileId", references(prober.ask("list_social_profiles").data))
    for one in organizations[: prober.organizations_asked]:
        path = {"organizationId": one}
        prober.learn("memberId", references(prober.ask("list_organization_members", path).data))
        prober.learn("teamId", references(prober.ask("list_organization_teams", path).data))
    messages = prober.ask("list_messages").data or []
    # A message in review has a history; any other answers as well, but with nothing.
    prober.learn(
        "messageId", references(sorted(messages, key=lambda one: not one.get("reviewers")))
    )
    media = [one for message in messages for one in message.get("media") or ()]
    prober.learn("mediaId", references(media))


def readable(prober: Prober, analytics: Analytics) -> Iterator[Right]:
    """What each stream of the tap may read."""
    for stream in stream_classes():
        operation = load().operations[stream.operation]
        if operation.method != "GET":
            yield Right(stream.name, analytics.allowed, analytics.why, operation.path)
            continue
        names = [one.name for one in operation.parameters if one.location == "path"]
        if names == ["organizationId"]:
            findings = _everywhere(prober, stream.operation)
        else:
            findings = [prober.ask(stream.operation)]
        allowed, why = _together(findings)
        if (stream.name, allowed) == ("members", "no") and prober.ask("get_me").data:
            allowed, why = "partly", f"only the caller, from /v1/me; others: {why}"
        yield Right(stream.name, allowed, why, operation.path)


def _everywhere(prober: Prober, operation: str) -> list[Finding]:
    ids = prober.samples.get("organizationId", [])[: prober.organizations_asked]
    paths = [{"organizationId": one} for one in ids]
    return [prober.ask(operation, path) for path in paths] or [prober.ask(operation)]


def _together(findings: Sequence[Finding]) -> tuple[str, str]:
    verdicts = [one.verdict for one in findings]
    if len(set(verdicts)) == 1:
        return verdicts[0], findings[0].why
    return "partly", f"{verdicts.count('yes')} of {len(verdicts)}"


def doable(prober: Prober, member_id: str | None) -> Iterator[Right]:
    """What each action of the target may do; nothing is written to find out.

    Args:
        prober: Has explored.
        member_id: The caller; None for an organization's app.
    """
    for name, action in ACTIONS.items():
        kind, wanted = action.needs.of, action.needs.permissions
        if kind == "anyone":
            yield Right(name, "yes", "any member or app")
        elif kind == "reviewer":
            yield Right(name, "unknown", "whoever is the pending reviewer")
        elif member_id is None:
            yield Right(name, "unknown", "an organization's app has no permissions to ask for")
        else:
            yield _by_permission(prober, name, kind, wanted, member_id)


def _by_permission(
    prober: Prober, name: str, kind: str, wanted: Sequence[str], member_id: str
) -> Right:
    operation, paths = _grants(prober, kind, member_id)
    findings = [prober.ask(operation, path) for path in paths]
    held = [_holds(one, wanted) for one in findings]
    where = {"profile": "profiles asked", "organization": "organizations"}[kind]
    asked = load().operations[operation].path
    if not held:
        return Right(name, "unknown", f"no {where.split()[0]} to ask about", asked)
    if set(held) == {"unknown"}:
        why = "the caller may not see its own permissions, which hints at no"
        return Right(
            name, "unknown", why if findings[0].verdict == "no" else findings[0].why, asked
        )
    count = held.count("yes")
    allowed = "yes" if count == len(held) else "partly" if count else "no"
    return Right(name, allowed, f"{count} of {len(held)} {where}", asked)


def _grants(prober: Prober, kind: str, member_id: str) -> tuple[str, list[dict[str, str]]]:
    """Where the caller's own permissions stand."""
    organizations = prober.samples.get("organizationId", [])[: prober.organizations_asked]
    base = {"memberId": member_id}
    if kind == "organization":
        paths = [{"organizationId": one, **base} for one in organizations]
        return "get_organization_member_permissions", paths
    return "get_social_profile_permissions", [
        {"organizationId": organization, **base, "socialProfileId": profile}
        for organization, profile in _owned_profiles(prober, organizations)
    ]


def _owned_profiles(prober: Prober, organizations: Sequence[str]) -> list[tuple[str, str]]:
    profiles = prober.ask("list_social_profiles").data or []
    pairs = [
        (str(one.get("ownerId") or organizations[0]), str(one["id"]))
        for one in profiles
        if organizations and one.get("owner") != "MEMBER"
    ]
    return pairs[:_PROFILES_ASKED]


def _holds(finding: Finding, wanted: Sequence[str]) -> str:
    """Whether permissions include one that is wanted, by name or by preset."""
    if finding.verdict != "yes" or not isinstance(finding.data, dict):
        return "unknown"
    preset = str(finding.data.get("permissionPreset") or "")
    names: list[Any] = finding.data.get("permissions") or []
    if preset in wanted or any(want in str(name) for name in names for want in wanted[:1]):
        return "yes"
    return "no" if names or preset else "unknown"
