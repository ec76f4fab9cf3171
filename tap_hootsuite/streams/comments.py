"""`/v1/comments`: comments that were sent through approval. Nothing lists them."""

from __future__ import annotations

from collections.abc import Iterator

from tap_hootsuite.base import HootsuiteStream, Row, Stage
from tap_hootsuite.run import chunks

ROWS = 100  # comments written in one go


class Comments(HootsuiteStream):
    """Comments that were sent through approval, those whose ids the settings name.

    Only the event of the comments webhook tells ids, so what the setting no longer names stays.
    """

    name = "comments"
    primary_keys = ("id",)
    operation = "get_comment"
    component = "Comment"
    stage = Stage.LATER
    replaces = False
    refreshed = "each id of the setting `comment_ids`"

    def pages(self) -> Iterator[list[Row]]:
        """Ask for each comment; one that is gone gives no row."""
        paths = [{"commentId": one} for one in self.run.options.comments]
        if not paths:
            return
        with self.progress("comments", len(paths)) as progress:
            answers = self.run.directory.each(self.operation, paths, self.gaps, keep=False)
            for chunk in chunks(answers, ROWS):
                yield [self.row({}, one) for _, one in chunk if one is not None]
                progress.step(len(chunk))
