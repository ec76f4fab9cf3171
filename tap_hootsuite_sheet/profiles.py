"""Resolves social profiles from what people write: an id, `linkedin: ACME`, or an alias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

import yaml

from hootsuite_api.phrases import listed
from tap_hootsuite_sheet.problems import AccountError, CellError, SheetError
from tap_hootsuite_sheet.safe_zip import read_bytes
from tap_hootsuite_sheet.values import as_list

_ALIAS_FILE_LIMIT = 1024 * 1024
_MAX_ENTRIES = 1000
_SHOWN = 8
_NETWORKS: Mapping[str, tuple[str, ...]] = {
    "facebook": ("FACEBOOK", "FACEBOOKPAGE", "FACEBOOKGROUP"),
    "facebook page": ("FACEBOOKPAGE",),
    "instagram": ("INSTAGRAM", "INSTAGRAMBUSINESS"),
    "instagram business": ("INSTAGRAMBUSINESS",),
    "linkedin": ("LINKEDIN", "LINKEDINCOMPANY"),
    "linkedin company": ("LINKEDINCOMPANY",),
    "linkedin page": ("LINKEDINCOMPANY",),
    "pinterest": ("PINTEREST",),
    "threads": ("THREADS",),
    "tiktok": ("TIKTOKBUSINESS",),
    "twitter": ("TWITTER",),
    "x": ("TWITTER",),
    "whatsapp": ("WHATSAPP",),
    "youtube": ("YOUTUBECHANNEL",),
}


@dataclass(frozen=True, slots=True)
class Profile:
    """A social profile of the account."""

    id: str
    type: str
    username: str | None
    network_id: str | None = None
    reconnect: bool = False
    """Whether it has to be connected again in Hootsuite before it can publish."""


class Directory(Protocol):
    """What the platform knows about the account; asked only when a plan needs it."""

    def profiles(self) -> Sequence[Profile]:
        """Return the account's social profiles."""

    def time_zone(self) -> str | None:
        """Return the time zone of the member who posts, None when there is none."""


class Resolver:
    """Turns the entries of a profile cell into ids.

    Args:
        aliases: Own names for profiles; each stands for one or several entries.
        directory: The account's profiles; None when the platform is not to be asked.
    """

    def __init__(self, aliases: Mapping[str, Sequence[str]], directory: Directory | None) -> None:
        self._aliases = {name.casefold(): tuple(entries) for name, entries in aliases.items()}
        self._directory = directory
        self._known: Sequence[Profile] | None = None

    def ids(self, cell: object) -> list[str]:
        """Return the ids of a cell's profiles, once each, in their order.

        Raises:
            CellError: An entry names no profile, or more than one.
        """
        found = [one for entry in as_list(cell) for one in self._one_or_more(entry)]
        return list(dict.fromkeys(found))

    def _one_or_more(self, entry: str) -> list[str]:
        """Resolve an entry; one with commas is a name that has them, or several profiles."""
        parts = [part for one in entry.split(",") if (part := one.strip())]
        if len(parts) < 2:  # noqa: PLR2004 - a comma between two
            return self._resolve(entry)
        try:
            return self._resolve(entry)
        except AccountError:
            raise
        except CellError:
            return [one for part in parts for one in self._resolve(part)]

    def _resolve(self, entry: str, depth: int = 0) -> list[str]:
        if entry.isascii() and entry.isdigit():
            return [entry]
        if (alias := self._aliases.get(entry.casefold())) is not None and depth == 0:
            return [one for target in alias for one in self._resolve(target, depth + 1)]
        network, colon, name = entry.partition(":")
        if not colon:
            return self._alone(entry)
        return [self._by_name(network.strip(), name.strip())]

    def _alone(self, entry: str) -> list[str]:
        """Resolve a user name or a network that is written alone, where it is clear."""
        if self._directory is None:
            raise self._unknown(entry)
        known, wanted = self._profiles(), entry.lstrip("@").casefold()
        types = _NETWORKS.get(entry.casefold(), ())
        for found in (
            [p for p in known if wanted in _names(p)],
            [p for p in known if p.type in types],
        ):
            if len(found) == 1:
                return [found[0].id]
            if found:
                raise CellError(
                    f"fits more than one profile ({entry})", f"Write one of {_candidates(found)}"
                )
        raise self._unknown(entry)

    def _unknown(self, entry: str) -> CellError:
        near = get_close_matches(entry.casefold(), self._aliases, n=1)
        hint = f"Did you mean {near[0]}? " if near else ""
        if self._directory is None:
            way = "Write its id, or its network and name (linkedin: ACME), or an alias"
        else:
            way = f"The account has {_candidates(self._profiles())}"
        return CellError(f"names no profile ({entry})", f"{hint}{way}")

    def _by_name(self, network: str, name: str) -> str:
        types = _NETWORKS.get(network.casefold(), (network.upper(),))
        known = self._profiles()
        wanted = name.lstrip("@").casefold()
        matches = [p for p in known if p.type in types and wanted in _names(p)]
        if len(matches) == 1:
            return matches[0].id
        if matches:
            ids = listed(f"{p.id} ({p.type})" for p in matches)
            raise CellError(
                f"fits more than one profile ({network}: {name})", f"Write the id: {ids}"
            )
        same = [p for p in known if p.type in types]
        remedy = (
            f"The account's profiles there are {_candidates(same)}"
            if same
            else f"The account has no profile of {network}; it has {_candidates(known)}"
        )
        raise CellError(f"names no profile of this account ({network}: {name})", remedy)

    def _profiles(self) -> Sequence[Profile]:
        if self._known is None:
            if self._directory is None:
                raise AccountError(
                    "names a profile by network and name, which only Hootsuite can look up",
                    "In all such rows write the profile's id",
                    setting="auth_method",
                )
            self._known = self._directory.profiles()
        return self._known


