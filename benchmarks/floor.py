"""The least that can read messages and write Singer lines. The floor for CPU.

It asks for several windows at once by aiohttp, reads and writes JSON by msgspec, and does nothing
else: no schema, no check, no state, no limit, no second try. Rows are as the platform sends them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import deque
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

AT_ONCE = 8  # windows under way, as many as the tap has
WINDOW = timedelta(days=28)
Query = dict[str, str]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


async def main(config: dict[str, Any]) -> None:
    """Write all messages from `start_date` to `end_date`."""
    headers = {"Authorization": f"Bearer {config['access_token']}"}
    async with aiohttp.ClientSession(config["api_url"], headers=headers) as session:
        queries = windows(config["start_date"], config["end_date"])
        pending: deque[asyncio.Task[None]] = deque()
        for query in queries:
            pending.append(asyncio.create_task(read(session, query)))
            if len(pending) == AT_ONCE:
                await pending.popleft()
        await asyncio.gather(*pending)


def windows(start: str, end: str) -> Iterator[Query]:
    """Cut the range into windows of 28 days."""
    begin, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
    while begin < last:
        stop = min(begin + WINDOW, last)
        times = (one.isoformat().replace("+00:00", "Z") for one in (begin, stop))
        yield dict(zip(("startTime", "endTime"), times, strict=True)) | {"limit": "100"}
        begin = stop


async def read(session: aiohttp.ClientSession, query: Query) -> None:
    """Read one window, page by page."""
    cursor: str | None = ""
    while cursor is not None:
        asked = query | {"cursor": cursor} if cursor else query
        async with session.get("/v1/messages", params=asked) as response:
            answer = _decode(await response.read())
        write(answer["data"])
        cursor = ((answer.get("metadata") or {}).get("cursor") or {}).get("next")


def write(messages: list[Any]) -> None:
    """Write one page."""
    lines = (
        b'{"type":"RECORD","stream":"messages","record":' + _encode(message) + b"}\n"
        for message in messages
    )
    sys.stdout.buffer.write(b"".join(lines))


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
