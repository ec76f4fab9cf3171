"""`/v1/comments`: comments that went through approval; read by id, as nothing lists them."""

from __future__ import annotations

from collections.abc import Iterator

from tap_hootsuite.base import HootsuiteStream, Row, Stage
from tap_hootsuite.run import chunks

ROWS = 100  # comments written at once


class Comments(HootsuiteStream):
    """Comments that went through approval, for the ids in the settings.

    Only the comments webhook tells ids. So a comment stays in the table when its id leaves the
    setting.
    """

    name = "comments"
    primary_keys = ("id",)
    operation = "get_comment"
    component = "Comment"
    stage = Stage.LATER
    replaces = False
    refreshed = "each id of the setting `comment_ids`"

    def pages(self) -> Iterator[list[Row]]:
        """Request each comment; a deleted one gives no row."""
        paths = [{"commentId": one} for one in self.run.options.comments]
        if not paths:
            return
        with self.progress("comments", len(paths)) as progress:
            answers = self.run.directory.each(self.operation, paths, self.gaps, keep=False)
            for chunk in chunks(answers, ROWS):
                yield [self.row({}, one) for _, one in chunk if one is not None]
                progress.step(len(chunk))
