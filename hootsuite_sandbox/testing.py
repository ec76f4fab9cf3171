"""A sandbox in a process of its own, for tests, the demonstration and the benchmarks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Self

import requests

from hootsuite_sandbox.options import Options

SMALL_WORLD: Mapping[str, Any] = {
    "seed": 7,
    "messages": 300,
    "members": 8,
    "teams": 3,
    "profiles": 6,
    "requests_per_second": 0,
}
"""Options of a world that is quick to read and has a case for every rule."""

JANUARY = Options.now
"""The default start of the clock of these worlds."""

_STOP_SECONDS = 5
_CALL_SECONDS = 120


class SandboxProcess:
    """Starts `python -m hootsuite_sandbox` on a free port and speaks to its control API.

    Args:
        options: Start options, named as in `Options`, and `port`. Unlike on the command line the
            world and its clock are the same after each start.
    """

    def __init__(self, **options: Any) -> None:
        self._options = {"port": 0, "new_ids": "fixed", "now": JANUARY, **options}
        self._process: subprocess.Popen[str] | None = None
        self._session = requests.Session()
        # Proxies and .netrc of the environment must not affect a server on loopback.
        self._session.trust_env = False
        self.ready: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and wait for its ready line.

        Raises:
            RuntimeError: If it ended instead; its stderr tells why.
        """
        command = [sys.executable, "-m", "hootsuite_sandbox", *_flags(self._options)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own program
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            code = self._process.wait()
            self.stop()
            raise RuntimeError(f"the sandbox did not start (exit code {code}): see stderr")
        self.ready = json.loads(line)

    def stop(self) -> None:
        """Stop the process, by a signal first."""
        self._session.close()
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()

    @property
    def url(self) -> str:
        """The URL of the sandbox."""
        return self.ready["url"]

    @property
    def pid(self) -> int:
        """The process id."""
        if self._process is None:
            raise RuntimeError("the sandbox is not running")
        return self._process.pid

    # -- the world -----------------------------------------------------------------------------

    def reset(self, **options: Any) -> dict[str, str]:
        """Replace the world by a new one; other options are those of the process's start."""
        self.ready = self._call("POST", "reset", options)
        return self.ready

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change options of the running world (role, limits, lag, quirks ...); return all."""
        return dict(self._call("POST", "settings", changes))

    def now(self) -> str:
        """Return the sandbox's instant, RFC 3339."""
        return str(self._call("GET", "clock")["now"])

    def advance(self, seconds: float) -> str:
        """Advance the clock; return its new instant."""
        return str(self._call("POST", "clock", {"advance_seconds": seconds})["now"])

    def truth(self, resource: str, *fields: str) -> list[dict[str, Any]]:
        """Return all rows of a stream, as the API's own objects, or some fields of each."""
        chosen = f"?fields={','.join(fields)}" if fields else ""
        return list(self._call("GET", f"truth/{resource}{chosen}"))

    def count(self, resource: str) -> int:
        """Return how many rows a stream has."""
        return int(self._call("GET", f"truth/{resource}?count=1")["count"])

    def mutate(self, action: str, **arguments: Any) -> str:
        """Act as another person on the platform; return the id of the first object that changed."""
        changed = self._call("POST", "mutate", {"action": action, **arguments})
        return str(changed[0]["id"])

    def use_quota(self, used: int) -> None:
        """Set how many requests of today's quota the main account has used."""
        self._call("POST", "quota", {"used": used})

    # -- faults --------------------------------------------------------------------------------

    def faults(
        self, faults: Sequence[Mapping[str, Any]] = (), /, **fault: Any
    ) -> list[dict[str, Any]]:
        """Install faults: a list of them, or one by keywords; return them with their ids."""
        return list(self._call("POST", "faults", [*faults, *([fault] if fault else [])]))

    def installed_faults(self) -> list[dict[str, Any]]:
        """Return the faults with their numbers of hits."""
        return list(self._call("GET", "faults"))

    def clear_faults(self) -> None:
        """Remove all faults and release held requests."""
        self._call("DELETE", "faults")

    def hold(self, operation: str = "*", **fault: Any) -> int:
        """Install a `hold` fault; return its id for `wait_held` and `release`."""
        return int(self.faults(kind="hold", operation=operation, **fault)[0]["id"])

    def wait_held(self, fault_id: int, timeout: float = 30) -> bool:
        """Wait until a `hold` fault holds a request; return whether it does."""
        return bool(self._call("GET", f"faults/held?id={fault_id}&timeout={timeout}")["held"])

    def release(self, fault_id: int | None = None) -> None:
        """Release held requests (without an id: all of them)."""
        self._call("POST", "faults/release", {} if fault_id is None else {"id": fault_id})

    # -- logs -------------------------------------------------------------------------

    def ledger(self) -> list[dict[str, Any]]:
        """Return every committed write, oldest first."""
        return list(self._call("GET", "ledger"))

    def comment_events(self) -> list[dict[str, Any]]:
        """Return the events of the comments webhook, oldest first; `commentId` names comments."""
        return list(self._call("GET", "comments"))

    def stats(self) -> dict[str, Any]:
        """Return counts of requests, refusals, and the most in any second."""
        return dict(self._call("GET", "stats"))

    def requests(self, operation: str | None = None, since: int = 0) -> list[dict[str, Any]]:
        """Return every request outside the control API, in the order of arrival."""
        chosen = f"&operation={operation}" if operation else ""
        return list(self._call("GET", f"requests?since={since}{chosen}"))

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        url = f"{self.url}/__sandbox__/{path}"
        answer = self._session.request(method, url, json=body, timeout=_CALL_SECONDS)
        if not answer.ok:
            raise RuntimeError(f"{method} {path}: {answer.text}")
        return answer.json()


def _flags(options: Mapping[str, Any]) -> list[str]:
    flags = []
    for name, value in options.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            flags.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            flags.append(f"--{flag}={value}")
    return flags
