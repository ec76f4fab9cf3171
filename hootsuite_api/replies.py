"""Parses and validates response envelopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hootsuite_api.classify import Answer, error_from, error_list
from hootsuite_api.contract import Operation
from hootsuite_api.errors import TornBody, Where
from hootsuite_api.listed import Listed, Page, listed


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that holds what was asked for, perhaps beside errors.

    Attributes:
        status: The HTTP status.
        data: What the envelope holds (`data` for most); the whole body for SCIM; else None.
            Of a `listed.Page` its objects.
        errors: What failed for a part of the call; empty when all went well.
        metadata: `metadata` of the envelope, such as the cursor.
        body: The whole parsed body, or the `listed.Page`.
        date: The server's time when it answered, UTC.
        headers: The headers, looked up without regard to case.
    """

    status: int
    data: Any
    errors: list[dict[str, Any]]
    metadata: Mapping[str, Any]
    body: Any
    date: datetime
    headers: Mapping[str, str]

    def listed(self, component: str) -> list[Listed]:
        """The objects that it lists, whichever way it was read.

        Args:
            component: The contract's name of the objects.
        """
        if isinstance(self.body, Page):
            return self.body.data
        return [listed(component, one) for one in self.data]


def judge(operation: Operation, answer: Answer, date: datetime) -> Reply:
    """Take an answer as the reply to an operation, or say why it is none.

    Args:
        operation: What was asked.
        answer: What came back.
        date: The server's time of it.

    Raises:
        HootsuiteError: By its type, what the answer says instead.
    """
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - the class of success
        raise error_from(operation, answer)
    body = answer.body
    if isinstance(body, Page):
        return Reply(answer.status, body.data, [], body.metadata, body, date, answer.headers)
    if operation.shape == "scim":
        if not isinstance(body, dict) or _is_error(body):
            raise _foreign(operation, answer)
        return Reply(answer.status, body, [], {}, body, date, answer.headers)
    errors = error_list(body)
    data = body.get(operation.data) if isinstance(body, dict) else None
    if errors and _leaves_nothing(operation, data):
        raise error_from(operation, answer)
    if not (errors or _has_data(operation, body) or _says_deleted(operation, body)):
        raise _foreign(operation, answer)
    metadata = body.get("metadata") if isinstance(body, dict) else None
    known = metadata if isinstance(metadata, dict) else {}
    return Reply(answer.status, data, errors, known, body, date, answer.headers)


def _leaves_nothing(operation: Operation, data: Any) -> bool:
    """Whether errors with a 2xx are all there is; creating messages is answered per profile."""
    return data is None if operation.read else "partial" not in operation.quirks


def _has_data(operation: Operation, body: Any) -> bool:
    return isinstance(body, dict) and operation.data in body


def _says_deleted(operation: Operation, body: Any) -> bool:
    """A delete was seen to answer `{}`, nothing, or plain words; a page is somebody else's."""
    if operation.method != "DELETE":
        return False
    return body in (None, {}) or (isinstance(body, str) and "<" not in body)


def _is_error(body: Mapping[str, Any]) -> bool:
    schemas = body.get("schemas")
    return isinstance(schemas, list) and any(str(one).endswith(":Error") for one in schemas)


def _foreign(operation: Operation, answer: Answer) -> TornBody:
    where = Where(operation.method, operation.path, answer.status)
    return TornBody("The answer is not one that Hootsuite gives", where)
