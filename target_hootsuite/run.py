"""One run: read everything, plan everything, then write stage by stage.

All input is read before the first write. Only the whole input shows whether a key comes twice with
different content, or whether a changed column would replace most messages.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from typing import Any

from hootsuite_api import errors
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.clock import own_clock
from hootsuite_api.redact import scrub
from hootsuite_api.stop import Stop
from target_hootsuite.context import RunContext
from target_hootsuite.dispatch import Dispatcher, decide
from target_hootsuite.errors import JournalFault, ResultsFault, RowRejected, RunStopped
from target_hootsuite.exit_codes import exit_code
from target_hootsuite.intake import Intake
from target_hootsuite.journal import notes, rejected_rows
from target_hootsuite.journal.database import exists
from target_hootsuite.journal.entries import Busy
from target_hootsuite.journal.store import Journal
from target_hootsuite.log import logger
from target_hootsuite.lookup.account import AccountLookup
from target_hootsuite.media.upload import MediaStore
from target_hootsuite.messages import states
from target_hootsuite.messages.reconcile import settle_open
from target_hootsuite.model import Outcome, Rule, Unit
from target_hootsuite.outcomes import outcome_of
from target_hootsuite.plan import Plan
from target_hootsuite.result_book import Halt, ResultBook
from target_hootsuite.results import (
    Result,
    ResultListener,
    ResultsFile,
    ResultSink,
    summary,
)
from target_hootsuite.rows.identity import scope_of
from target_hootsuite.singer.state_gate import StateGate
from target_hootsuite.statuses import EntryStatus, ResultStatus
from target_hootsuite.unforeseen import FAULTS, unplannable

_BUSY_PAUSE = 0.5
_OTHER_ACCOUNT = (
    "The journal has no row of this account (%s), but rows of others on this platform (%s). What "
    "was posted for those is recognised by its text, time and profile alone: a row that changed "
    "since is posted beside its older version. Check `auth_method` and the ids of the account."
)


class Job:
    """One run of the target.

    Args:
        settings: The target's settings, defaults filled in.
        emit: Writes a STATE.
        journal_url: Where the journal is.
        on_result: Gets the results in place of the file that `results_path` names.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        emit: Callable[[str], None],
        journal_url: str,
        on_result: Callable[[Result], None] | None = None,
    ) -> None:
        self._on_result = on_result
        self.settings = settings
        self._journal_url = journal_url
        dry = bool(settings["dry_run"])
        self.gate = StateGate((lambda _: None) if dry else emit)
        self.intake = Intake(self.gate)
        self._stopping = Stop()
        self._early_stop: str | None = None
        self._context: RunContext | None = None
        self._client: HootsuiteClient | None = None
        self._failed = False
        self._statuses: Counter[ResultStatus] = Counter()

    @property
    def exit_code(self) -> int:
        """The exit code (rule 27 of `docs/promise.md`)."""
        return exit_code(self._statuses, failed=self._failed)

    def stop(self, reason: str) -> None:
        """Start no further unit; called from a signal handler, so it neither waits nor writes."""
        self._early_stop = self._early_stop or reason
        self._failed = True
        self._stopping.set()
        if self._context is not None:
            self._context.halt.stop_quietly(reason)
        if self._client is not None:
            self._client.cancel()  # what has not left is deferred, what is in flight gets its time

    def execute(self) -> None:
        """Plan and write all rows, and emit STATE as far as rows are settled.

        Raises:
            RunStopped: The run could not begin.
            HootsuiteError: The run could not begin.
        """
        if not self.intake.taken and not self.intake.refused:
            self._open_results().close()
            self._let_state_out()
            return
        self._with_platform(self._execute)

    def settle(self) -> None:
        """Reconcile messages of unknown outcome by reads of the platform only.

        Raises:
            HootsuiteError: The platform can't be asked.
            TargetError: The journal can't be used.
        """
        self._with_platform(self._settle)

    def _settle(self, client: HootsuiteClient, journal: Journal) -> None:
        settle_open(self._open_context(client, journal), [])
        client.now()
        if client.is_sure_of_now:
            notes.keep_clock(journal, client.estimated_now())

    def _with_platform(self, work: Callable[[HootsuiteClient, Journal], None]) -> None:
        client = self._client = HootsuiteClient.from_settings(self.settings)
        if self._early_stop:
            client.cancel()
        try:
            journal = self._open_journal()
            try:
                work(client, journal)
            finally:
                journal.close()
        finally:
            client.close()

    def _open_results(self) -> ResultSink:
        if self._on_result is not None:
            return ResultListener(self._on_result)
        return ResultsFile(self.settings.get("results_path"))

    def _open_journal(self) -> Journal:
        """Open the journal; a dry run without a journal uses a temporary one."""
        dry = self.settings["dry_run"] and not exists(self._journal_url)
        url = "sqlite://" if dry else self._journal_url
        own = own_clock(self.settings["api_url"])
        return Journal(url, uuid.uuid4().hex, self.settings["lease_seconds"], own)

    def defer_all(self, reason: str) -> None:
        """Give every row a result if the run could not begin."""
        if self._context is not None:
            return
        try:
            file = self._open_results()
        except ResultsFault:  # then that was the reason, or there are two
            return
        with suppress(ResultsFault), closing(file):
            for row in self.intake.taken:
                for profile in dict.fromkeys(row.row.get("social_profile_ids") or [None]):
                    file.write(_unreached(row.action.stream, row.key, profile, reason))
            for refused in self.intake.refused:
                for profile in refused.profiles:
                    file.write(_unreached(refused.stream, refused.key, profile, reason))

    def _execute(self, client: HootsuiteClient, journal: Journal) -> None:
        self._check_journal(journal)
        context = self._context = self._open_context(client, journal)
        if self._early_stop:
            context.stop(self._early_stop)
        plan = Plan(context)
        try:
            self._run(context, plan)
        finally:
            context.halt.tell()
            plan.add_unreached(self.intake.taken)
            defer_rest(context, plan.units)
            self._keep_for_people(context, plan)
            self._let_state_out()
            self._statuses, self._failed = (
                context.book.statuses,
                self._failed or context.halt.failed,
            )
            context.book.file.close()
            for line in summary(context.book.counts):
                logger.info("%s", line)

    def _let_state_out(self) -> None:
        self.gate.finish()
        if self.gate.fault is not None:
            logger.critical("%s", self.gate.fault)
            self._failed = True

    def _keep_for_people(self, context: RunContext, plan: Plan) -> None:
        if self.settings["dry_run"]:
            return
        if context.client.is_sure_of_now:
            notes.keep_clock(context.journal, context.client.estimated_now())
        try:
            rejected_rows.keep(context.journal, [*plan.units, *plan.refused])
        except JournalFault as error:  # a convenience: the results themselves are in the journal
            logger.warning("Rejected rows are not kept: %s", error)

    def _check_journal(self, journal: Journal) -> None:
        if not journal.created or self.settings["dry_run"]:
            return
        if self.settings["require_journal"]:
            raise JournalFault("There was no journal, and `require_journal` asks for one.")
        logger.warning(
            "A new journal was made. What was posted before is recognised on the platform only."
        )

    def _open_context(self, client: HootsuiteClient, journal: Journal) -> RunContext:
        client.expect_ahead(notes.known_ahead(journal))
        lookup = AccountLookup(client, self.settings)
        scope = scope_of(client.settings.api_url, lookup.account())
        if others := notes.other_accounts(journal, scope):
            logger.warning(_OTHER_ACCOUNT, scope.rpartition("|")[2], ", ".join(others))
        if not self.settings["dry_run"]:
            journal.start()
        book = self._open_book(client, journal, scope)
        return RunContext(
            settings=self.settings,
            client=client,
            journal=journal,
            lookup=lookup,
            book=book,
            halt=book.halt,
            media=MediaStore(client, journal, scope, self.settings, self._stopping.wait),
            scope=scope,
            run_id=journal.run_id,
        )

    def _open_book(self, client: HootsuiteClient, journal: Journal, scope: str) -> ResultBook:
        return ResultBook(
            journal=journal,
            gate=self.gate,
            file=self._open_results(),
            halt=Halt(),
            clock=client.estimated_now,
            scope=scope,
            run_id=journal.run_id,
            dry=bool(self.settings["dry_run"]),
            stop_at_rejection=self.settings["on_row_error"] == "stop",
        )

    def _run(self, context: RunContext, plan: Plan) -> None:
        """Work until the run ends or stops; the caller records the remaining results."""
        try:
            plan.refuse(self.intake)
            self._work(context, plan)
        except JournalFault as error:
            self.gate.shut()
            context.stop(str(error))
        except errors.QuotaExhausted as error:
            context.stop(str(error), failed=self.settings["on_quota"] == "fail")
        except (RunStopped, errors.HootsuiteError) as error:
            context.stop(str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, each row has a result
            logger.debug("", exc_info=True)
            self.gate.shut()
            context.stop(
                f"an unexpected {type(error).__name__}; this is a fault of target-hootsuite"
            )

    def _work(self, context: RunContext, plan: Plan) -> None:
        rows = self.intake.taken
        stages = sorted({row.action.stage for row in rows})
        for stage in stages:
            if context.reason is None:
                plan.add([row for row in rows if row.action.stage == stage])
        self._prepare(context, plan.units)
        dispatcher = Dispatcher(context, self.settings["max_concurrency"])
        for stage in stages:
            dispatcher.run(_waiting(plan.units, stage))
        self._wait_for_others(context, dispatcher.later)
        settle_pending(context)

    def _prepare(self, context: RunContext, units: Sequence[Unit]) -> None:
        rules = dict.fromkeys(unit.action.rule for unit in units)
        for rule in rules:
            if context.reason is None:
                own = [unit for unit in units if unit.action.rule is rule and unit.result is None]
                _prepare(context, rule, own)

    def _wait_for_others(self, context: RunContext, later: list[Unit]) -> None:
        """Wait for rows of another process, until it settles them or its lease expires."""
        waits = int(2 * self.settings["lease_seconds"] / _BUSY_PAUSE) + 1
        for _ in range(waits):
            if not later or context.reason is not None:
                return
            for unit in later:
                unit.history = context.journal.history(unit.identity)
            settle_open(context, later, others=False)
            again, later = later, []
            Dispatcher(context, self.settings["max_concurrency"], later).run(again)
            if later:
                self._stopping.wait(_BUSY_PAUSE)


def _prepare(context: RunContext, rule: Rule[RunContext], units: Sequence[Unit]) -> None:
    """Prepare units together; one that raises alone, too, is rejected and the others go on."""
    try:
        rule.prepare(context, units)
    except FAULTS as error:
        bad = [(unit, outcome_of(context, found)) for unit, found in _failing(context, rule, units)]
        if not bad:
            msg = f"An unexpected {type(error).__name__}; this is a fault of target-hootsuite."
            raise RunStopped(msg) from error
        context.book.add_all(bad)
        rule.prepare(context, [unit for unit in units if unit.result is None])


def _failing(
    context: RunContext, rule: Rule[RunContext], units: Sequence[Unit]
) -> Iterator[tuple[Unit, RowRejected]]:
    for unit in units:
        try:
            rule.probe(context, unit)
        except FAULTS as error:
            yield unit, unplannable(error)


def _waiting(units: Sequence[Unit], stage: int) -> list[Unit]:
    return [unit for unit in units if unit.action.stage == stage and unit.result is None]


def _unreached(stream: str, key: str, profile: str | None, reason: str) -> Result:
    return Result(
        *("", stream, key or None, "none", ResultStatus.DEFERRED),
        social_profile_id=profile,
        error_message=scrub(reason),
    )


def settle_pending(context: RunContext) -> None:
    """Reconcile this run's unanswered requests and record their results."""
    pending = context.book.take_pending()
    try:
        if pending and not context.dry:
            settle_open(context, [unit for unit, _ in pending])
    except BaseException:
        context.book.pending = [*pending]  # they are still unknown, not deferred
        raise
    for unit, outcome in pending:
        context.book.add_late(unit, _latest(context, unit, outcome))


def _latest(context: RunContext, unit: Unit, outcome: Outcome) -> Outcome:
    current = unit.current
    if unit.open_entry is None and current is not None and context.same(unit, current):
        said = states.note(current.content.get("state"))
        return Outcome(ResultStatus.DONE, outcome.action, current.remote_id, *said)
    unsent = unit.newest is not None and unit.newest.status == EntryStatus.NOT_SENT
    if not unsent or context.reason is not None:
        return outcome
    try:
        return decide(context, unit)  # `on_unknown: resend` took it for unsent: once more
    except (Busy, RunStopped):
        return outcome


def defer_rest(context: RunContext, units: Sequence[Unit]) -> None:
    """Record a result for the remaining units: not attempted, or open in the journal."""
    for unit, outcome in context.book.take_pending():
        context.book.add_late(unit, outcome)
    reason = context.reason or "The row was not reached."
    for unit in units:
        if unit.result is None:
            status = ResultStatus.UNKNOWN if unit.attempts else ResultStatus.DEFERRED
            context.book.add_late(unit, Outcome(status, "none", message=reason))