def _candidates(profiles: Sequence[Profile]) -> str:
    """Return profiles as a person may write them."""
    names = sorted(
        f"{network_name(p.type)}: {p.username or p.network_id or p.id}" for p in profiles
    )
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return listed([*names[:_SHOWN], *more]) or "no profiles"


def _names(profile: Profile) -> set[str]:
    names = (profile.username, profile.network_id, profile.id)
    return {name.lstrip("@").casefold() for name in names if name}


def load_aliases(path: Path) -> dict[str, list[str]]:
    """Read an alias file: YAML, a name and a profile (or a list of them) per line.

    Raises:
        SheetError: It cannot be read, or is not such a list.
    """
    text = read_bytes(path, _ALIAS_FILE_LIMIT)
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SheetError(f"{path.name} is not YAML: {_first_line(error)}.") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise SheetError(f"{path.name} must have a name and a profile per line: acme: 1234567.")
    return {str(name): _entries(path, str(name), value) for name, value in content.items()}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def _entries(path: Path, name: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        value = [{network: user} for network, user in value.items()]
    items = value if isinstance(value, list) else [value]
    if len(items) > _MAX_ENTRIES or not all(map(_is_entry, items)):
        raise SheetError(f"{path.name}: {name[:60]} must be a profile's id or 'network: name'.")
    return [_entry(item) for item in items]


def _is_entry(item: Any) -> bool:
    """Whether an item is a name or an id, alone or behind its network; nothing nested."""
    if isinstance(item, dict) and len(item) == 1:
        ((network, item),) = item.items()
        return isinstance(network, str) and _is_name(item)
    return _is_name(item)


def _is_name(item: Any) -> bool:
    return isinstance(item, (str, int)) and not isinstance(item, bool)


def _entry(item: Any) -> str:
    if isinstance(item, dict):
        ((network, user),) = item.items()
        return f"{network}: {user}"
    return str(item).strip()


def network_name(kind: str) -> str:
    """Return what a person writes for a network, from a profile's type."""
    fitting = (name for name, types in _NETWORKS.items() if kind in types)
    return next(fitting, kind.lower())
