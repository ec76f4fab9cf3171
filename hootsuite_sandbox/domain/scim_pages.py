"""Lists of SCIM resources: pagination (RFC 7644, section 3.4.2.4) and filters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from hootsuite_sandbox.domain.records import Document
from hootsuite_sandbox.errors import ScimError
from hootsuite_sandbox.operations import Context

LIST_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
LARGEST_PAGE = 100
T = TypeVar("T")


def page(ctx: Context, found: Sequence[T], show: Callable[[T], Document]) -> Document:
    """Answer with a page of resources; too small values are raised to the minimum."""
    start = max(1, int(ctx.query.get("startIndex", 1)))
    count = min(max(0, int(ctx.query.get("count", LARGEST_PAGE))), LARGEST_PAGE)
    chosen = found[start - 1 : start - 1 + count]
    return {
        "schemas": [LIST_SCHEMA],
        "Resources": [show(one) for one in chosen],
        "totalResults": len(found),
        "startIndex": start,
        "itemsPerPage": len(chosen),
    }


def resource_type(name: str, description: str, schema: str, *extensions: Document) -> Document:
    """Return a resource type (RFC 7643, section 6)."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": name,
        "name": name,
        "description": description,
        "endpoint": f"/{name}s",
        "schema": schema,
        "schemaExtensions": [*extensions],
        "meta": {"resourceType": "ResourceType", "location": f"/scim/v2/ResourceTypes/{name}"},
    }


def filtered(text: str, attribute: str) -> str:
    """Return the value of a filter `attribute eq "value"`.

    Raises:
        ScimError: For any other filter.
    """
    shape = rf'\s*{attribute}\s+eq\s+("(?:[^"\\]|\\.)*")\s*'
    match = re.fullmatch(shape, text, re.IGNORECASE)
    try:
        value: str = json.loads(match[1]) if match else ""
    except ValueError:  # an invalid escape
        match = None
    if not match:
        detail = f'Only filters like {attribute} eq "x" are supported.'
        raise ScimError(400, detail, "invalidValue")
    return value
