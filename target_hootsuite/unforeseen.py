"""Unexpected exceptions while rows are planned: finds the row and the field at fault.

An unexpected row must not stop the others. If a step fails before anything was sent, it is
repeated for each row alone; a row that fails alone is rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from target_hootsuite.errors import RowRejected

Row = Mapping[str, Any]
FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a value that nobody thought of raises; not what a broken machine raises."""


def unplannable(error: Exception, field: str | None = None) -> RowRejected:
    """The rejection of a row that fails alone.

    Args:
        error: One of `FAULTS`.
        field: The column at fault, where it is known.
    """
    msg = f"can't be understood ({type(error).__name__}); correct it or leave it out."
    return RowRejected(msg if field else f"The row {msg}", field=field, code="unplannable")


def field_at_fault(attempt: Callable[[Row], object], row: Row) -> str | None:
    """The first column without which an attempt no longer raises one of `FAULTS`.

    Args:
        attempt: The step that failed for the row; it must have no side effects.
        row: The row.
    """
    for name in row:
        try:
            attempt({column: value for column, value in row.items() if column != name})
        except FAULTS:
            continue
        except Exception:  # noqa: BLE001 - another complaint: that column raised the first one
            return name
        return name
    return None
