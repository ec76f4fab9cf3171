"""Cache of the lists that several streams need (organizations, profiles, members, teams)."""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from hootsuite_api import Reply
from hootsuite_api.contract import load
from hootsuite_api.errors import (
    HootsuiteError,
    NotFound,
    PermissionDenied,
    TornBody,
    ValidationRejected,
    Where,
)
from tap_hootsuite.seen_messages import order
from tap_hootsuite.settings import Options

Item = TypeVar("Item")
Result = TypeVar("Result")
Path = Mapping[str, str]
Key = tuple[str, ...]
Place = tuple[tuple[int, str], ...]
SCIM_PAGE = 100
# Lists of objects; an old answer may bring nothing but ids in them too.
_WHOLE = frozenset({"list_my_organizations", "list_organization_teams", "list_social_profiles"})
# Things that are listed only while a scan goes over them, and what they belong to.
_WITHIN = {"member_profiles": "members", "team_members": "teams"}
# What the platform says about the id of something that is gone, apart from a plain 404.
_GONE = frozenset({2303, 2304, 2306, 3003, 3005, 4001, 4303})


def is_gone(error: Exception) -> bool:
    """Whether an error says that there is no such thing (any more)."""
    if isinstance(error, ValidationRejected):
        return error.code in _GONE
    return isinstance(error, NotFound)


class Requests(Protocol):
    """What the directory needs of the run."""

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


class Gaps:
    """What one stream was not allowed to read.

    Args:
        skip: Whether that is a warning; else it is the end of the run.
    """

    def __init__(self, *, skip: bool) -> None:
        self._skip = skip
        self.first: PermissionDenied | None = None
        self.count = 0
        self.lost: Tally | None = None

    def __bool__(self) -> bool:
        """Whether anything is missing."""
        return self.count > 0 or self.lost is not None

    def note(self, error: PermissionDenied) -> None:
        """Count a refusal, or raise it."""
        if not self._skip:
            raise error
        self.first = self.first or error
        self.count += 1

    def doubt(self, tally: Tally) -> None:
        """Keep what can't be believed: that not one of many listed things is there."""
        if tally.gone and not tally.there:
            self.lost = self.lost or tally


class Tally:
    """How many of the things that were asked for one by one are there.

    Attributes:
        there: How many are.
        gone: How many are not.
        last: What was said of the last one that is not.
    """

    def __init__(self) -> None:
        self.there = self.gone = 0
        self.last: Exception | None = None

    def count(self, answer: Any) -> None:
        """Count an answer, or the error in its place; a refusal says neither."""
        if not isinstance(answer, Exception):
            self.there += 1
        elif is_gone(answer):
            self.gone += 1
            self.last = answer


