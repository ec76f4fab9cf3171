"""The Hootsuite platform in plain Python: contract, client, errors, tokens, budget.

The names below are imported when they are first used: a command's `--help` needs none of them.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hootsuite_api.calls import Call
    from hootsuite_api.client import HootsuiteClient
    from hootsuite_api.errors import HootsuiteError
    from hootsuite_api.fanout import ordered_map
    from hootsuite_api.replies import Reply

__all__ = ["Call", "HootsuiteClient", "HootsuiteError", "Reply", "ordered_map"]

_HOMES = {
    "Call": "calls",
    "HootsuiteClient": "client",
    "HootsuiteError": "errors",
    "Reply": "replies",
    "ordered_map": "fanout",
}


def __getattr__(name: str) -> Any:
    """Import a name from the module that it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
