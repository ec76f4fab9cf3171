"""Posts on the platform that are not published without further action: why, and what to do.

A row may be unchanged since the last run while its post waits for approval, or was rejected. The
row's own status does not tell that, so the user needs a warning.
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
    """Why a post is not published without further action.

    Args:
        one: The sentence for one post.
        several: The sentence for several posts.
        remedy: What the user can do.
        waits: Whether it may still be published.
    """

    one: str
    several: str
    remedy: str
    waits: bool = False

    @property
    def kind(self) -> str:
        """The reason in one word."""
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
    """States of a plan's posts on the platform.

    Args:
        known: States by message id.
        times: Send times of the rows' posts, by key.
        now: The platform's time; without it no send time counts as past.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, datetime] = field(default_factory=dict)
    now: datetime | None = None

    def of(self, result: Result) -> Standstill | None:
        """Return why the post of a result is not published; None if it will be."""
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
        """Return a result's status, with the reason if its post is not published."""
        why = self.of(result)
        return f"{result['status']}: {why.one}" if why else str(result["status"])

    def said(self, results: Sequence[Result], noun: str = "post") -> list[str]:
        """Return a sentence per reason: `2 posts wait for approval in Hootsuite`.

        Args:
            results: Results of the plan's rows.
            noun: What is counted; empty if that is clear.
        """
        often = Counter(why for one in results if (why := self.of(one)) is not None)
        order = sorted(often, key=lambda why: (not why.waits, why.one))
        return [
            f"{counted(often[why], noun) if noun else often[why]} "
            f"{why.one if often[why] == 1 else why.several}"
            for why in order
        ]


def ask(states: States, results: Sequence[Result], client: HootsuiteClient) -> None:
    """Request future posts that are not found at their time: they were moved or deleted.

    Args:
        states: Gets the states that were found.
        results: Results of the plan's rows.
        client: Requests one message each (operation `get_message`), a few at most.
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
    """Return a message's state; empty if it is unknown."""
    try:
        data = client.send(Call("get_message", path={"messageId": message_id})).data
    except NotFound as error:
        return GONE if error.not_written else ""
    except HootsuiteError:
        return ""
    message = data[0] if isinstance(data, list) and data else data
    return str(message.get("state") or "") if isinstance(message, dict) else ""
