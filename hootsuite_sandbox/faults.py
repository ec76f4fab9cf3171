"""Scripted faults: which fault, for which request, before or after the commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_type_hints

Kind = Literal[
    "reset",
    "close",
    "timeout",
    "truncate",
    "garbage",
    "status",
    "delay",
    "hold",
    "expire_token",
    "revoke_token",
    "skew",
    "merge",
]
When = Literal["before", "after"]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One scripted fault.

    It hits the matching requests number `nth` to `nth + times - 1`, counted since it was installed;
    `times` 0 means for ever. With `before` the handler doesn't run: nothing is committed. With
    `after` the handler commits, and only the answer is changed.

    Args:
        operation: Operation id, or `*` for every request outside the control API.
        kind: `reset` (TCP RST), `close` (without an answer), `timeout` (never answers), `truncate`
            (half a body), `garbage` (HTML instead of JSON), `status` (an error answer), `delay`,
            `hold` (waits until the fault is released; later requests pass), `expire_token`,
            `revoke_token` (of this request), `skew` (a wrong `Date`), `merge` (fields put into
            every object of `data`, after).
        when: Before or after the commit.
        nth: The first matching request to hit.
        times: How many in a row.
        contains: Only requests with this text in path, query or body.
        delay_ms: Waits so long before the fault.
        status: Status of the answer, for `status`.
        code: Number of the platform, or an OAuth keyword; without one the answer is a gateway's
            HTML page.
        message: Text of the answer's error.
        body: Body to send instead, for `status` and `garbage`.
        headers: Further headers of the answer.
        seconds: How far `Date` is off, for `skew`.
        merge: The fields and values, for `merge`.
    """

    operation: str = "*"
    kind: Kind
    when: When = "before"
    nth: int = 1
    times: int = 1
    contains: str = ""
    delay_ms: int = 0
    status: int = 500
    code: int | str | None = None
    message: str = "A scripted fault."
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    seconds: int = 0
    merge: dict[str, Any] = field(default_factory=dict)
    id: int = 0
    seen: int = 0
    hits: int = 0
    held: asyncio.Event = field(default_factory=asyncio.Event, repr=False)
    released: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @classmethod
    def parse(cls, document: Any) -> Fault:
        """Read a fault from the control API.

        Args:
            document: One JSON object.

        Raises:
            ValueError: For an unknown key or value, with a message for the author of the script.
        """
        if not isinstance(document, dict):
            raise ValueError("a fault is an object")  # noqa: TRY004 - one class of error for people
        unknown = sorted(set(document) - _KEYS)
        if unknown:
            raise ValueError(f"unknown key {unknown[0]!r}; there are: {', '.join(sorted(_KEYS))}")
        for name, choices in (("kind", get_args(Kind)), ("when", get_args(When))):
            if document.get(name, "before") not in choices:
                raise ValueError(f"{name} must be one of {', '.join(choices)}")
        if document.get("kind") == "merge":
            document = {**document, "when": "after"}
        for name in _NUMBERS:
            if not isinstance(document.get(name, 0), int) or document.get(name, 1) < 0:
                raise ValueError(f"{name} must be a whole number, 0 or more")
        return cls(**document)

    def counts(self, operation: str, haystack: Callable[[], str]) -> bool:
        """Count a request if it matches; return whether the fault hits it.

        Args:
            operation: Its operation id.
            haystack: Returns its path, query and body; called only if the fault needs them.
        """
        if self.operation not in {"*", operation}:
            return False
        if self.contains and self.contains not in haystack():
            return False
        self.seen += 1
        hit = self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)
        self.hits += hit
        return hit

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as JSON, with its number of hits."""
        shown = {name: getattr(self, name) for name in sorted(_KEYS | {"id", "seen", "hits"})}
        return {**shown, "held": self.held.is_set() and not self.released.is_set()}


_INTERNAL = frozenset({"id", "seen", "hits", "held", "released"})
_KEYS = frozenset(item.name for item in fields(Fault)) - _INTERNAL
_NUMBERS = tuple(
    name
    for name, kind in get_type_hints(Fault).items()
    if kind is int and name in _KEYS - {"seconds"}
)


class FaultBook:
    """The installed faults."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._count = 0

    def install(self, documents: Any) -> list[Fault]:
        """Add faults.

        Args:
            documents: One JSON object or a list of them.

        Raises:
            ValueError: When one of them is not a fault; then none is added.
        """
        new = [Fault.parse(d) for d in (documents if isinstance(documents, list) else [documents])]
        for fault in new:
            self._count += 1
            fault.id = self._count
        self._faults += new
        return new

    def clear(self) -> None:
        """Remove all faults and release held requests."""
        for fault in self._faults:
            fault.released.set()
        self._faults = []

    def release(self, fault_id: int | None = None) -> int:
        """Release held requests; return the number of released faults.

        Args:
            fault_id: Only those of this fault.
        """
        chosen = [f for f in self._faults if fault_id in (None, f.id)]
        for fault in chosen:
            fault.released.set()
        return len(chosen)

    def find(self, fault_id: int) -> Fault | None:
        """Return an installed fault by its id."""
        return next((f for f in self._faults if f.id == fault_id), None)

    def hitting(self, operation: str, haystack: Callable[[], str]) -> list[Fault]:
        """Count a request with every fault and return those that hit it, in order."""
        return [fault for fault in self._faults if fault.counts(operation, haystack)]

    def listing(self) -> list[Mapping[str, Any]]:
        """Return all faults as JSON."""
        return [fault.as_dict() for fault in self._faults]
