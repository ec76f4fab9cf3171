"""PATCH operations on a SCIM user (RFC 7644, section 3.5.2), as far as the platform supports them.

The operations change a document such as a PUT would send. The result is checked and written like a
PUT, so that either all of them take effect or none.
"""

from __future__ import annotations

import copy
import re
from typing import Any, NamedTuple

from hootsuite_api.contract import load
from hootsuite_sandbox.domain.records import Document
from hootsuite_sandbox.domain.scim_user import EXTENSION
from hootsuite_sandbox.errors import ScimError

PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
REQUIRED = frozenset({"userName", "displayName", "active"})
READ_ONLY = frozenset({"id", "meta", "schemas", "groups"})
WRITABLE = REQUIRED | {"name", "emails", "timezone", "preferredLanguage", "title", EXTENSION}
_PATH = re.compile(r'([A-Za-z]+)(?:\[type eq "([^"]*)"\])?(?:\.([A-Za-z]+))?')
_EXTENSION_PATH = re.compile(re.escape(EXTENSION) + r"(?::([A-Za-z]+))?")


class _Target(NamedTuple):
    """The target of a path: an attribute, or some of its values, or a sub-attribute."""

    attribute: str
    kind: str | None = None
    part: str | None = None


def check(body: Document) -> None:
    """Refuse a malformed PATCH, whatever the caller's rights.

    Raises:
        ScimError: 400.
    """
    if PATCH_SCHEMA not in body["schemas"]:
        raise ScimError(400, f"schemas must name {PATCH_SCHEMA}.", "invalidSyntax")
    if not body["Operations"]:
        raise ScimError(400, "Operations must not be empty.", "invalidSyntax")
    for item in body["Operations"]:
        if item["op"] == "remove" and not item.get("path"):
            raise ScimError(400, "remove needs a path.", "invalidSyntax")
        if item["op"] != "remove" and "value" not in item:
            raise ScimError(400, f"{item['op']} needs a value.", "invalidSyntax")


def apply(attributes: Document, body: Document) -> Document:
    """Apply the operations in order.

    Args:
        attributes: The user's present attributes; not changed.
        body: A PATCH that passed `check`.

    Returns:
        The new attributes of the user.

    Raises:
        ScimError: 400, for invalid paths and values.
    """
    wanted = copy.deepcopy(attributes)
    for item in body["Operations"]:
        if item["op"] == "remove":
            _remove(wanted, _target(item["path"]))
        elif item.get("path"):
            _put(wanted, _target(item["path"]), item["value"], item["op"])
        else:
            _merge(wanted, item["value"], item["op"])
    _check_result(wanted)
    return wanted


def _target(path: str) -> _Target:
    extension = _EXTENSION_PATH.fullmatch(path)
    if extension:
        return _Target(EXTENSION, None, extension[1])
    match = _PATH.fullmatch(path)
    if match is None:
        raise _unfit(f"The path {path!r} is not supported.")
    target = _Target(match[1], match[2], match[3])
    if target.attribute in READ_ONLY:
        raise ScimError(400, f"{target.attribute} cannot be changed.", "mutability")
    plain = target.kind is None and target.part is None
    parted = target.kind is None and target.attribute == "name"
    if target.attribute not in WRITABLE or not (plain or parted or target.attribute == "emails"):
        raise _unfit(f"The path {path!r} is not supported.")
    return target


def _merge(wanted: Document, value: Any, op: str) -> None:
    if not isinstance(value, dict):
        raise _unfit("Without a path the value must be an object.")
    for name, single in value.items():
        _put(wanted, _target(name), single, op)


def _put(wanted: Document, target: _Target, value: Any, op: str) -> None:
    if target.attribute == "emails":
        wanted["emails"] = _emails(wanted.get("emails") or [], target, value, op)
    elif target.part:
        wanted[target.attribute] = {**(wanted.get(target.attribute) or {}), target.part: value}
    elif isinstance(value, dict) and isinstance(wanted.get(target.attribute), dict):
        wanted[target.attribute] = {**wanted[target.attribute], **value}
    else:
        wanted[target.attribute] = value


def _emails(present: list[Document], target: _Target, value: Any, op: str) -> list[Document]:
    if target.kind is None and target.part is None:
        added = value if isinstance(value, list) else [value]
        kept = present if op == "add" else []
        if not all(isinstance(item, dict) for item in added):
            raise _unfit("emails must be objects.")
        # At most one value is primary: a new one replaces the old one (RFC 7644, section 3.5.2).
        if any(item.get("primary") for item in added):
            kept = [{**item, "primary": False} for item in kept]
        return [*(item for item in kept if item not in added), *added]
    change = {target.part: value} if target.part else value
    if not isinstance(change, dict):
        raise _unfit("The value must be an object.")
    if not any(_is_of(item, target) for item in present):
        return [*present, {"primary": not present, "type": target.kind or "work", **change}]
    return [{**item, **change} if _is_of(item, target) else item for item in present]


def _is_of(item: Document, target: _Target) -> bool:
    return target.kind is None or item.get("type") == target.kind


def _remove(wanted: Document, target: _Target) -> None:
    if target.attribute in REQUIRED:
        raise ScimError(400, f"{target.attribute} cannot be removed.", "mutability")
    if target.attribute == "emails" and target.kind is not None:
        if target.part:
            raise _unfit("Parts of an e-mail entry cannot be removed.")
        wanted["emails"] = [i for i in wanted.get("emails") or [] if not _is_of(i, target)]
    elif target.part:
        (wanted.get(target.attribute) or {}).pop(target.part, None)
    else:
        wanted.pop(target.attribute, None)


def _check_result(wanted: Document) -> None:
    problems = load().problems("replace_scim_user", wanted)
    if problems:
        raise _unfit("; ".join(map(str, problems)))


def _unfit(detail: str) -> ScimError:
    return ScimError(400, detail, "invalidValue")
