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
    """A successful answer, maybe with errors about a part of the call.

    Attributes:
        status: The HTTP status.
        data: The content of the envelope (`data` for most operations); the whole body for SCIM; the
            objects of a `listed.Page`; else None.
        errors: Errors about a part of the call; empty if all of it succeeded.
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
        """The listed objects, whether the fast or the slow path read the answer.

        Args:
            component: The contract's name of the objects.
        """
        if isinstance(self.body, Page):
            return self.body.data
        return [listed(component, one) for one in self.data]


def judge(operation: Operation, answer: Answer, date: datetime) -> Reply:
    """Return the reply in an answer, or raise the error that the answer describes.

    Args:
        operation: What was asked.
        answer: What came back.
        date: The server's time when it answered.

    Raises:
        HootsuiteError: The answer is not a success.
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
    """Whether a 2xx with errors has nothing else; `create_message` answers per profile."""
    return data is None if operation.read else "partial" not in operation.quirks


def _has_data(operation: Operation, body: Any) -> bool:
    return isinstance(body, dict) and operation.data in body


def _says_deleted(operation: Operation, body: Any) -> bool:
    """Whether a body means that a delete succeeded: `{}`, nothing or plain text, but no HTML."""
    if operation.method != "DELETE":
        return False
    return body in (None, {}) or (isinstance(body, str) and "<" not in body)


def _is_error(body: Mapping[str, Any]) -> bool:
    schemas = body.get("schemas")
    return isinstance(schemas, list) and any(str(one).endswith(":Error") for one in schemas)


def _foreign(operation: Operation, answer: Answer) -> TornBody:
    where = Where(operation.method, operation.path, answer.status)
    return TornBody("The answer is not one that Hootsuite gives", where)
