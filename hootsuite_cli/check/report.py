"""The findings of `hootsuite check` for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from rich.text import Text

from hootsuite_api.phrases import counted
from hootsuite_cli.tables import Table, screen

_COLOURS = {"yes": "green", "partly": "yellow", "no": "red", "unknown": "yellow"}
_SKEW = 30
_PROFILES_SHOWN = 30
_LEFT_OUT_SHOWN = 3

Found = Mapping[str, Any]


def show(found: Found) -> None:
    """Print the findings; without a terminal, without colours and as wide as needed."""
    console = screen()
    for name, value in _facts(found):
        console.print(Text(f"{name:<16}", style="bold") + Text(value))
    console.print()
    console.print(_profiles(found["social_profiles"]))
    console.print(_rights("The tap may read", found["streams"], "requests"))
    console.print(_rights("The target may write", found["actions"], None))
    for sentence in found["attention"]:
        console.print(Text("Attention: ", style="bold yellow") + Text(f"{sentence}."))
    for part in found["not_tested"]:
        console.print(Text("Not tested: ", style="bold") + Text(f"{part}."))
    if not found["attention"]:
        tested = ", as far as it was tested" if found["not_tested"] else ""
        console.print(Text(f"All is well{tested}.", style="green"))


def _facts(found: Found) -> list[tuple[str, str]]:
    caller, organizations = found["caller"], found["organizations"]
    who = f"{caller['name']} <{caller['email']}>, " if caller["name"] else ""
    names = ", ".join(f"{one.get('name') or '-'} ({one['id']})" for one in organizations)
    return [
        ("Account", f"{who}{caller['kind']} {caller['id'] or '?'}"),
        ("Platform", f"{caller['api_url']} by {caller['auth_method']}"),
        ("Organizations", names or "none"),
        ("Token", _token(found["tokens"])),
        ("Quota", _quota(found["quota"])),
        ("Analytics", _analytics(found["analytics"])),
        ("Clock", _clock(found["clock_skew_seconds"])),
        ("Journal", _journal(found["journal"])),
        ("This check", f"{counted(found['requests'], 'request')}, all of them reading"),
    ]


def _token(tokens: Found) -> str:
    if tokens["age_seconds"] is None:
        return f"not stored in {tokens['store']}" if tokens["store"] else "configured, not stored"
    age, left = (timedelta(seconds=tokens[one]) for one in ("age_seconds", "renewed_in_seconds"))
    return f"{age} old, renewed in {max(left, timedelta())}; stored in {tokens['store']}"


def _quota(quota: Found) -> str:
    takes = timedelta(seconds=quota["full_run_seconds"])
    requests = counted(quota["full_run_requests"], "request")
    full = f"a full tap run takes about {requests} and {takes} or more"
    if not quota["total"]:
        return f"the platform does not tell; {full}"
    percent = 100 * quota["used"] / quota["total"]
    return f"{quota['used']} of {quota['total']} used today ({percent:.1f} %); {full}"


def _analytics(analytics: Found) -> str:
    served = sum(analytics["profiles"].values())
    left_out = [f"{one['type']} {one['id']}" for one in analytics["unsupported"]]
    shown = ", ".join(left_out[:_LEFT_OUT_SHOWN])
    more = f" and {len(left_out) - _LEFT_OUT_SHOWN} more" if len(left_out) > _LEFT_OUT_SHOWN else ""
    without = f"; not for {shown}{more}" if left_out else ""
    nightly = counted(analytics["nightly_requests"], "request")
    profiles = counted(served, "profile")
    return f"{analytics['why']}; {profiles}, about {nightly} a night or more{without}"


def _clock(skew: int) -> str:
    if abs(skew) <= _SKEW:
        return "agrees with the platform's"
    side = "ahead of" if skew > 0 else "behind"
    return f"{timedelta(seconds=abs(skew))} {side} the platform's, whose clock is used"


def _journal(journal: Found) -> str:
    if journal["problem"]:
        return str(journal["problem"])
    if not journal["exists"]:
        return f"none yet at {journal['place']}"
    counts = ", ".join(f"{count} {status}" for status, count in journal["entries"].items())
    return f"{journal['place']}: {counts or 'empty'}"


def _profiles(profiles: Sequence[Found]) -> Table:
    table = Table("Id", "Network", "Name", "State", title="Social profiles", title_justify="left")
    # Those that need a person come first: they must not be among the ones left out.
    for one in sorted(profiles, key=lambda one: not one["reconnect"])[:_PROFILES_SHOWN]:
        state = Text("to be reconnected", style="red") if one["reconnect"] else Text("connected")
        table.add_row(*(Text(one[name] or "-") for name in ("id", "type", "name")), state)
    if len(profiles) > _PROFILES_SHOWN:
        table.add_row("...", f"and {len(profiles) - _PROFILES_SHOWN} more", "", "")
    return table


def _rights(title: str, rights: Sequence[Found], number: str | None) -> Table:
    columns = ("Stream", "Allowed", *((number.capitalize(),) if number else ()), "Why")
    table = Table(*columns, title=title, title_justify="left")
    for one in rights:
        allowed = Text(one["allowed"], style=_COLOURS[one["allowed"]])
        count = (str(one[number] or "-"),) if number else ()
        table.add_row(one["name"], allowed, *count, Text(one["why"]))
    return table
