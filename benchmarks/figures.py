"""What a benchmark says: a figure, the bar that it has to meet, and the table of all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HEAD = ("figure", "measured", "must be", "peers", "verdict")


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        name: What was measured, and where.
        measured: The value, as people read it.
        bar: What it must be.
        met: Whether it is.
        peer: What others need for the same, where somebody has measured it.
    """

    name: str
    measured: str
    bar: str
    met: bool
    peer: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The line's cells."""
        return self.name, self.measured, self.bar, self.peer, "ok" if self.met else "MISSED"


@dataclass(frozen=True)
class Place:
    """Where a benchmark runs.

    Attributes:
        folder: Its own empty folder.
        quick: Take smaller worlds; the table says so.
    """

    folder: Path
    quick: bool = False


Benchmark = Callable[[Place], Iterator[Figure]]


def at_most(name: str, value: float, bar: float, unit: str = "", peer: str = "") -> Figure:
    """A value with an upper bound, in the bar's own unit."""
    digits = 0 if isinstance(value, int) else 3 if bar < 10 else 1
    text = f"{value:,.{digits}f}{unit}"
    return Figure(name, text, f"<= {_plain(bar)}{unit}", value <= bar, peer)


def _plain(bar: float) -> str:
    return f"{bar:,.0f}" if bar == round(bar) else f"{bar:g}"


def exactly(name: str, value: object, wanted: object, peer: str = "") -> Figure:
    """A value that may be one thing only."""
    return Figure(name, str(value), f"= {wanted}", value == wanted, peer)


def table(figures: Iterable[Figure]) -> str:
    """Lay the figures out in columns."""
    lines: list[Sequence[str]] = [HEAD, *(figure.cells for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
