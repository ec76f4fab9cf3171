"""A progress line on standard error, for a person at a terminal."""

from __future__ import annotations

from typing import Self

from tqdm import tqdm


class Progress:
    """Counts done units; silent when standard error is no terminal.

    Args:
        what: The stream.
        unit: What is counted.
        total: How many there are.
        done: How many of them earlier runs have done; they don't count for the rate.
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
            miniters=1,  # steps are uneven: what is drawn shall hang on time alone
        )

    def __enter__(self) -> Self:
        """Show the line."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away."""
        self._bar.close()

    def step(self, by: int = 1) -> None:
        """Count."""
        self._done += by
        self._bar.update(by)

    def reach(self, done: int) -> None:
        """Count up to a number."""
        self.step(done - self._done)
