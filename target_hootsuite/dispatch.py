"""Runs units concurrently: units of one lane in order, the earliest row first."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from target_hootsuite.context import RunContext
from target_hootsuite.errors import (
    Deferred,
    JournalFault,
    LeaseLost,
    RunStopped,
)
from target_hootsuite.journal.entries import Busy
from target_hootsuite.log import logger
from target_hootsuite.model import Outcome, Unit
from target_hootsuite.outcomes import ENDINGS, outcome_of
from target_hootsuite.statuses import ResultStatus
from target_hootsuite.unforeseen import FAULTS

_FOLLOWS = dict.fromkeys(
    (ResultStatus.DONE, ResultStatus.ADOPTED, ResultStatus.PLANNED), ResultStatus.UNCHANGED
)


@dataclass
class Dispatcher:
    """A pool of workers; each takes the earliest unit whose lane is free.

    Args:
        context: The run.
        workers: The number of concurrent workers.
        later: Units that another process is working on.
    """

    context: RunContext
    workers: int
    later: list[Unit] = field(default_factory=list)

    def run(self, units: Sequence[Unit]) -> None:
        """Do all units, or as many as the run allows; return when no unit is in progress."""
        self._lanes: dict[str, deque[Unit]] = {}
        for unit in units:
            self._lanes.setdefault(unit.action.rule.lane(unit), deque()).append(unit)
        self._free = [(lane[0].number, name) for name, lane in self._lanes.items()]
        heapq.heapify(self._free)
        self._left = len(units)
        self._turn = threading.Condition()
        count = min(self.workers, len(self._lanes))
        threads = [threading.Thread(target=self._work, name=f"lane-{n}") for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self) -> None:
        while (name := self._take()) is not None:
            lane = self._lanes[name]
            unit = lane.popleft()
            try:
                do(self.context, unit, self.later)
            finally:
                with self._turn:
                    self._left -= 1
                    if lane:
                        heapq.heappush(self._free, (lane[0].number, name))
                    self._turn.notify_all()

    def _take(self) -> str | None:
        with self._turn:
            while self.context.reason is None and self._left:
                if self._free:
                    return heapq.heappop(self._free)[1]
                self._turn.wait(1)
            return None


def do(context: RunContext, unit: Unit, later: list[Unit]) -> None:
    """Do one unit and book its result, or leave its result to the end of the run."""
    try:
        outcome = decide(context, unit)
        context.book.add(unit, outcome)
    except Busy:
        later.append(unit)
    except LeaseLost as error:
        logger.warning("%s %s: %s", unit.action.stream, unit.identity.key, error)
        later.append(unit)
    except RunStopped as error:
        if isinstance(error, JournalFault):
            context.book.gate.shut()
        context.stop(str(error))
    except Exception as error:  # noqa: BLE001 - a mistake of ours must not lose the row, nor show its content
        logger.error("%s: %s", unit.action.stream, type(error).__name__)
        logger.debug("", exc_info=True)
        context.book.gate.shut()
        context.stop(f"an unexpected {type(error).__name__}; this is a fault of target-hootsuite")


def decide(context: RunContext, unit: Unit) -> Outcome:
    """Do one unit and turn every error that can end it into an outcome.

    Raises:
        Busy: Another process is working on the unit.
        RunStopped: Nothing more may be sent.
    """
    if unit.twin is not None:
        return _follow(unit.twin)
    try:
        return unit.action.rule.act(context, unit)
    except ENDINGS as error:
        return outcome_of(context, error)
    except FAULTS as error:
        if unit.attempts or (unit.newest is not None and unit.newest.owner is not None):
            raise  # a request may be under way
        logger.debug("", exc_info=True)
        msg = f"An unexpected {type(error).__name__}; this is a fault of target-hootsuite."
        return outcome_of(context, Deferred(msg, code="unexpected"))


def _follow(twin: Unit) -> Outcome:
    """Give a repeated row the outcome of its first copy."""
    first = twin.result
    if first is None:
        return Outcome(
            ResultStatus.UNKNOWN, "none", code="open", message="The same row came before."
        )
    status = _FOLLOWS.get(first.status, first.status)
    return Outcome(
        status, "none", first.remote_id, first.error_code, first.error_message, first.trace_id
    )
