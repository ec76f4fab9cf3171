"""Routes: the handlers of operations, one module per part of the API.

Only handlers belong here: functions marked with `@operation` or `@storage`, and their helpers.
Rules that two modules share belong to `domain`. New modules are found automatically.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def register() -> None:
    """Import every module of this package, which registers its handlers."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
