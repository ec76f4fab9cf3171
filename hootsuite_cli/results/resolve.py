"""Settles rows of unknown outcome: reconcile again, or record a person's decision."""

from __future__ import annotations

import getpass
import logging
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click

from hootsuite_cli.errors import Failure
from hootsuite_cli.results.journals import journal_url, reading
from target_hootsuite import settings as target_settings
from target_hootsuite.journal.decisions import CLOSABLE, Decision
from target_hootsuite.journal.entries import Busy, Entry, claim_of
from target_hootsuite.journal.report import Wanted
from target_hootsuite.journal.store import Journal
from target_hootsuite.log import logger
from target_hootsuite.run import Job
from target_hootsuite.statuses import EntryStatus

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
    if entry is None:
        return _set_aside(settings, decision)
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
    status = EntryStatus.DONE if remote_id else EntryStatus.NOT_SENT
    claim = claim_of(entry.scope, entry.stream, remote_id or "")
    result = decision.result(entry, journal.run_id)
    try:
        journal.settle(entry, status, result, **decision.columns(claim))
    except Busy as error:
        journal.settle(entry, EntryStatus.UNKNOWN)
        raise Failure(f"{remote_id} belongs to another row already") from error


def _set_aside(settings: Mapping[str, Any], decision: Decision) -> str:
    """Close a row that was not sent and must not be sent, such as one deleted from its sheet."""
    with reading(settings) as report:
        rows = report.results(Wanted(key=decision.key, stream=decision.stream))
    closable = [row for row in rows if row["status"] in CLOSABLE and decision.fits_row(row)]
    if not closable:
        raise Failure(f"No row with the key {decision.key!r} is of unknown fate, or rejected")
    _one([f"{row['stream']} {row['social_profile_id'] or '-'} {row['scope']}" for row in closable])
    row = closable[0]
    if decision.remote_id:
        raise Failure(
            f"{decision.key!r} was {row['status']}, so it was not sent: only not-sent fits"
        )
    journal = Journal(journal_url(settings), uuid.uuid4().hex)
    try:
        result = decision.of_row(row, journal.run_id)
        journal.report([(row["identity"], row["scope"], result)])
    finally:
        journal.close()
    return f"{row['stream']} {row['key']}: {decision.note}"


def _one(places: Sequence[str]) -> None:
    if len(places) > 1:
        raise Failure(
            f"{len(places)} rows have this key ({', '.join(places)}): "
            "name one with --stream, --social-profile and --scope"
        )


def _meant(settings: Mapping[str, Any], decision: Decision) -> Entry | None:
    with reading(settings) as report:
        found = [entry for entry in report.open_entries() if decision.fits(entry)]
    if not found:
        return None
    _one([f"{one.stream} {one.profile or '-'} {one.scope}" for one in found])
    if found[0].step == "delete" and decision.remote_id:
        raise Failure("A deletion was under way and nothing was posted: only not-sent fits")
    return found[0]


def settle(settings: Mapping[str, Any]) -> None:
    """Look on the platform for messages of unknown fate; the journal is there.

    Raises:
        HootsuiteError: If the platform can't be asked.
        TargetError: If the journal can't be used.
        Failure: If they could not all be looked for.
    """
    complete = target_settings.complete(settings)
    job = Job(complete, lambda _: None, journal_url(settings))
    with _warnings() as said:
        job.settle()
    if said:
        raise Failure(*said)


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Collect the target's warnings of a failed look-up, which is an error here."""
    said: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)
