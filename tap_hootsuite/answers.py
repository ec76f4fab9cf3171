"""Cache of answers for one run, so that streams which need the same list request it once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar

from hootsuite_api import Reply
from hootsuite_api.errors import HootsuiteError, NotFound, PermissionDenied, ValidationRejected
from tap_hootsuite.refusals import Gaps, Tally, is_gone
from tap_hootsuite.seen_messages import order
from tap_hootsuite.settings import Options

Item = TypeVar("Item")
Result = TypeVar("Result")
Path = Mapping[str, str]
Key = tuple[str, ...]
# Lists of objects: never reduced to ids, even if an old answer has nothing else in them.
_WHOLE = frozenset({"list_my_organizations", "list_organization_teams", "list_social_profiles"})


class Requests(Protocol):
    """The part of the run that sends requests."""

    @property
    def options(self) -> Options:
        """The tap's own settings."""

    def send(
        self,
        operation: str,
        path: Path | None = None,
        body: Mapping[str, Any] | None = None,
        **query: Any,
    ) -> Reply:
        """Send one request."""

    def map(
        self, fetch: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[tuple[Item, Result | Exception]]:
        """Fetch concurrently and yield in order."""

    def check(self) -> None:
        """Raise `Cancelled` if somebody asked to stop."""

    def warn(self, text: str) -> None:
        """Log a warning."""


class Answers:
    """Cache of answers for the whole run, refusals included.

    Args:
        run: Sends the requests.
    """

    def __init__(self, run: Requests) -> None:
        self._run = run
        self._answers: dict[tuple[str, Key], Any] = {}
        self._gone: dict[tuple[str, Key], HootsuiteError] = {}

    def ask(
        self, operation: str, path: Path | None = None, query: Mapping[str, str] | None = None
    ) -> Any:
        """Return the `data` of an answer, requested at most once per run; workers call this, too.

        Raises:
            HootsuiteError: The same error every time, if the request was refused.
        """
        path, query = path or {}, query or {}
        key = operation, (*path.values(), *query.values())
        if key in self._gone:
            raise self._gone[key]
        if key not in self._answers:
            try:
                data = self._run.send(operation, path, None, **query).data
            except (PermissionDenied, NotFound, ValidationRejected) as error:
                self._gone[key] = error
                raise
            self._answers[key] = data if operation in _WHOLE else _slim(data)
        return self._answers[key]

    def each(
        self, operation: str, paths: Iterable[Path], gaps: Gaps, *, keep: bool = True
    ) -> Iterator[tuple[Path, Any]]:
        """Request many paths concurrently and yield the answers in order.

        Args:
            operation: The operation to request.
            paths: The path parameters of each request.
            gaps: Where refusals are counted.
            keep: Whether to cache the answers for other streams.

        Yields:
            The path and its data; None if it is gone or refused.
        """
        ask = self.ask if keep else self._once
        tally = Tally()
        for path, data in self._run.map(lambda path: ask(operation, path), paths):
            if isinstance(data, PermissionDenied):
                gaps.note(data)
            elif isinstance(data, Exception) and not is_gone(data):
                raise data
            tally.count(data)
            yield path, None if isinstance(data, Exception) else data
        gaps.doubt(tally)

    def kept(self, operation: str) -> Iterator[Any]:
        """Return the cached answers of an operation."""
        return (data for (name, _), data in self._answers.items() if name == operation)

    def _once(self, operation: str, path: Path) -> Any:
        key = operation, tuple(path.values())
        if key in self._answers:
            return self._answers[key]
        return self._run.send(operation, path).data


def ids(found: Iterable[Any]) -> list[str]:
    """Return the ids of a list of objects or of what `_slim` left of them, in a stable order."""
    return sorted((ident(one) for one in found), key=order)


def ident(one: Any) -> str:
    """Return the id of an object, or of what `_slim` left of it."""
    return str(one["id"] if isinstance(one, Mapping) else one)


def _slim(data: Any) -> Any:
    """Reduce a list of references to a tuple of interned ids, to save memory."""
    if isinstance(data, list) and all(
        isinstance(one, dict) and one.keys() == {"id"} for one in data
    ):
        return tuple(sys.intern(str(one["id"])) for one in data)
    return data
