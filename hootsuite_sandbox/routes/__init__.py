"""Routes: the handlers of operations, one module for each surface of the platform.

Only handlers enter here: functions marked with `@operation` or `@storage`, and what one handler
alone needs. Rules that two modules share belong to `domain`. A new module is found by itself.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def register() -> None:
    """Make every handler of this package known to the register of operations."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
