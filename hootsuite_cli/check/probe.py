"""Probes which operations the caller may read, each once, by the cheapest GET."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hootsuite_api import Call, HootsuiteClient, HootsuiteError
from hootsuite_api.contract import Operation, load
from hootsuite_api.errors import (
    AuthError,
    Cancelled,
    NetworkFault,
    NotFound,
    PermissionDenied,
    QuotaExhausted,
    ServerFault,
    TornBody,
    ValidationRejected,
    WrongState,
)

RECENT = timedelta(days=28)  # the longest window that the platform lists
_SMALL = {"limit": 100, "count": 1}
_ORGANIZATION = "organizationId"
# Lists of one organization that the query names, not the path.
_BY_QUERY = {"list_my_ad_accounts": "organization_id"}
# These say nothing about rights: the check itself can't go on.
_FATAL = (AuthError, Cancelled, QuotaExhausted, NetworkFault)
# The platform looked at the thing, so the caller may ask; there just is nothing to show.
_ALLOWED = (NotFound, WrongState, ValidationRejected)

Path = Mapping[str, str]


@dataclass(frozen=True)
class Finding:
    """What one operation says about the caller's rights.

    Args:
        verdict: `yes`, `no` or `unknown`.
        why: For a person; empty when there is nothing to add.
        data: What came back.
        metadata: The metadata of the answer.
    """

    verdict: str
    why: str = ""
    data: Any = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Prober:
    """Asks each operation once per path and keeps the ids it saw for later paths.

    Args:
        client: The only way to the platform.
        organizations_asked: Of many organizations only so many are looked at.
        unanswered: Paths that the platform failed on: a finding about it, not about rights.
    """

    client: HootsuiteClient
    organizations_asked: int = 10
    samples: dict[str, list[str]] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    _known: dict[tuple[str, tuple[str, ...]], Finding] = field(default_factory=dict)

    def ask(self, operation_id: str, path: Path | None = None) -> Finding:
        """Ask an operation with ids seen before, or with those of a path.

        Raises:
            HootsuiteError: If the check can't go on: no sign-in, no network, no quota.
        """
        operation = load().operations[operation_id]
        if operation.retired:
            return Finding("unknown", "withdrawn by the platform's documents; not asked")
        path = self._path(operation) if path is None else path
        if path is None:
            return Finding("unknown", "nothing there to ask with")
        key = operation_id, tuple(path.values())
        if key not in self._known:
            self._known[key] = self._send(operation, path)
        return self._known[key]

    def learn(self, parameter: str, ids: list[str]) -> None:
        """Keep ids that fit a path parameter; the first ones seen stay in front."""
        known = self.samples.setdefault(parameter, [])
        known += [one for one in ids if one not in known]

    def _path(self, operation: Operation) -> Path | None:
        names = [one.name for one in operation.parameters if one.location == "path"]
        if operation.id in _BY_QUERY:
            names = [_ORGANIZATION]
        found = {name: self.samples.get(name) for name in names}
        return {name: ids[0] for name, ids in found.items() if ids} if all(found.values()) else None

    def _send(self, operation: Operation, path: Path) -> Finding:
        try:
            query = self._query(operation)
            if operation.id in _BY_QUERY:
                query |= {_BY_QUERY[operation.id]: next(iter(path.values()))}
                path = {}
            reply = self.client.send(Call(operation.id, path, query))
        except PermissionDenied as error:
            return Finding("no", _reason(error))
        except _ALLOWED:
            return Finding("yes", "the one asked about has none")
        except _FATAL:
            raise
        except HootsuiteError as error:
            if isinstance(error, (ServerFault, TornBody)):
                self.unanswered.append(operation.path)
            return Finding("unknown", _reason(error))
        return Finding("yes", "", reply.data, reply.metadata)

    def _query(self, operation: Operation) -> dict[str, Any]:
        query: dict[str, Any] = {}
        for one in operation.parameters:
            if one.location == "query" and one.name in _SMALL:
                query[one.name] = _SMALL[one.name]
        if any(one.name == "startTime" for one in operation.parameters):
            now = self.client.now()
            query |= {"startTime": now - RECENT, "endTime": now}
        return query


def references(data: Any) -> list[str]:
    """The ids of a list of objects."""
    found = data if isinstance(data, list) else []
    return [str(one["id"]) for one in found if isinstance(one, dict) and one.get("id")]


def _reason(error: HootsuiteError) -> str:
    code = f" (HTTP {error.status}, code {error.code})" if error.status else ""
    kind = "not permitted" if isinstance(error, PermissionDenied) else type(error).__name__
    return kind + code
