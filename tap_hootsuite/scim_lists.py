"""Lists of the provisioning interface (SCIM): accounts and groups, page by page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hootsuite_api.contract import load
from hootsuite_api.errors import NotFound, PermissionDenied, TornBody, Where
from tap_hootsuite.answers import Requests
from tap_hootsuite.refusals import is_gone

PAGE = 100  # resources in one request


class ScimLists:
    """Accounts and groups of the provisioning interface; groups are kept for the whole run.

    Args:
        run: Sends the requests.
    """

    def __init__(self, run: Requests) -> None:
        self._run = run
        self._dates: dict[str, str | None] | None = None
        self._groups: list[Mapping[str, Any]] | None = None
        self._refused: PermissionDenied | None = None

    def pages(self) -> Iterator[list[Mapping[str, Any]]]:
        """List the accounts, and keep when each was changed."""
        dates: dict[str, str | None] = {}
        for found in self._list("list_scim_users", "accounts"):
            dates.update(
                (str(one["id"]), (one.get("meta") or {}).get("lastModified")) for one in found
            )
            yield found
        self._dates = dates

    def groups(self) -> list[Mapping[str, Any]]:
        """Return the groups (teams on Hootsuite), with their members.

        A list may leave the members out (RFC 7644, 3.4.2.5); such a group is requested by itself.

        Raises:
            HootsuiteError: The same one every time, if the caller may not list them.
        """
        if self._refused is not None:
            raise self._refused
        if self._groups is None:
            try:
                listed = [one for page in self._list("list_scim_groups", "groups") for one in page]
                self._groups = list(self._whole_groups(listed))
            except PermissionDenied as error:
                self._refused = error
                raise
        return self._groups

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

    def _list(self, operation: str, what: str) -> Iterator[list[Mapping[str, Any]]]:
        start, total = 1, 1
        while start <= total:
            body = self._run.send(operation, startIndex=start, count=PAGE).body
            found = body.get("Resources") or []
            yield found
            total = int(body.get("totalResults") or 0)
            if not found and start <= total:
                where = Where("GET", load().operations[operation].path)
                raise TornBody(f"The list of {what} ends at {start - 1} of {total}", where)
            start += len(found)
            self._run.check()

    def dates(self) -> Mapping[str, str | None]:
        """Return when each listed account was changed; empty if the caller may not list them."""
        if self._dates is None:
            try:
                for _ in self.pages():
                    self._run.check()
            except (PermissionDenied, NotFound):
                self._dates = {}
        return self._dates or {}
