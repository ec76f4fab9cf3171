"""Cache of answers for one run: each key is fetched once, whichever thread asks first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

Found = TypeVar("Found")


class Cache:
    """Caches answers; the first thread that asks fetches, the others wait for its answer."""

    def __init__(self) -> None:
        self._found: dict[Any, Any] = {}
        self._locks: dict[Any, threading.Lock] = {}
        self._guard = threading.Lock()

    def get(self, key: Any, fetch: Callable[[], Found]) -> Found:
        """The answer for a key, fetched at most once unless fetching fails."""
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._found:
                self._found[key] = fetch()
            found: Found = self._found[key]
            return found

    def known(self, key: Any) -> Any:
        """The answer for a key, if there is one already."""
        with self._guard:
            return self._found.get(key)

    def forget(self, key: Any) -> None:
        """Drop one key, so that the next `get` fetches it."""
        with self._guard:
            self._found.pop(key, None)

    def forget_kinds(self, *kinds: str) -> None:
        """Drop all keys whose first part is one of these kinds."""
        with self._guard:
            for key in [key for key in self._found if key[0] in kinds]:
                del self._found[key]
