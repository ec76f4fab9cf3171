"""The statuses of journal entries and of results, and the sets of them that have a meaning."""

from __future__ import annotations

from enum import StrEnum


class EntryStatus(StrEnum):
    """The status of one version of a row in the journal."""

    INTENT = "intent"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    DONE = "done"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    REPLACED = "replaced"
    DELETED = "deleted"


class ResultStatus(StrEnum):
    """The status of a row in the results of a run."""

    DONE = "done"
    UNCHANGED = "unchanged"
    ADOPTED = "adopted"
    REJECTED = "rejected"
    IGNORED = "ignored"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    PLANNED = "planned"


STANDS_ON_PLATFORM = frozenset({EntryStatus.DONE, EntryStatus.ADOPTED})
"""What was written, and is there as far as the journal knows."""
NEWEST_VERSION = STANDS_ON_PLATFORM | {EntryStatus.DELETED}
"""What a new version is compared with: it stands, or a person deleted it on the platform."""

SUCCEEDED = frozenset({ResultStatus.DONE, ResultStatus.ADOPTED, ResultStatus.UNCHANGED})
"""The platform is as the row wants it."""
SETTLED = SUCCEEDED | {ResultStatus.REJECTED, ResultStatus.IGNORED}
"""Nothing is left to be done for the row as it is."""
OPEN = frozenset({ResultStatus.DEFERRED, ResultStatus.UNKNOWN})
"""A later run settles it."""
