"""Deterministic pseudo-random numbers: the same parts always give the same number."""

from __future__ import annotations

import math
import zlib
from functools import lru_cache

_MASK = (1 << 64) - 1
_UNIT = float(1 << 64)
_REMEMBERED = 1 << 16  # an account's own numbers are asked for again with each of its rows


def mix(number: int) -> int:
    """Turn a number into 64 well mixed bits (the finisher of SplitMix64)."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


@lru_cache(_REMEMBERED)
def bits(*parts: int | str) -> int:
    """Return 64 bits that follow from the parts."""
    found = 0
    for part in parts:
        number = part if isinstance(part, int) else zlib.crc32(part.encode())
        found = mix(found ^ number)
    return found


def share(*parts: int | str) -> float:
    """Return a number from 0 up to 1 that follows from the parts, evenly spread."""
    return bits(*parts) / _UNIT


def heavy(*parts: int | str) -> float:
    """Return a positive number around 1 that follows from the parts: many small, few large."""
    first, second = share(*parts, 1), share(*parts, 2)
    normal = math.sqrt(-2 * math.log(1 - first)) * math.cos(2 * math.pi * second)
    return math.exp(0.7 * normal)
