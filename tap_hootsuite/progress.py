"""Progress line on standard error, shown only on a terminal."""

from __future__ import annotations

from typing import Self

from tqdm import tqdm


class Progress:
    """Counts finished units; silent if standard error is not a terminal.

    Args:
        what: The stream.
        unit: What is counted.
        total: How many there are.
        done: How many of them earlier runs have finished; they don't count for the rate.
    """

    def __init__(self, what: str, unit: str, total: int, done: int = 0) -> None:
        self._done = done
        self._bar = tqdm(
            desc=what,
            unit=f" {unit}",
            total=total,
            initial=done,
            disable=None,
            leave=False,
            mininterval=0.5,
            miniters=1,  # steps are uneven: redraw by time only
        )

    def __enter__(self) -> Self:
        """Show the line."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the line."""
        self._bar.close()

    def step(self, by: int = 1) -> None:
        """Count finished units."""
        self._done += by
        self._bar.update(by)

    def reach(self, done: int) -> None:
        """Count up to a number."""
        self.step(done - self._done)
