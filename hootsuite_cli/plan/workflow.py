"""Workflow of `hootsuite schedule`: check everything, show it, ask, send, write results."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from hootsuite_api.phrases import counted, listed
from hootsuite_api.redact import scrub
from hootsuite_cli.console import say
from hootsuite_cli.plan import (
    changes,
    duplicates,
    edits,
    forecast,
    in_process,
    likeness,
    preview,
    report,
)
from hootsuite_cli.plan.platform_states import States
from hootsuite_cli.plan.previous_run import gone, scheduled_before, with_ids
from hootsuite_cli.plan.results_copy import Source, replace, write_copy
from hootsuite_cli.plan.wording import OPTIONS
from hootsuite_cli.tables import screen
from tap_hootsuite_sheet import account as platform
from tap_hootsuite_sheet.model import Options, Plan
from tap_hootsuite_sheet.plan import build, read_plan
from tap_hootsuite_sheet.problems import CellError, SettingError, SheetError
from tap_hootsuite_sheet.profiles import Resolver
from target_hootsuite.errors import JournalFault
from target_hootsuite.exit_codes import exit_code

BAD_ROWS = 2
_NOTHING = in_process.Run(0, [])


@dataclass(frozen=True)
class Choices:
    """Choices on the command line."""

    results: Path
    preview: Path | None = None
    dry: bool = False
    yes: bool = False
    skip_bad: bool = False
    edited_are_new: bool = False
    post_again: bool = False
    delete_removed: bool = False
    media_hosts: tuple[str, ...] = ()
    media_root: Path | None = None


class Scheduling:
    """One call of the command.

    Args:
        source: The plan's file.
        options: How to read it.
        settings: The account's settings; None if nobody is signed in.
        choices: Choices on the command line.

    Raises:
        SheetError: A setting is not a text.
    """

    def __init__(
        self,
        source: Source,
        options: Options,
        settings: Mapping[str, Any] | None,
        choices: Choices,
    ) -> None:
        self._source = source
        self._options = options
        self._account = settings
        self._choices = choices
        root = choices.media_root or (settings or {}).get("media_root") or source.path.parent
        if not isinstance(root, (str, Path)):
            raise SettingError("must be a text: put it in quotes.", setting="media_root")
        self._root = Path(root).absolute()
        self._links: Mapping[str, str] = {}
        self._known = duplicates.Known()
        self._states = States()
        self._removed: list[changes.Removed] = []
        self._certain: frozenset[str] = frozenset()
        self._unread = False
        self._screen = screen(err=True)

    def run(self) -> int:
        """Run the whole workflow.

        Returns:
            The exit code.

        Raises:
            SheetError: The plan can't be scheduled.
        """
        directory = platform.Account(self._account) if self._account else None
        try:
            plan = self._read(directory)
            rehearsal = self._rehearse(plan)
            outlook = self._forecast(plan, rehearsal, directory)
        finally:
            if directory is not None:
                directory.close()
        for note in plan.notes:
            say(note, err=True)
        self._write_preview(plan, outlook)
        report.show(plan, outlook, rehearsal)
        if plan.problems.items:
            report.problems(plan)
            if not self._choices.skip_bad:
                say("Nothing was sent. --skip-bad sends the other rows.", err=True)
                return BAD_ROWS
        return self._go_on(plan, outlook, rehearsal)

    def _read(self, directory: platform.Account | None) -> Plan:
        if self._source.sheet is not None:
            return build(self._source.sheet, self._options, directory)
        plan = read_plan(self._source.path, self._options, directory)
        if self._source.path.read_bytes() != self._source.data:
            raise SheetError(f"{self._source.path.name} changed while it was read. Try again.")
        return plan

    def _target_settings(self) -> dict[str, Any]:
        settings = {**(self._account or {}), "media_root": str(self._root)}
        settings["as_is"] = ["*"]  # texts were checked when the plan was read, cell by cell
        if self._choices.media_hosts:
            settings["media_url_hosts"] = [*self._hosts()]
        return settings

    def _hosts(self) -> list[str]:
        """Return the hosts that pictures may be fetched from."""
        known = (self._account or {}).get("media_url_hosts") or ()
        listed_hosts = [known] if isinstance(known, str) else known
        return [*map(str, listed_hosts), *self._choices.media_hosts]

    def _rehearse(self, plan: Plan) -> in_process.Run:
        """Dry run: the target checks every row; a rejection becomes a problem of that row."""
        if self._account is None or not plan.records:
            return _NOTHING
        report.refuse_hosts(plan, self._hosts())
        rehearsal = in_process.run(self._target_settings(), plan.records, dry=True)
        if rehearsal.interrupted:
            raise SheetError("The check was broken off. Nothing was sent.")
        if rehearsal.complaint:
            raise SheetError(rehearsal.complaint)
        rows = {record["external_id"]: row for record, row in _pairs(plan)}
        said = set()
        for one in forecast.rejected(rehearsal.results):
            message = scrub(str(one["error_message"])).rstrip(".")
            row = rows.get(str(one["key"]), 0)
            named = row in plan.problems.rows and one["error_code"] == "media_url"
            if (row, message) not in said and not named:
                said.add((row, message))
                report.add_refusal(plan, row, message, str(one["error_code"]))
        return rehearsal

    def _forecast(
        self, plan: Plan, rehearsal: in_process.Run, directory: platform.Account | None
    ) -> forecast.Forecast:
        bad = plan.problems.rows
        posts = [post for post in forecast.posts_of(plan) if post.row not in bad]
        outlook = forecast.Forecast(posts)
        outlook.warnings = {post.row: list(plan.warnings.get(post.row, ())) for post in posts}
        outlook.aliases = self._aliases(directory)
        outlook.per_second = int((self._account or {}).get("requests_per_second", 20))
        if directory is not None:
            outlook.profiles = {one.id: one for one in directory.profiles()}
        forecast.warn_about_texts(outlook)
        likeness.warn(outlook)
        if directory is not None:
            self._compare(plan, outlook, rehearsal, directory)
            forecast.look_around(outlook, rehearsal, directory.client())
            self._states = outlook.states
            self._links = forecast.links(outlook, rehearsal, directory.client())
            if not outlook.stop:
                self._stop_at_edits(plan, outlook, directory)
        return outlook

    def _aliases(self, directory: platform.Account | None) -> dict[str, str]:
        """Return the aliases that mean a single profile, by its id."""
        resolver = Resolver(self._options.aliases, directory)
        names: dict[str, str] = {}
        for name in self._options.aliases:
            with suppress(CellError):
                ids = resolver.ids(name)
                if len(ids) == 1:
                    names.setdefault(ids[0], name)
        return names

    def _compare(
        self,
        plan: Plan,
        outlook: forecast.Forecast,
        rehearsal: in_process.Run,
        directory: platform.Account,
    ) -> None:
        """Compare the plan with the journal: what is new, what moves, what exists already."""
        if rehearsal.results or plan.held or plan.problems.items:
            self._known = duplicates.read(self._account or {}, directory.client(), plan.name)
        known = self._known
        self._list_changes(plan, outlook, rehearsal, directory.client().now())
        forecast.count(outlook, rehearsal, self._root, known.files)
        outlook.moved = duplicates.moved(outlook, rehearsal, known)
        doubled = duplicates.twins(plan, outlook, rehearsal, known)
        if doubled and not self._choices.post_again:
            outlook.stop = duplicates.refusal(plan, doubled)

    def _list_changes(
        self,
        plan: Plan,
        outlook: forecast.Forecast,
        rehearsal: in_process.Run,
        now: datetime,
    ) -> None:
        """List what happens to each row, and which posts have lost their row."""
        found = changes.of_rows(plan, outlook, rehearsal, self._known)
        outlook.kinds = {one.row: one.kind for one in found}
        outlook.differences = {one.row: one.said() for one in found}
        with suppress(SheetError):  # an unreadable copy is reported when it is needed
            self._certain = with_ids(self._choices.results, self._options)
        self._unread = any(row not in plan.keys for row in plan.problems.rows | plan.held.keys())
        self._removed = changes.removed(plan, self._known, self._certain, now)
        outlook.removed = [one.said(outlook) for one in self._removed]

    def _stop_at_edits(
        self, plan: Plan, outlook: forecast.Forecast, directory: platform.Account
    ) -> None:
        """Refuse a plan with rows that may be edits without an ID: their first posts would stay.

        Raises:
            SheetError: Posts of earlier runs have no row and there are new rows; or it is unknown
                what was posted.
        """
        if self._choices.edited_are_new:
            return
        before = scheduled_before(self._choices.results, self._options, directory)
        moment = directory.client().now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        settled = self._certain | self._known.left | {one.post.key for one in self._to_delete()}
        lost = gone(plan, before, moment)
        rows = {key: row for key, row in lost.items() if key not in settled}
        posts = edits.candidates(plan, self._removed, settled)
        missing = edits.Missing(posts, rows)
        left_out = self._choices.skip_bad and plan.problems.rows & set(rows.values())
        if missing and (left_out or edits.new_keys(plan, self._known, before.keys())):
            raise SheetError(edits.refusal(plan, missing, outlook))

    def _note_what_left(self, plan: Plan) -> None:
        """Store which posts left the plan for good, so that nobody is asked twice."""
        sure = self._certain | self._known.left
        gone_now = {one.post.key for one in edits.candidates(plan, self._removed, frozenset())}
        keys = gone_now if self._choices.edited_are_new else gone_now & sure
        with suppress(JournalFault):  # at worst the user is asked once more
            duplicates.keep_left(self._account or {}, self._known, plan.name, keys)

    def _write_preview(self, plan: Plan, outlook: forecast.Forecast) -> None:
        if self._choices.preview is None:
            return
        lines = [scrub(line) for line in plan.problems.lines(words=OPTIONS)]
        lines[:0] = [outlook.stop] if outlook.stop else []
        page = preview.render(plan.name, outlook, lines, self._root)
        replace(self._choices.preview, page.encode())
        say(f"The calendar is in {self._choices.preview}.", err=True)

    def _go_on(self, plan: Plan, outlook: forecast.Forecast, rehearsal: in_process.Run) -> int:
        bad = BAD_ROWS if plan.problems.items else 0
        if self._account is None:
            if self._choices.dry:
                say("Nobody is signed in: the rows were not checked with Hootsuite.")
                return bad
            raise SheetError("There is no account to speak for. Sign in with hootsuite login.")
        if outlook.stop:
            raise SheetError(outlook.stop)
        if self._choices.dry:
            report.changes(outlook)
            say("Dry run: nothing was sent.")
            return _code(rehearsal) or bad
        if not outlook.needs_a_run() and not self._to_delete():
            say(report.nothing_to_send(rehearsal, self._states))
            self._write_results(plan, rehearsal)
            self._note_what_left(plan)
            self._tell_place()
            return _code(rehearsal) or bad
        self._check_place()
        self._ask(outlook)
        return self._send(plan) or bad

    def _to_delete(self) -> list[changes.Removed]:
        """Return the posts to delete: those that left the plan, if the user asked for it.

        If the ID of a row can't be read, nothing is deleted, since the row may belong to one of
        them.
        """
        if self._unread:
            return []
        own = [one for one in self._removed if not (one.held_row or one.other)]
        wanted = [one for one in own if one.post.remote_id]
        return wanted if self._choices.delete_removed else []

    def _check_place(self) -> None:
        """Check that the results can be written, before anything is sent.

        Raises:
            SheetError: They can't be written.
        """
        place = self._choices.results
        wrong = place if place.is_dir() else place.parent
        if place.is_dir() or not os.access(place.parent, os.W_OK):
            raise SheetError(f"{wrong} can't be written; say --results FILE. Nothing was sent.")

    def _ask(self, outlook: forecast.Forecast) -> None:
        """Ask the user for confirmation.

        Raises:
            SheetError: Nobody can be asked.
        """
        if self._choices.yes:
            return
        if not sys.stdin.isatty():
            raise SheetError("There is no terminal to ask on; say --yes. Nothing was sent.")
        count = outlook.creates + outlook.replaces
        open_ones = outlook.unknown + outlook.deferred
        wanted = [
            *([f"schedule {counted(count, 'post')}"] if count else []),
            *([f"delete {counted(gone, 'post')}"] if (gone := len(self._to_delete())) else []),
        ] or [f"settle {open_ones} that are open"]
        question = f"{listed(wanted)}?"
        try:
            agreed = click.confirm(question[0].upper() + question[1:], err=True)
        except click.Abort as error:
            raise SheetError("Interrupted. Nothing was sent.") from error
        if not agreed:
            raise SheetError("Nothing was sent.")

    def _send(self, plan: Plan) -> int:
        good = [record for record, row in _pairs(plan) if row not in plan.problems.rows]
        total = sum(len(record["social_profile_ids"]) for record in good)
        with Progress(
            console=self._screen,
            redirect_stdout=False,
            redirect_stderr=False,
            transient=True,
            disable=not self._screen.is_terminal,
        ) as bar:
            task = bar.add_task("Scheduling", total=total)
            run = in_process.run(
                self._target_settings(),
                good,
                dry=False,
                progress=lambda done: bar.update(task, completed=done),
            )
        try:
            self._write_results(plan, run)  # before printing: standard output may be closed
        finally:
            if run.complaint:
                say(scrub(run.complaint), err=True)
            report.outcome(plan, run, self._states)
        self._note_what_left(plan)
        self._tell_place()
        return run.code if run.code == 1 else self._delete() or run.code

    def _delete(self) -> int:
        """Delete the posts whose rows left the plan, if the user asked for it."""
        wanted = self._to_delete()
        if not wanted:
            return 0
        rows = [{"message_id": one.post.remote_id} for one in wanted]
        run = in_process.run(self._target_settings(), rows, dry=False, stream=in_process.DELETIONS)
        report.deletions(run)
        return run.code

    def _write_results(self, plan: Plan, run: in_process.Run) -> None:
        columns = report.columns(plan, run, self._links, self._states)
        write_copy(self._source, plan, columns, self._choices.results)

    def _tell_place(self) -> None:
        say(f"What became of each row is in {self._choices.results}.")


def _code(rehearsal: in_process.Run) -> int:
    """Return the exit code for the rows of a dry run."""
    return exit_code(Counter(str(one["status"]) for one in rehearsal.results), failed=False)


def _pairs(plan: Plan) -> list[tuple[dict[str, Any], int]]:
    return list(zip(plan.records, plan.rows, strict=True))
