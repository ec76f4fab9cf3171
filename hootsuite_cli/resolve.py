"""What can be done about rows of unknown fate: look again, or let a person decide."""

from __future__ import annotations

import getpass
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from hootsuite_api import HootsuiteClient
from hootsuite_cli.journals import journal_url, reading
from hootsuite_cli.main import Failure
from target_hootsuite import settings as target_settings
from target_hootsuite.job import Job
from target_hootsuite.journal import Journal
from target_hootsuite.journal_entries import Busy, Entry, claim_of
from target_hootsuite.journal_report import Decision
from target_hootsuite.reconcile import settle_open

_VERDICT = re.compile(r"sent:([A-Za-z0-9_-]{1,64})|not-sent")


def read_decision(
    text: str, *, stream: str, social_profile: str, scope: str, user: str
) -> Decision:
    """Read `KEY=sent:ID` or `KEY=not-sent`; the key itself may hold `=`.

    Raises:
        click.BadParameter: If it is neither.
    """
    key, _, verdict = text.rpartition("=")
    found = _VERDICT.fullmatch(verdict)
    if not key or not found:
        raise click.BadParameter(f"{text!r} is not KEY=sent:ID or KEY=not-sent")
    now = datetime.now(UTC)
    return Decision(key, found[1], user or _user(), now, stream, social_profile, scope)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number without a name
        return "unknown"


def resolve(settings: Mapping[str, Any], decision: Decision) -> str:
    """Close an entry as a person decides; recorded with time and user.

    Returns:
        What was noted.

    Raises:
        Failure: If no entry, or more than one, is meant; or somebody is at work on it.
    """
    entry = _meant(settings, decision)
    journal = Journal(journal_url(settings), uuid.uuid4().hex)
    try:
        journal.start()
        mine = journal.take_over(entry)
        if mine is None:
            raise Failure(f"A target that is running works on {decision.key!r}: wait for its end")
        _close(journal, mine, decision)
    finally:
        journal.close()
    return f"{entry.stream} {entry.key}: {decision.note}"


def _close(journal: Journal, entry: Entry, decision: Decision) -> None:
    remote_id = decision.remote_id
    status = "done" if remote_id else "not_sent"
    claim = claim_of(entry.scope, entry.stream, remote_id or "")
    result = decision.result(entry, journal.run_id)
    try:
        journal.settle(entry, status, result, **decision.columns(claim))
    except Busy as error:
        journal.settle(entry, "unknown")
        raise Failure(f"{remote_id} belongs to another row already") from error


def _meant(settings: Mapping[str, Any], decision: Decision) -> Entry:
    with reading(settings) as report:
        found = [entry for entry in report.open_entries() if decision.fits(entry)]
    if not found:
        raise Failure(f"No row with the key {decision.key!r} is of unknown fate")
    if len(found) > 1:
        places = ", ".join(f"{one.stream} {one.profile or '-'} {one.scope}" for one in found)
        raise Failure(
            f"{len(found)} rows have the key {decision.key!r} ({places}): "
            "name one with --stream, --social-profile and --scope"
        )
    if found[0].step == "delete" and decision.remote_id:
        raise Failure("A deletion was under way and nothing was posted: only not-sent fits")
    return found[0]


def settle(settings: Mapping[str, Any]) -> None:
    """Look on the platform for messages of unknown fate.

    Raises:
        HootsuiteError: If the platform can't be asked.
        TargetError: If the journal can't be used.
    """
    with reading(settings):  # a journal that is not there is not made
        pass
    complete = target_settings.complete(settings)
    url = journal_url(settings)
    job = Job(complete, lambda _: None, url)
    with HootsuiteClient.from_settings(complete) as client:
        journal = Journal(url, uuid.uuid4().hex, complete["lease_seconds"])
        try:
            desk = job._open_desk(client, journal)  # noqa: SLF001 - the one place that makes desks
            settle_open(desk, [])
        finally:
            journal.close()
