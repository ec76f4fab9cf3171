"""Checks a request against the contract before a handler sees it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from starlette.datastructures import QueryParams

from hootsuite_api.contract import Contract, Operation, Parameter
from hootsuite_sandbox.errors import ApiError, ProblemError, SandboxError, ScimError

INVALID = 4000  # an invalid value
NOT_JSON = 1100  # a body that is not JSON
NOT_FOUND = 4001
Codes = Mapping[str, tuple[int, int]]


def check_parameters(
    operation: Operation, path: Mapping[str, str], query: QueryParams, codes: Codes
) -> None:
    """Refuse missing or invalid parameters.

    Args:
        operation: The operation of the contract.
        path: Path parameters, decoded.
        query: The query, keys repeated for arrays.
        codes: `(status, code)` by parameter, if the handler's module overrides them.

    Raises:
        SandboxError: In the operation's own error shape.
    """
    for parameter in operation.parameters:
        if parameter.location == "path":
            problem = _unfit(parameter, [path[parameter.name]])
        elif parameter.location == "query":
            problem = _unfit(parameter, query.getlist(parameter.name))
        else:
            continue
        if problem:
            raise _refusal(operation, parameter, problem, codes)


def read_body(operation: Operation, raw: bytes) -> Any:
    """Parse a JSON body.

    Raises:
        SandboxError: If it is not JSON, or required and missing.
    """
    if operation.body is None or (not raw and not operation.body_required):
        return None
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        if operation.shape == "scim":
            raise ScimError(400, "The body is not JSON.", "invalidSyntax") from error
        if operation.shape == "analytics":
            raise ProblemError(400, "invalid-argument", "The body is not JSON.") from error
        raise ApiError(400, NOT_JSON, "The body is not JSON.") from error


def check_body(
    contract: Contract, operation: Operation, body: Any, *, recorded: bool = False
) -> None:
    """Refuse a body that the contract refuses.

    Args:
        contract: The contract.
        operation: The operation.
        body: The parsed body.
        recorded: Whether to accept what was seen to be accepted (`x-hootsuite-quirks: taken`).

    Raises:
        SandboxError: It names every invalid field.
    """
    if operation.body is None or (body is None and not operation.body_required):
        return
    taken = operation.quirks.get("taken", {}) if recorded else {}
    problems = [
        one
        for one in contract.problems(operation.id, body)
        if one.field not in taken or body[one.field] not in taken[one.field]
    ]
    if not problems:
        return
    if operation.shape == "scim":
        detail = "; ".join(str(problem) for problem in problems)
        raise ScimError(400, detail, _scim_type(operation, body))
    if operation.shape == "analytics":
        detail = "; ".join(str(problem) for problem in problems)
        raise ProblemError(422, "invalid-argument", detail)
    first, *rest = problems
    more = tuple((problem.code or INVALID, str(problem)) for problem in rest)
    raise ApiError(400, first.code or INVALID, str(first), more=more)


def _scim_type(operation: Operation, body: Any) -> str:
    # Recorded: an empty PATCH is a syntax error, a value of a wrong type is not.
    empty_patch = operation.method == "PATCH" and isinstance(body, dict) and not body
    return "invalidSyntax" if empty_patch or not isinstance(body, dict) else "invalidValue"


def _unfit(parameter: Parameter, values: list[str]) -> str | None:
    kind = parameter.schema.get("type")
    if not values:
        return f"{parameter.name} is missing" if parameter.required else None
    if kind != "array" and len(values) > 1:
        return f"{parameter.name} is given {len(values)} times"
    try:
        value = values if kind == "array" else _typed(values[0], kind)
    except ValueError:
        return f"{parameter.name} is not of type {kind}"
    if _validator(parameter.schema).is_valid(value):
        return None
    return f"{parameter.name} has a value that does not fit"


def _typed(text: str, kind: str | None) -> Any:
    if kind == "integer":
        return int(text)
    if kind == "boolean":
        if text not in {"true", "false"}:
            raise ValueError(text)
        return text == "true"
    return text


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    return _compiled(msgspec.json.encode(schema))


@functools.cache
def _compiled(schema: bytes) -> Draft202012Validator:
    return Draft202012Validator(msgspec.json.decode(schema))


def _refusal(
    operation: Operation, parameter: Parameter, problem: str, codes: Codes
) -> SandboxError:
    in_path = parameter.location == "path"
    if operation.shape == "scim":
        if in_path:
            return ScimError(404, "There is no such resource.")
        return ScimError(400, problem, "invalidValue")
    if operation.shape == "analytics":
        return ProblemError(422, "invalid-argument", problem)
    if parameter.name in codes:
        status, code = codes[parameter.name]
        return ApiError(status, code, problem)
    if parameter.code is not None:
        return ApiError(400, parameter.code, problem)
    return ApiError(404, NOT_FOUND, problem) if in_path else ApiError(400, INVALID, problem)
