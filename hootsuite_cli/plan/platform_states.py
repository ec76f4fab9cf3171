"""Posts that stand on the platform and do not go out by themselves: why, and what to do.

A row can be as the journal knows it, and its post may still wait for approval, or have been turned
down since. Who schedules has to hear of it; the row's own status says nothing about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.errors import HootsuiteError, NotFound
from hootsuite_api.phrases import counted
from hootsuite_cli.plan.in_process import Result
from target_hootsuite.messages.states import CODES, FAILED, PENDING, REJECTED
from target_hootsuite.statuses import SUCCEEDED

GONE = "GONE"
_STATES = {code: state for state, code in CODES.items()}
_ASKED = 100


@dataclass(frozen=True)
class Standstill:
    """Why a post does not go out by itself.

    Args:
        one: Said of one post.
        several: Said of several.
        remedy: What the person can do.
        waits: Whether it still may go out.
    """

    one: str
    several: str
    remedy: str
    waits: bool = False

    @property
    def kind(self) -> str:
        """One word for it."""
        return "waiting" if self.waits else "stopped"


_WAITS = Standstill(
    "waits for approval in Hootsuite",
    "wait for approval in Hootsuite",
    "Somebody has to approve it there at least 5 minutes before its time, 15 with a video.",
    waits=True,
)
_REJECTED = Standstill(
    "was rejected in Hootsuite",
    "were rejected in Hootsuite",
    "It does not go out: ask who reviews, then change the row and run the plan again.",
)
_LATE = Standstill(
    "was rejected or not approved in time",
    "were rejected or not approved in time",
    "It does not go out: give the row a new time and run the plan again.",
)
_FAILED = Standstill(
    "could not be published",
    "could not be published",
    "Look in Hootsuite for the reason, then give the row a new time and run the plan again.",
)
_GONE = Standstill(
    "is not found in Hootsuite",
    "are not found in Hootsuite",
    "Has somebody deleted it there? To post it after all, change the row and run the plan again.",
)


@dataclass
class States:
    """What is known of the posts of a plan.

    Args:
        known: States by message id.
        times: When the rows' posts go out, by key.
        now: The platform's time; without it nothing has passed.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, datetime] = field(default_factory=dict)
    now: datetime | None = None

    def of(self, result: Result) -> Standstill | None:
        """Return why the post of a result does not go out by itself; None where it does."""
        if result["status"] not in SUCCEEDED:
            return None
        told = _STATES.get(str(result.get("error_code")))
        state = told or self.known.get(str(result["remote_id"]))
        at = self.times.get(str(result["key"]))
        past = at is not None and self.now is not None and at <= self.now
        if state == PENDING:
            return _LATE if past else _WAITS
        if state == REJECTED:
            return _LATE if past else _REJECTED
        return {FAILED: _FAILED, GONE: _GONE}.get(str(state))

    def label(self, result: Result) -> str:
        """Return a result's status, with why its post does not go out."""
        why = self.of(result)
        return f"{result['status']}: {why.one}" if why else str(result["status"])

    def said(self, results: Sequence[Result], noun: str = "post") -> list[str]:
        """Say of how many posts what is so: `2 posts wait for approval in Hootsuite`.

        Args:
            results: Of the plan's rows.
            noun: What is counted; empty where that is clear.
        """
        often = Counter(why for one in results if (why := self.of(one)) is not None)
        order = sorted(often, key=lambda why: (not why.waits, why.one))
        return [
            f"{counted(often[why], noun) if noun else often[why]} "
            f"{why.one if often[why] == 1 else why.several}"
            for why in order
        ]


def ask(states: States, results: Sequence[Result], client: HootsuiteClient) -> None:
    """Ask for posts still to come that are not where the plan has them: moved, or deleted.

    Args:
        states: Gets what was found.
        results: Of the plan's rows.
        client: Asks for one message each (operation `get_message`), not for more than a few.
    """
    lost = [
        str(one["remote_id"])
        for one in results
        if one["status"] in SUCCEEDED
        and one["remote_id"]
        and str(one["remote_id"]) not in states.known
        and states.now is not None
        and (at := states.times.get(str(one["key"]))) is not None
        and at > states.now
    ]
    found = {one: _state(one, client) for one in lost[:_ASKED]}
    states.known = {**states.known, **{one: state for one, state in found.items() if state}}


def _state(message_id: str, client: HootsuiteClient) -> str:
    """Return a message's state, empty where it can't be told."""
    try:
        data = client.send(Call("get_message", path={"messageId": message_id})).data
    except NotFound as error:
        return GONE if error.not_written else ""
    except HootsuiteError:
        return ""
    message = data[0] if isinstance(data, list) and data else data
    return str(message.get("state") or "") if isinstance(message, dict) else ""
