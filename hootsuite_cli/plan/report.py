"""Output of `hootsuite schedule`: the plan before sending, the outcome afterwards."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil
from urllib.parse import urlsplit

from rich.text import Text

from hootsuite_api.phrases import counted
from hootsuite_api.redact import scrub
from hootsuite_cli.console import say
from hootsuite_cli.plan.forecast import Forecast
from hootsuite_cli.plan.in_process import Result, Run
from hootsuite_cli.plan.platform_states import States
from hootsuite_cli.plan.results_copy import Column
from hootsuite_cli.plan.wording import OPTIONS
from hootsuite_cli.tables import STATUS_COLOURS, SafeConsole, Table, screen
from tap_hootsuite_sheet.columns import KEY, OURS, SYNONYMS
from tap_hootsuite_sheet.model import Plan
from tap_hootsuite_sheet.problems import CellError
from target_hootsuite.statuses import OPEN, SUCCEEDED, ResultStatus

_DAYS_SHOWN = 40
_WARNINGS_SHOWN = 20
_MOVES_SHOWN = 5
_ABOUT = re.compile(r"([a-z_]+)[^:\s]*: ")
_COLUMNS = {
    "destination_url": "link",
    "location": "location",
    "media": "media",
    "pinterest_board_id": "board",
    "scheduled_send_time": "date",
    "social_profile_ids": "profiles",
    "tags": "tags",
    "text": "text",
}
_ADVICE = {
    ResultStatus.DEFERRED: "not sent yet",
    ResultStatus.UNKNOWN: "the answer was lost; the next run looks for it, see hootsuite results",
}
_REMEDIES = {
    "network_unsupported": "Name another profile",
    "pinterest_board": "Write the board's id into a column Board",
    "pinterest_media": "Name a picture in a column Media",
    "reauth_required": "Reconnect it, or name another profile",
    "unknown_profile": "Name another profile",
}
_CAUSES_SHOWN = 3


def show(plan: Plan, outlook: Forecast, rehearsal: Run) -> None:
    """Print what will happen."""
    console = screen()
    days = outlook.by_day()
    table = Table("Day", "Posts", "Profiles", title=Text(plan.name), title_justify="left")
    for day, profiles in list(days.items())[:_DAYS_SHOWN]:
        named = ", ".join(f"{outlook.name(one)} ({n})" for one, n in sorted(profiles.items()))
        table.add_row(day, str(profiles.total()), Text(named))
    if len(days) > _DAYS_SHOWN:
        table.add_row("...", "", f"and {counted(len(days) - _DAYS_SHOWN, 'more day')}")
    console.print(table)
    for name, value in _facts(plan, outlook, rehearsal):
        console.print(Text(f"{name:<16}", style="bold") + Text(value))
    _moved(console, outlook)
    _removed(outlook)
    _warnings(console, outlook)


def _facts(plan: Plan, outlook: Forecast, rehearsal: Run) -> list[tuple[str, str]]:
    held = f", {len(plan.held)} kept back" if plan.held else ""
    good = counted(outlook.count_posts(), "post")
    rows = f"{len(outlook.posts)} good, {len(plan.problems.rows)} bad{held}; {good}"
    facts = [("Rows", rows)]
    if outlook.too_long:
        facts.append(("Too long", f"{counted(outlook.too_long, 'post')}, see the warnings"))
    if not rehearsal.results:
        return facts
    open_ones = [("Fate unknown", f"{outlook.unknown}, see hootsuite results")]
    later = [("Deferred", f"{outlook.deferred}, not sent yet")]
    return [
        *facts,
        ("To be posted", f"{outlook.creates} new, {outlook.replaces} replaced"),
        ("Already there", _standing(outlook, rehearsal)),
        *(open_ones if outlook.unknown else []),
        *(later if outlook.deferred else []),
        ("To be uploaded", counted(outlook.uploads, "file")),
        ("Cost", _cost(outlook)),
    ]


def _standing(outlook: Forecast, rehearsal: Run) -> str:
    stuck = ", ".join(outlook.states.said(rehearsal.results, noun=""))
    return f"{outlook.standing}: {stuck}" if stuck else str(outlook.standing)


def _cost(outlook: Forecast) -> str:
    if not outlook.requests:
        return "nothing"
    seconds = ceil(outlook.requests / outlook.per_second)
    least = timedelta(seconds=max(seconds, 1))
    cost = f"{counted(outlook.requests, 'request')}, about {least} or more"
    if outlook.quota_total:
        share = 100 * outlook.requests / outlook.quota_total
        used = 100 * outlook.quota_used / outlook.quota_total
        cost += f", {share:.1f} % of the day's quota ({used:.1f} % is used)"
    return cost


def _moved(console: SafeConsole, outlook: Forecast) -> None:
    for line in outlook.moved[:_MOVES_SHOWN]:
        console.print(Text("Replaced: ", style="bold") + Text(line))
    if len(outlook.moved) > _MOVES_SHOWN:
        console.print(f"... and {len(outlook.moved) - _MOVES_SHOWN} more posts get another time")


def _warnings(console: SafeConsole, outlook: Forecast) -> None:
    lines = [(row, said) for row, all_said in sorted(outlook.warnings.items()) for said in all_said]
    for row, said in lines[:_WARNINGS_SHOWN]:
        console.print(Text("Warning: ", style="bold yellow") + Text(f"row {row}: {said}"))
    if len(lines) > _WARNINGS_SHOWN:
        console.print(f"... and {counted(len(lines) - _WARNINGS_SHOWN, 'more warning')}")


def changes(outlook: Forecast) -> None:
    """Print what happens to each row."""
    console = screen()
    table = Table("Row", "", "Change", title="Row by row", title_justify="left")
    for row, kind in outlook.kinds.items():
        table.add_row(str(row), Text(kind), Text(outlook.differences.get(row, "")))
    console.print(table)


def _removed(outlook: Forecast) -> None:
    for line in outlook.removed:
        say(line, err=True)


def deletions(run: Run) -> None:
    """Print the outcome of deletions: posts whose rows left the plan."""
    statuses = Counter(str(one["status"]) for one in run.results)
    deleted = statuses[ResultStatus.DONE] + statuses[ResultStatus.UNCHANGED]
    say(f"Deleted: {counted(deleted, 'post')} that left the plan.")
    for one in run.results:
        if one["status"] not in {ResultStatus.DONE, ResultStatus.UNCHANGED}:
            reason = one["error_message"] or one["status"]
            say(scrub(f"message {one['key']} was not deleted: {reason}"), err=True)
    if run.complaint:
        say(scrub(run.complaint), err=True)


def refuse_hosts(plan: Plan, hosts: Sequence[str]) -> None:
    """Refuse pictures by link from hosts that are not allowed, before they are downloaded."""
    known = {host.lower().rstrip(".") for host in hosts}
    column = plan.table.fields.get("media")
    for row, record in zip(plan.rows, plan.records, strict=True):
        links = [item["url"] for item in record.get("media", ()) if "url" in item]
        for host in dict.fromkeys((urlsplit(link).hostname or "").rstrip(".") for link in links):
            if host and host not in known and column is not None:
                error = CellError(
                    f"has a picture on {host}, and pictures are fetched only from places that you "
                    "name",
                    "Put the file beside the plan and write its name",
                    setting="media_url_hosts",
                    value=host,
                )
                value = plan.sheet.rows[row - 1][column]
                plan.problems.add(row, plan.table.label("media"), value, error)


def add_refusal(plan: Plan, row: int, message: str, code: str) -> None:
    """Add a rejection by the target to a row's problems, at its column.

    Args:
        plan: Gets the problem.
        row: The row.
        message: The target's message, with its field before a colon.
        code: The error code.
    """
    match = _ABOUT.match(message)
    field = _COLUMNS.get(match[1], "") if match else ""
    column = plan.table.fields.get(field)
    said = message[match.end() :] if match and field else message
    predicate = said[:1].islower()  # "is past" continues a sentence; "130000078 is" does not
    if column is None:
        name = f"{SYNONYMS[field][0]} " if field and predicate else ""
        error = CellError(f"{name}{said}", _REMEDIES.get(code, "Correct the row"))
        plan.problems.add(row, "", "", error)
        return
    value = plan.sheet.rows[row - 1][column]
    apart = not predicate and value != ""
    remedy = _REMEDIES.get(code, "Correct the cell")
    error = CellError(f"\N{EN DASH} {said}" if apart else said, remedy)
    plan.problems.add(row, plan.table.label(field), value, error)


def problems(plan: Plan) -> None:
    """Print the problems of invalid rows."""
    say(f"{counted(len(plan.problems.rows), 'row')} can't be sent:", err=True)
    for line in plan.problems.lines(words=OPTIONS):
        say(scrub(line), err=True)


def outcome(plan: Plan, run: Run, states: States | None = None) -> None:
    """Print the outcome of the rows.

    Args:
        plan: The plan.
        run: What became of it.
        states: States of posts on the platform.
    """
    console = screen()
    states = states or States()
    end = Text(f"{plan.name}: {_end(run)}")
    table = Table("Status", "Posts", title=end, title_justify="left")
    for status, count in sorted(Counter(one["status"] for one in run.results).items()):
        table.add_row(Text(status, style=STATUS_COLOURS.get(status, "")), str(count))
    console.print(table)
    for line in states.said(run.results):
        say(f"{line}.", err=True)
    for note in sorted({str(one["error_message"]) for one in run.results if _is_note(one)}):
        say(f"Note: {scrub(note)}", err=True)
    for status, advice in _ADVICE.items():
        if any(one["status"] == status for one in run.results):
            say(f"{status}: {advice}.", err=True)
    for cause in _causes(run):
        say(f"Why: {cause}", err=True)
    if _not_finished(run):
        say("Run the same command again: nothing is posted twice.", err=True)


def _not_finished(run: Run) -> bool:
    """Whether there are rows that another run has to continue."""
    return bool(run.complaint) or any(one["status"] in OPEN for one in run.results)


def _end(run: Run) -> str:
    if run.interrupted:
        return "interrupted"
    return "not finished" if _not_finished(run) else "done"


def _causes(run: Run) -> list[str]:
    """Return why rows were not attempted, the most frequent cause first."""
    if run.interrupted:
        return []
    deferred = (one for one in run.results if one["status"] == ResultStatus.DEFERRED)
    said = (str(one["error_message"] or "") for one in deferred)
    often = Counter(scrub(one) for one in said if one and one not in run.complaint)
    return [cause for cause, _ in often.most_common(_CAUSES_SHOWN)]


def nothing_to_send(rehearsal: Run, states: States) -> str:
    """Return why there is nothing to send, with the states of the posts on the platform.

    Args:
        rehearsal: What became of the rows.
        states: States of posts on the platform.
    """
    there = [one for one in rehearsal.results if one["status"] in SUCCEEDED]
    if not there or len(there) < len(rehearsal.results):
        return "There is nothing to send."
    stuck = states.said(there)
    if not stuck:
        return "Everything is scheduled already; there is nothing to send."
    fine = sum(states.of(one) is None for one in there)
    are = "is" if fine == 1 else "are"
    parts = [f"{counted(fine, 'post')} {are} scheduled", *stuck] if fine else stuck
    return f"There is nothing to send: {', '.join(parts)}."


def columns(
    plan: Plan, run: Run, addresses: Mapping[str, str], states: States | None = None
) -> list[Column]:
    """Return the columns of a results copy.

    Args:
        plan: The plan.
        run: What became of it.
        addresses: URLs of published posts, by message id.
        states: States of posts on the platform.
    """
    states = states or States()
    results = run.by_key()
    status, ids, links, errors = ({} for _ in OURS)
    keys = {}
    complaints: dict[int, list[str]] = {}
    for problem in sorted(plan.problems.items, key=lambda one: (one.row, one.column)):
        complaints.setdefault(problem.row, []).append(scrub(problem.alone(OPTIONS)))
    for row, said in complaints.items():
        status[row], ids[row], links[row], errors[row] = "not sent", "", "", " ".join(said)
    for row, word in plan.held.items():
        said_back = f"Kept back by its status: {word}"
        status[row], ids[row], links[row], errors[row] = "not sent", "", "", said_back
    for row, key in plan.keys.items():
        if row in complaints or row in plan.held or key not in results:
            continue
        mine = results[key]
        keys[row] = key
        shown = (addresses.get(str(one["remote_id"])) for one in mine)
        links[row] = "; ".join(filter(None, shown))
        status[row] = _each(mine, states)
        ids[row] = "; ".join(str(one["remote_id"]) for one in mine if one["remote_id"])
        errors[row] = _errors(mine, states)
    return [*zip(OURS, (status, ids, links, errors), strict=True), (KEY, keys)]


def _each(results: Sequence[Result], states: States) -> str:
    """Return one status if all profiles have the same, else one per profile."""
    found = {states.label(one) for one in results}
    if len(found) == 1:
        return found.pop()
    return "; ".join(f"{one['social_profile_id']}: {states.label(one)}" for one in results)


def _errors(results: Sequence[Result], states: States) -> str:
    said = []
    for one in results:
        if (why := states.of(one)) is not None and not why.waits:
            said.append(why.remedy)
        if one["error_message"] and not _is_note(one):
            trace = f" (trace {one['trace_id']})" if one["trace_id"] else ""
            code = f" [{one['error_code']}]" if one["error_code"] else ""
            said.append(scrub(f"{one['error_message']}{code}{trace}"))
    return "; ".join(dict.fromkeys(said))


def _is_note(one: Result) -> bool:
    """Whether a result's message is only a note: the post is on the platform as desired."""
    return bool(one["error_message"]) and one["status"] in SUCCEEDED
