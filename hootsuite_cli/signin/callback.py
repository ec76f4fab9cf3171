"""Receives the browser's callback after a sign-in, on loopback (RFC 8252, section 7.3).

The first callback with the state of this sign-in ends it, with success or failure. Every other
request (another host, method, path or state, a body) is refused and noted, and the listener keeps
waiting. So a stale tab or an image on a web page can't end a sign-in.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from urllib.parse import parse_qsl

from hootsuite_api.errors import AuthError
from hootsuite_api.redact import register
from hootsuite_cli.signin import pages
from hootsuite_cli.signin.loopback import loopback_servers

_NOTES = 10  # refused requests that the person is told of
_PAGE_SECONDS = 120.0


class SignInRefused(AuthError):  # noqa: N818 - named like its siblings in hootsuite_api.errors
    """The answer of the sign-in can't be used."""

    advice = "Nothing was stored; start again: hootsuite login"


def read_answer(query: str, state: str) -> str:
    """Take the code out of a callback's query, if it is the answer to our request.

    Args:
        query: What follows the `?`.
        state: The `state` that we sent; the answer must carry the same.

    Returns:
        The authorization code.

    Raises:
        AnotherSignIn: If the answer is not to our request. Nothing in it can be believed.
        SignInRefused: If it is, but brings no code; with the reason, for a person.
    """
    pairs = parse_qsl(query, keep_blank_values=True)
    states = [value for name, value in pairs if name == "state"]
    # State comes first: without it not even the error is known to be the platform's word.
    if not states or not all(hmac.compare_digest(_raw(one), _raw(state)) for one in states):
        raise AnotherSignIn("The answer does not belong to this sign-in (its state is wrong)")
    answer = dict(pairs)
    if len(answer) != len(pairs):
        raise SignInRefused("The answer names a parameter twice")
    if "error" in answer:
        raise SignInRefused(f"Hootsuite did not allow the sign-in: {_told(answer)}")
    if not answer.get("code"):
        raise SignInRefused("The answer holds no authorization code")
    register(answer["code"])
    return answer["code"]


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _told(answer: dict[str, str]) -> str:
    """The server's error as one printable line."""
    parts = (answer["error"], answer.get("error_description", ""), answer.get("error_hint", ""))
    text = ": ".join(part for part in parts if part)
    return (
        "".join(one if one.isprintable() else " " for one in text)[:300].rstrip(". ") or "no reason"
    )


class AnotherSignIn(SignInRefused):
    """The answer carries another state than ours, or none: it answers another request."""

    advice = "Use the page that this sign-in opened, or start again: hootsuite login"


class Listener:
    """Waits on `http://localhost:<port><path>` for the one callback.

    Args:
        port: 0 takes any free one.
        path: Of the redirect address, as registered for the app.
        state: Of the request whose answer is awaited.
        note: Told what was refused without ending the sign-in.
        patience: Seconds that a client has to send its request, and to read its answer.
        remedy: What else to do when nobody comes back.

    Raises:
        ConfigError: If the port can't be had.
    """

    def __init__(
        self,
        port: int,
        path: str,
        state: str,
        note: Callable[[str], None] = lambda _: None,
        patience: float = 5.0,
        *,
        remedy: str = "",
    ) -> None:
        self.path = path
        self._note = note
        self._notes_left = _NOTES
        self._state = state
        self._remedy = remedy
        self._taken = threading.Lock()  # never released: there is one callback
        self._code: Future[str] = Future()
        self._page: Future[pages.Page] = Future()
        self._servers = loopback_servers(port, self, patience)
        self.port = self._servers[0].server_port

    @property
    def redirect_uri(self) -> str:
        """The address that the browser is sent back to."""
        return f"http://localhost:{self.port}{self.path}"

    def wait(self, seconds: float) -> str:
        """The authorization code, when the browser brings it.

        Raises:
            SignInRefused: If it brings something else, or nothing in time.
        """
        try:
            return self._code.result(seconds)
        except TookTooLong:
            if not self._taken.acquire(blocking=False):  # it came just before the time-out
                return self._code.result()
            usual = (
                f"check client_id, and that {self.redirect_uri} is a redirect address of the app; "
                "then start again: hootsuite login"
            )
            raise SignInRefused(
                f"Nobody signed in within {seconds:g} seconds",
                advice=f"If the page showed an error, {self._remedy or usual}",
            ) from None

    def take(self, query: str) -> pages.Page:
        """Check a callback and return its page; the first valid one waits for `show`."""
        try:
            code: str | SignInRefused = read_answer(query, self._state)
        except AnotherSignIn as error:
            self.note("the answer belongs to another sign-in")
            return pages.page(400, "Not this sign-in", str(error))
        except SignInRefused as error:
            code = error
        if not self._taken.acquire(blocking=False):
            return pages.page(409, "Already answered", "This sign-in has had its one answer.")
        if isinstance(code, SignInRefused):
            self._code.set_exception(code)
            return pages.page(400, "Not signed in", str(code))
        self._code.set_result(code)
        try:
            return self._page.result(_PAGE_SECONDS)
        except TookTooLong:
            return pages.UNFINISHED

    def note(self, refused: str) -> None:
        """Tell the person about a refused request; after a few of them, tell nothing more."""
        self._notes_left -= 1
        if self._notes_left >= 0:
            self._note(f"Refused a request: {refused}")

    def show(self, page: pages.Page) -> None:
        """Give the waiting browser its page."""
        if not self._page.done():
            self._page.set_result(page)

    def close(self) -> None:
        """Stop listening, within a few seconds even if clients don't respond."""
        self.show(pages.UNFINISHED)
        for server in self._servers:
            server.stop()
