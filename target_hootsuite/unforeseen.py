"""Exceptions that nobody foresaw while a row was planned: which row, and which of its fields.

A row that nobody thought of must not stop the others. What raises while nothing was sent is tried
with the row alone, and rejected if it fails alone.
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
        attempt: What failed for the row, without effects.
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
