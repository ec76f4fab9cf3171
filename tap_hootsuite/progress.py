"""A progress line on standard error, for a person at a terminal."""

from __future__ import annotations

from typing import Self

from tqdm import tqdm


class Progress:
    """Counts done units; silent when standard error is no terminal.

    Args:
        what: The stream.
        unit: What is counted.
        total: How many there are, if that is known.
    """

    def __init__(self, what: str, unit: str, total: int | None = None) -> None:
        self._bar = tqdm(
            desc=what, unit=f" {unit}", total=total, disable=None, leave=False, mininterval=0.5
        )

    def __enter__(self) -> Self:
        """Show the line."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the line away."""
        self._bar.close()

    def step(self, by: int = 1) -> None:
        """Count."""
        self._bar.update(by)
