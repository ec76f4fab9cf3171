"""Tables and colours on the terminal: rich, with everything that it shows escaped."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich import table
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from hootsuite_api.printable import one_line
from target_hootsuite.statuses import ResultStatus

STATUS_COLOURS = {
    ResultStatus.DONE: "green",
    ResultStatus.ADOPTED: "green",
    ResultStatus.REJECTED: "red",
    ResultStatus.UNKNOWN: "yellow",
}


def safe(renderable: Any) -> Any:
    """Escape a text; anything else is returned as it is."""
    if isinstance(renderable, Text) and one_line(renderable.plain) != renderable.plain:
        return Text(one_line(renderable.plain), renderable.style)
    return renderable


class Table(table.Table):
    """A table whose columns are as wide as the escaped cells."""

    def add_row(self, *cells: RenderableType | None, **options: Any) -> None:
        """Add a row."""
        super().add_row(*map(safe, cells), **options)


class SafeConsole(Console):
    """A console on which no text does anything: neither control characters nor markup in it."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Turn a string into text, as it stands."""
        return super().render_str(one_line(text), **{**options, "markup": False, "emoji": False})

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Render anything, the cells of tables too, which come here one by one."""
        return super().render(safe(renderable), options)


def screen(width: int = 160, *, err: bool = False) -> SafeConsole:
    """Return a console; what is no terminal has the width that is given."""
    console = SafeConsole(stderr=err, highlight=False)
    return console if console.is_terminal else SafeConsole(stderr=err, highlight=False, width=width)
