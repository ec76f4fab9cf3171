"""Reads `openapi.yaml`: operations, components and error codes."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from hootsuite_api.contract import checks
from hootsuite_api.contract.model import ErrorCode, Operation, Parameter, Problem, Schema, Shape

_METHODS = ("get", "post", "put", "patch", "delete")
_JSON = "application/json"
_SHAPES: Mapping[str, Shape] = {"/oauth2/auth": "html", "/oauth2/token": "oauth"}


class Contract:
    """The platform's operations, schemas and error codes.

    Its results are shared between callers: never change them.

    Args:
        document: A parsed OpenAPI 3.1 document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._resolved: dict[str, Any] = {}
        self._validators: dict[str, Draft202012Validator] = {}

    @functools.cached_property
    def operations(self) -> Mapping[str, Operation]:
        """All operations by id, in the order of the document."""
        return {operation.id: operation for operation in self._operations()}

    @functools.cached_property
    def error_codes(self) -> Mapping[int, ErrorCode]:
        """All known numeric error codes."""
        listed = self.document["x-hootsuite-error-codes"]
        return {entry["code"]: ErrorCode(**entry) for entry in listed}

    def component(self, name: str) -> dict[str, Any]:
        """A component schema with all references resolved.

        Raises:
            KeyError: The contract has no such component.
        """
        schema: dict[str, Any] = self._target(f"#/components/schemas/{name}")
        return schema

    def problems(self, operation_id: str, body: Any) -> list[Problem]:
        """What an operation would refuse in a body; empty if the body fits.

        Raises:
            KeyError: The contract has no such operation.
        """
        operation = self.operations[operation_id]
        if operation.body is None:
            return [] if body is None else [Problem("", "this call takes no body")]
        if operation_id not in self._validators:
            self._validators[operation_id] = checks.compile_schema(operation.body)
        return checks.problems(self._validators[operation_id], body)

    def _operations(self) -> Iterator[Operation]:
        for path, item in self.document["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._operation(path, method, item[method], item.get("parameters", []))

    def _operation(
        self, path: str, method: str, source: Mapping[str, Any], shared: list[Any]
    ) -> Operation:
        media_type, body = self._body(source.get("requestBody", {}))
        parameters = (self._inline(p) for p in [*shared, *source.get("parameters", [])])
        return Operation(
            id=source["operationId"],
            method=method.upper(),
            path=path,
            tag=source["tags"][0],
            parameters=tuple(_parameter(p) for p in parameters),
            body=body,
            body_required=bool(source.get("requestBody", {}).get("required")),
            body_media_type=media_type,
            response=self._response(source),
            shape=_shape(path),
            read=method == "get" or bool(source.get("x-hootsuite-safe")),
            data=source.get("x-hootsuite-data", "data"),
            retired=bool(source.get("deprecated")),
            quirks=source.get("x-hootsuite-quirks", {}),
        )

    def _body(self, request_body: Mapping[str, Any]) -> tuple[str | None, Schema | None]:
        for media_type, content in request_body.get("content", {}).items():
            return media_type, self._inline(content["schema"])
        return None, None

    def _response(self, source: Mapping[str, Any]) -> Schema | None:
        content = source["responses"]["200"].get("content", {})
        schema: Schema | None = self._inline(content.get(_JSON, {}).get("schema"))
        return schema

    def _inline(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self._inline(item) for item in node]
        if not isinstance(node, dict):
            return node
        rest = {key: self._inline(value) for key, value in node.items()}
        # SCIM has a field of this name: its value is a schema, not a reference.
        if isinstance(node.get("$ref"), str):
            return {**self._target(rest.pop("$ref")), **rest}
        return rest

    def _target(self, pointer: str) -> dict[str, Any]:
        if pointer not in self._resolved:
            node: Any = self.document
            for part in pointer.removeprefix("#/").split("/"):
                node = node[part]
            self._resolved[pointer] = self._inline(node)
        target: dict[str, Any] = self._resolved[pointer]
        return target


def _parameter(source: Mapping[str, Any]) -> Parameter:
    return Parameter(
        name=source["name"],
        location=source["in"],
        required=bool(source.get("required")),
        schema=source["schema"],
        code=source.get("x-hootsuite-code"),
    )


def _shape(path: str) -> Shape:
    if path in _SHAPES:
        return _SHAPES[path]
    if path.startswith("/v1/analytics/"):
        return "analytics"
    return "scim" if path.startswith("/scim/") else "rest"


@functools.cache
def load() -> Contract:
    """The contract of this release, read once per process."""
    text = resources.files(__package__).joinpath("openapi.yaml").read_bytes()
    # The C loader is ten times as fast; wheels of PyYAML have it, builds of some systems don't.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return Contract(yaml.load(text, Loader=loader))  # noqa: S506 - both loaders are the safe kind
