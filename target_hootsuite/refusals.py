"""The platform's answers that reject a row, because they are about the row itself.

A row is rejected by our own checks of its content, or by an answer from the lists here. Whatever
else goes wrong (the sign-in server, the network, a file of ours, an answer that nobody published)
is a failure of the run: the row is deferred and sent again, since nothing says that it is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hootsuite_api import errors
from hootsuite_api.contract import load
from target_hootsuite.errors import RowRejected

_BODY = frozenset({1100, 4000})
_PERSON = frozenset({2000, 2001, 2002, 2003, 2004, 2005, 2006, 2007, 2008, 2303, 2304, 2305, 3010})
_TEAM = frozenset({3002, 3004, 3006, 3008, 3301})
_MESSAGE = frozenset({2306, 40001, 40003, 40004, 40005, 40023, 40024, 40025})
_GONE = frozenset({3003, 3005, 4001, 4303})
# Recorded with codes that look wrong, such as 4003 for a removal: any of them may come.
_MAY_NOT = frozenset({1201, 1202, *range(4002, 4011)})

WRITES = _BODY | _PERSON | _TEAM | _MESSAGE | _GONE | _MAY_NOT
"""Codes that refuse a write for what the row asks for, or for the things that it names.

Not among the published codes: those about tokens, scopes and quotas, those about the request as
such (1009 to 1044, 5001), those about lists (3020, 3021, 40019, 40020, 40022), and 40021, which
only says that a file of the row is not ready yet. 5002 is for messages alone.
"""

_UNSUPPORTED = 5002
MESSAGES = WRITES | {_UNSUPPORTED}
"""Codes that refuse a write of a message.

5002 is an operation that is not supported. Other profiles' messages are written by the same
operation, so what is not supported is the profile that the row names: its network.
"""
_MESSAGES = "/v1/messages"
_REMEDIES = {
    _UNSUPPORTED: "Hootsuite does not offer this for the profile's network: do it in Hootsuite "
    "itself, or name another profile."
}

LOOK_UPS: Mapping[str, frozenset[int]] = {
    "list_organization_members": frozenset({2303, 3003, 4002}),
    "list_organization_teams": frozenset({2303, 3003, 4010}),
    "list_team_members": frozenset({3003, 3004, 3005, 4005, 4006}),
}
"""Codes that refuse a look-up of the organization or team which the row names."""

SCIM = frozenset({"invalidSyntax", "invalidValue", "mutability", "uniqueness"})
"""Words of RFC 7644 that refuse what a row of `scim_users` asks for."""

_SCIM_CONFLICT = 409  # RFC 7644, 3.3: a value that must be unique is taken, whatever else it says


def is_about_row(error: errors.HootsuiteError) -> bool:
    """Whether an answer is a listed refusal of the row that was looked up or written.

    Args:
        error: What `HootsuiteClient.send` raised, for a request of this row.
    """
    if isinstance(error, errors.MalformedCall):
        return True  # a value of the row can't be put into a request
    if not error.not_written or isinstance(error, errors.OutcomeUnknown) or error.status is None:
        return False
    codes = _listed().get((error.method, error.path))
    if codes is None or isinstance(error, errors.AuthError):
        return False
    if error.path is not None and error.path.startswith("/scim/"):
        return error.code in SCIM or error.status == _SCIM_CONFLICT
    return error.code in codes


def is_listed(code: Any) -> bool:
    """Whether an error inside an answer has the code of a refused message."""
    return isinstance(code, int) and code in MESSAGES


def with_remedy(said: str, code: Any) -> str:
    """Return an answer's message with the remedy for its code."""
    remedy = _REMEDIES.get(code)
    return f"{said} {remedy}" if remedy else said


@cache
def _listed() -> Mapping[tuple[str | None, str | None], frozenset[int]]:
    """The listed refusals by method and path, as errors name their call."""
    operations = load().operations
    found: dict[tuple[str | None, str | None], frozenset[int]] = {
        (one.method, one.path): MESSAGES if one.path.startswith(_MESSAGES) else WRITES
        for one in operations.values()
        if not one.read and one.shape not in ("oauth", "html")
    }
    for name, codes in LOOK_UPS.items():
        found[operations[name].method, operations[name].path] = codes
    return found


def row_rejected(error: errors.HootsuiteError) -> RowRejected:
    """The rejection that a listed refusal means."""
    remedy = _REMEDIES.get(error.code) if isinstance(error.code, int) else None
    said = str(type(error)(error.happened, error.where, advice=remedy)) if remedy else str(error)
    return RowRejected(said, code=error.code, trace_id=error.trace_id)
