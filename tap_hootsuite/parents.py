"""Parents of the streams that fan out: the things that get one request each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from tap_hootsuite.answers import Key, Path, ids
from tap_hootsuite.directory import Directory
from tap_hootsuite.refusals import Gaps, allowed
from tap_hootsuite.seen_messages import order

Place = tuple[tuple[int, str], ...]
# Parents that are listed only while a scan goes over them, and the kind that they belong to.
_WITHIN = {"member_profiles": "members", "team_members": "teams"}


def over(directory: Directory, kind: str, gaps: Gaps, after: Key = ()) -> Iterator[Path]:
    """Yield the path parameters of all parents of one kind, in a stable order.

    Args:
        directory: What the caller sees of its account.
        kind: One of the names in `PARENTS`.
        gaps: Where refused lists are counted.
        after: Only parents behind this key, for a scan that goes on from there.
    """
    start = _place_of(after)
    for path in PARENTS[kind](directory, gaps, after):
        if _place(path) > start:
            yield path


class Outline:
    """Measures the progress of a scan; parents listed on the way count by their own parent.

    Args:
        unit: What is counted.
        places: The sort key of each, in order.
        whole: Whether the scan sends exactly one request for each; else it sends several.
    """

    def __init__(self, unit: str, places: Sequence[Place], *, whole: bool) -> None:
        self.unit = unit
        self._places = places
        self._whole = whole

    def __len__(self) -> int:
        """How many there are."""
        return len(self._places)

    def passed(self, key: Key) -> int:
        """Return how many are done when a scan has reached a key."""
        place = _place_of(key)
        if self._whole:
            return bisect_right(self._places, place)
        return bisect_left(self._places, place[:-1])


def outline(directory: Directory, kind: str, gaps: Gaps) -> Outline:
    """Count the parents before a scan starts, only by requests that the scan sends anyway.

    Args:
        directory: What the caller sees of its account.
        kind: One of the names in `PARENTS`.
        gaps: Where refused lists are counted.
    """
    unit = _WITHIN.get(kind, kind)
    places = [_place(path) for path in over(directory, unit, gaps)]
    return Outline(unit, places, whole=unit == kind)


def _organizations(directory: Directory, gaps: Gaps, _: Key) -> Iterator[Path]:
    return ({"organizationId": one} for one in ids(allowed(directory.organizations, gaps)))


def _profiles(directory: Directory, gaps: Gaps, _: Key) -> Iterator[Path]:
    return ({"socialProfileId": one} for one in ids(allowed(directory.profiles, gaps)))


def _members(directory: Directory, gaps: Gaps, after: Key) -> Iterator[Path]:
    organizations = list(_organizations(directory, gaps, after))
    answers = list(directory.each("list_organization_members", organizations, gaps))
    for path, found in answers:
        if found is None:  # the caller may be allowed to read itself, though not the others
            me = directory.me()
            found = [me] if me else []  # noqa: PLW2901 - the next best answer
        yield from ({**path, "memberId": one} for one in ids(found))


def _persons(directory: Directory, gaps: Gaps, after: Key) -> Iterator[Path]:
    found = {path["memberId"] for path in _members(directory, gaps, after)}
    return ({"memberId": one} for one in sorted(found, key=order))


def _teams(directory: Directory, gaps: Gaps, after: Key) -> Iterator[Path]:
    organizations = _organizations(directory, gaps, after)
    return _children(directory, "list_organization_teams", organizations, "teamId", gaps)


def _team_members(directory: Directory, gaps: Gaps, after: Key) -> Iterator[Path]:
    teams = _from(_teams(directory, gaps, after), after)
    return _children(directory, "list_team_members", teams, "memberId", gaps)


def _member_profiles(directory: Directory, gaps: Gaps, after: Key) -> Iterator[Path]:
    members = _from(_members(directory, gaps, after), after)
    operation = "list_organization_member_social_profiles"
    return _children(directory, operation, members, "socialProfileId", gaps)


def _children(
    directory: Directory, operation: str, parents: Iterable[Path], name: str, gaps: Gaps
) -> Iterator[Path]:
    for path, found in directory.each(operation, parents, gaps):
        yield from ({**path, name: one} for one in ids(found or ()))


def _from(paths: Iterable[Path], after: Key) -> Iterator[Path]:
    """Leave out parents whose children all lie before the place of a scan."""
    begin = _place_of(after)
    return (path for path in paths if _place(path) >= begin[: len(path)])


PARENTS: Mapping[str, Callable[[Directory, Gaps, Key], Iterator[Path]]] = {
    "organizations": _organizations,
    "profiles": _profiles,
    "members": _members,
    "persons": _persons,
    "teams": _teams,
    "team_members": _team_members,
    "member_profiles": _member_profiles,
}


def _place(path: Path) -> Place:
    return _place_of(tuple(path.values()))


def _place_of(key: Key) -> Place:
    return tuple(order(part) for part in key)
