"""What an exception means for a row: rejected, deferred, unknown, ignored or planned."""

from __future__ import annotations

from hootsuite_api import errors
from target_hootsuite.context import RunContext
from target_hootsuite.errors import Ambiguous, Deferred, Ignored, RowRejected
from target_hootsuite.model import Outcome, Planned
from target_hootsuite.refusals import is_about_row, row_rejected
from target_hootsuite.statuses import ResultStatus

ENDINGS = (Planned, Ignored, RowRejected, Ambiguous, Deferred, errors.HootsuiteError)
"""What may end a row, and nothing but that row."""
_PAUSES = (errors.QuotaExhausted, errors.Cancelled)
_SIGN_IN = "/oauth2/token"
_LASTING = (
    errors.AuthError,
    errors.ConfigError,
    errors.ConnectionNeverMade,
    errors.ScopeMissing,
    *_PAUSES,
)
"""What would meet every other row just as well: nothing more is attempted."""


def outcome_of(context: RunContext, error: Exception) -> Outcome:
    """The outcome of a row that ended with one of `ENDINGS`."""
    if isinstance(error, errors.HootsuiteError):
        return _answered(context, error)
    if isinstance(error, RowRejected):
        return rejection(error)
    if isinstance(error, Planned):
        return Outcome(ResultStatus.PLANNED, error.action, error.remote_id)
    if isinstance(error, Ignored):
        return Outcome(
            ResultStatus.IGNORED, "none", code=str(ResultStatus.IGNORED), message=str(error)
        )
    if isinstance(error, Deferred):
        return Outcome(ResultStatus.DEFERRED, "none", code=error.code, message=str(error))
    return Outcome(ResultStatus.UNKNOWN, "none", code="open", message=str(error))


def rejection(error: RowRejected) -> Outcome:
    """The outcome of a row that can't be sent."""
    return Outcome(ResultStatus.REJECTED, "none", None, error.code, str(error), error.trace_id)


def _answered(context: RunContext, error: errors.HootsuiteError) -> Outcome:
    """What an error of the platform means for a row: only a listed refusal is the row's own."""
    code = None if error.code is None else str(error.code)
    if isinstance(error, errors.OutcomeUnknown):
        return Outcome(ResultStatus.UNKNOWN, "none", None, code, str(error), error.trace_id)
    if is_about_row(error):
        return rejection(row_rejected(error))
    if isinstance(error, _LASTING) or error.path == _SIGN_IN:
        paused = isinstance(error, _PAUSES) and context.settings["on_quota"] != "fail"
        context.stop(str(error), failed=not paused)
    return Outcome(ResultStatus.DEFERRED, "none", None, code, str(error), error.trace_id)
