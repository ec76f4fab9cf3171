# ruff: noqa: N818 - the names say what became of the row, which is what a caller reads
"""The errors that end a row or a run.

TargetError
├── RowRejected        the row can't be sent as it stands; the next rows go on
├── Ambiguous          the platform may have written it; nothing proves it either way
├── Deferred           nothing was sent; a later run tries the row again
├── Ignored            the settings say that this row is not to be written
└── RunStopped         nothing more is sent in this run
    ├── JournalFault   the journal can't be read or written
    ├── ResultsFault   the results can't be written
    ├── OutputFault    STATE can't be written
    └── LeaseLost      another process took over the entry that this one was about to send
"""

from __future__ import annotations

from typing import Any


class TargetError(Exception):
    """Base class of the errors that the target raises on purpose."""


class RowRejected(TargetError):
    """The row can't be sent as it stands.

    Args:
        message: What is wrong and what to do, for a person.
        field: The column (or path inside it) that is at fault.
        code: The platform's code, or a word of ours where the platform was not asked.
        trace_id: The platform's trace id of the refusal.
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        code: Any = None,
        trace_id: str | None = None,
    ) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.code = None if code is None else str(code)
        self.trace_id = trace_id


class Ambiguous(TargetError):
    """A write was sent and its outcome can't be proved yet."""


class Deferred(TargetError):
    """Nothing was sent for this row; a later run tries it again.

    Args:
        message: The reason, for a person.
        code: A code for programs, if there is one.
    """

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class Ignored(TargetError):
    """The settings say that this row is not to be written."""


class RunStopped(TargetError):
    """Nothing more is sent in this run."""


class JournalFault(RunStopped):
    """The journal can't be read or written."""


class ResultsFault(RunStopped):
    """The results can't be written."""


class OutputFault(RunStopped):
    """STATE can't be written."""


class LeaseLost(RunStopped):
    """Another process took over the entry that this one was about to send."""