class Directory:
    """Answers that are worth keeping for the whole run, refusals included.

    Args:
        run: Sends the requests.
    """

    def __init__(self, run: Requests) -> None:
        self._run = run
        self._answers: dict[tuple[str, Key], Any] = {}
        self._gone: dict[tuple[str, Key], HootsuiteError] = {}
        self._scim_dates: dict[str, str | None] | None = None
        self.seen_profiles: set[str] = set()
        self._named_unknown = False

    # ------------------------------------------------------------------ asking

    def ask(
        self, operation: str, path: Path | None = None, query: Mapping[str, str] | None = None
    ) -> Any:
        """Return the `data` of an answer, asking at most once per run; workers call this too.

        Raises:
            HootsuiteError: The same one every time, if it was refused.
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
        """Ask for many things at once and yield the answers in order.

        Args:
            operation: What to ask.
            paths: For which things.
            gaps: Where refusals are counted.
            keep: Whether another stream will want the answers.

        Yields:
            The path and what there is; None where it is gone or refused.
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
        """Return all answers to an operation so far."""
        return (data for (name, _), data in self._answers.items() if name == operation)

    def _once(self, operation: str, path: Path) -> Any:
        key = operation, tuple(path.values())
        if key in self._answers:
            return self._answers[key]
        return self._run.send(operation, path).data

    # ------------------------------------------------------------------ the account

    def me(self) -> Mapping[str, Any] | None:
        """Return the caller, unless the caller is an organization."""
        try:
            found: Mapping[str, Any] = self.ask("get_me")
        except (PermissionDenied, NotFound, ValidationRejected):
            return None
        return found

    def organizations(self) -> list[Mapping[str, Any]]:
        """Return the caller's organizations that the filter lets through."""
        wanted = self._run.options.organizations
        found = self.ask("list_my_organizations")
        if not self._named_unknown:
            self._named_unknown = True
            for one in sorted(wanted.difference(str(one["id"]) for one in found)):
                self._run.warn(f"organization_ids names {one}, which the caller does not see")
        return [one for one in found if not wanted or str(one["id"]) in wanted]

    def profiles(self) -> list[Mapping[str, Any]]:
        """Return the profiles that the caller sees and the filter on organizations lets through."""
        wanted = self._run.options.organizations
        found = self.ask("list_social_profiles")
        return [
            one
            for one in found
            if not wanted or (one.get("owner") != "MEMBER" and self._owned(one, wanted))
        ]

    @staticmethod
    def _owned(profile: Mapping[str, Any], organizations: frozenset[str]) -> bool:
        owner = profile.get("ownerId")  # older answers lack it
        return owner is None or str(owner) in organizations

    def scim_pages(self) -> Iterator[list[Mapping[str, Any]]]:
        """List the accounts of the provisioning interface, and keep when each was changed."""
        dates: dict[str, str | None] = {}
        for found in self._scim_list("list_scim_users", "accounts"):
            dates.update(
                (str(one["id"]), (one.get("meta") or {}).get("lastModified")) for one in found
            )
            yield found
        self._scim_dates = dates

    def scim_groups(self) -> list[Mapping[str, Any]]:
        """Return the teams of the provisioning interface, with their members.

        A list may leave the members out (RFC 7644, 3.4.2.5); such a group is asked for by itself.

        Raises:
            HootsuiteError: The same one every time, if the caller may not list them.
        """
        key: tuple[str, Key] = ("list_scim_groups", ())
        if key in self._gone:
            raise self._gone[key]
        if key not in self._answers:
            try:
                listed = [one for page in self._scim_list(key[0], "groups") for one in page]
                self._answers[key] = list(self._whole_groups(listed))
            except PermissionDenied as error:
                self._gone[key] = error
                raise
        found: list[Mapping[str, Any]] = self._answers[key]
        return found

    def _whole_groups(self, listed: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        lacking = [one for one in listed if one.get("members") is None]
        yield from (one for one in listed if one.get("members") is not None)
        for _, group in self._run.map(self._ask_group, lacking):
            if not isinstance(group, Exception):
                yield group
            elif not is_gone(group):
                raise group

    def _ask_group(self, listed: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._run.send(
            "get_scim_group", {"groupId": str(listed["id"])}
        ).body
        return found

    def _scim_list(self, operation: str, what: str) -> Iterator[list[Mapping[str, Any]]]:
        start, total = 1, 1
        while start <= total:
            body = self._run.send(operation, startIndex=start, count=SCIM_PAGE).body
            found = body.get("Resources") or []
            yield found
            total = int(body.get("totalResults") or 0)
            if not found and start <= total:
                where = Where("GET", load().operations[operation].path)
                raise TornBody(f"The list of {what} ends at {start - 1} of {total}", where)
            start += len(found)
            self._run.check()

    def scim_dates(self) -> Mapping[str, str | None]:
        """Return when the accounts that the provisioning interface lists were changed."""
        if self._scim_dates is None:
            try:
                for _ in self.scim_pages():
                    self._run.check()
            except (PermissionDenied, NotFound):
                self._scim_dates = {}
        return self._scim_dates or {}

    # ------------------------------------------------------------------ what is only mentioned

    def mentioned_profiles(self) -> set[str]:
        """Return the profiles that messages and teams mention."""
        lists = self.kept("list_team_social_profiles")
        return self.seen_profiles.union(*(ids(one) for one in lists))

    def mentioned_teams(self, *, widely: bool) -> set[str]:
        """Return the teams that profiles mention.

        Args:
            widely: Go and look: at every profile, and at the teams of the caller itself.
        """
        if widely:
            gaps = Gaps(skip=True)  # what is refused here mentions nothing
            me = self.me()
            for _ in self.each("list_social_profile_teams", self._profiles(gaps, ()), gaps):
                self._run.check()
            own = self._organizations(gaps, ()) if me else iter(())
            mine = ({**path, "memberId": str((me or {})["id"])} for path in own)
            for _ in self.each("list_organization_member_teams", mine, gaps):
                self._run.check()
        lists = (
            *self.kept("list_social_profile_teams"),
            *self.kept("list_organization_member_teams"),
        )
        return set().union(*(ids(one) for one in lists))

    # ------------------------------------------------------------------ what streams fan out over

    def over(self, what: str, gaps: Gaps, after: Key = ()) -> Iterator[Path]:
        """Yield the path parameters of one kind of thing, in a stable order.

        Args:
            what: One of the names in `PARENTS`.
            gaps: Where refused lists are counted.
            after: Only those behind this key, for a scan that carries on.
        """
        for path in PARENTS[what](self, gaps, after):
            if _place(path) > _place_of(after):
                yield path

    def outline(self, what: str, gaps: Gaps) -> Outline:
        """Return what can be counted before a scan begins; asks for nothing that the scan doesn't.

        Args:
            what: What the scan goes over.
            gaps: Where refused lists are counted.
        """
        unit = _WITHIN.get(what, what)
        places = [_place(path) for path in self.over(unit, gaps)]
        return Outline(unit, places, whole=unit == what)

    def _organizations(self, gaps: Gaps, after: Key) -> Iterator[Path]:
        del after
        return ({"organizationId": one} for one in ids(allowed(self.organizations, gaps)))

    def _profiles(self, gaps: Gaps, after: Key) -> Iterator[Path]:
        del after
        return ({"socialProfileId": one} for one in ids(allowed(self.profiles, gaps)))

    def _members(self, gaps: Gaps, after: Key) -> Iterator[Path]:
        operation = "list_organization_members"
        organizations = list(self._organizations(gaps, after))
        for path, found in list(self.each(operation, organizations, gaps)):
            if found is None:  # the caller may perhaps read of itself what it may not of others
                me = self.me()
                found = [me] if me else []  # noqa: PLW2901 - the next best answer
            yield from ({**path, "memberId": one} for one in ids(found))

    def _persons(self, gaps: Gaps, after: Key) -> Iterator[Path]:
        found = {path["memberId"] for path in self._members(gaps, after)}
        return ({"memberId": one} for one in sorted(found, key=order))

    def _teams(self, gaps: Gaps, after: Key) -> Iterator[Path]:
        operation = "list_organization_teams"
        for path, found in self.each(operation, self._organizations(gaps, after), gaps):
            yield from ({**path, "teamId": one} for one in ids(found or ()))

    def _team_members(self, gaps: Gaps, after: Key) -> Iterator[Path]:
        teams = self._from(self._teams(gaps, after), after)
        return self._children("list_team_members", teams, "memberId", gaps)

    def _member_profiles(self, gaps: Gaps, after: Key) -> Iterator[Path]:
        members = self._from(self._members(gaps, after), after)
        operation = "list_organization_member_social_profiles"
        return self._children(operation, members, "socialProfileId", gaps)

    def _children(
        self, operation: str, parents: Iterable[Path], name: str, gaps: Gaps
    ) -> Iterator[Path]:
        for path, found in self.each(operation, parents, gaps):
            yield from ({**path, name: one} for one in ids(found or ()))

    @staticmethod
    def _from(paths: Iterable[Path], after: Key) -> Iterator[Path]:
        """Leave out parents whose children all lie before the place of a scan."""
        begin = _place_of(after)
        return (path for path in paths if _place(path) >= begin[: len(path)])


class Outline:
    """The things that a scan goes over, or what they belong to if they are listed on the way.

    Args:
        unit: What is counted.
        places: Where each of them stands, in order.
        whole: Whether the scan asks once for each; else it is under way with one for a while.
    """

    def __init__(self, unit: str, places: Sequence[Place], *, whole: bool) -> None:
        self.unit = unit
        self._places = places
        self._whole = whole

    def __len__(self) -> int:
        """How many there are."""
        return len(self._places)

    def passed(self, key: Key) -> int:
        """Return how many are done when a scan stands at a key."""
        place = _place_of(key)
        if self._whole:
            return bisect_right(self._places, place)
        return bisect_left(self._places, place[:-1])


Parents = Callable[[Directory, Gaps, Key], Iterator[Path]]
PARENTS: Mapping[str, Parents] = {
    "organizations": Directory._organizations,  # noqa: SLF001 - the table of this very class
    "profiles": Directory._profiles,  # noqa: SLF001
    "members": Directory._members,  # noqa: SLF001
    "persons": Directory._persons,  # noqa: SLF001
    "teams": Directory._teams,  # noqa: SLF001
    "team_members": Directory._team_members,  # noqa: SLF001
    "member_profiles": Directory._member_profiles,  # noqa: SLF001
}


def _place(path: Path) -> Place:
    return _place_of(tuple(path.values()))


def _place_of(key: Key) -> Place:
    return tuple(order(part) for part in key)


def allowed(listed: Callable[[], list[Any]], gaps: Gaps) -> list[Any]:
    """Return a list, or note that it is refused."""
    try:
        return listed()
    except PermissionDenied as error:
        gaps.note(error)
        return []


def ids(found: Iterable[Any]) -> list[str]:
    """Return the ids of a list of objects or of what `_slim` left of them, in a stable order."""
    return sorted((ident(one) for one in found), key=order)


def ident(one: Any) -> str:
    """Return the id of an object, or of what `_slim` left of it."""
    return str(one["id"] if isinstance(one, Mapping) else one)


def _slim(data: Any) -> Any:
    """Make a list of references cheap to keep: a tuple of ids, each of them one text."""
    if isinstance(data, list) and all(
        isinstance(one, dict) and one.keys() == {"id"} for one in data
    ):
        return tuple(sys.intern(str(one["id"])) for one in data)
    return data
