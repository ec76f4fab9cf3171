"""`HootsuiteClient`: sends every request to the platform."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import IO, Any, Self

from hootsuite_api import redact, uploads
from hootsuite_api.budget import Budget, Quota
from hootsuite_api.calls import Call, build
from hootsuite_api.classify import Answer, unknown
from hootsuite_api.clock import own_clock, sane_date
from hootsuite_api.contract import Operation
from hootsuite_api.errors import (
    AuthError,
    Cancelled,
    ConfigError,
    HootsuiteError,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    TokenRejected,
)
from hootsuite_api.exchange import Mark, Watchdog
from hootsuite_api.gateway import Gateway, Stats, exhausted
from hootsuite_api.keyring_store import open_store
from hootsuite_api.replies import Reply, judge
from hootsuite_api.retry import Retry, harmless, passing
from hootsuite_api.settings import Settings, parse
from hootsuite_api.slots import account_slots
from hootsuite_api.stop import Stop
from hootsuite_api.token_endpoint import TOKEN_OPERATION, Token, TokenEndpoint, scopes
from hootsuite_api.tokens import AppToken, RefreshToken, StaticToken, TokenManager
from hootsuite_api.transport import BearerAuth, NoAuth, Outgoing, Transport, limits

_DATES = 10  # dates asked for at most before rows may be rejected as past


class HootsuiteClient:
    """API client of one caller; thread-safe, one is enough for all threads.

    Args:
        settings: Valid settings; `from_settings` takes a plugin's configuration.
        retry: How often and how long to retry.
        stop: Ends every wait when it is set; `cancel` sets it.

    Attributes:
        watchdog: Limits the time of every exchange; a plugin must use it for its own exchanges,
            too.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        retry: Retry | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self.settings = settings
        self.stop = stop or Stop()
        self._retry = retry or Retry(self.stop)
        self.watchdog = Watchdog(self.stop)
        transport = Transport(
            settings.api_url,
            settings.max_concurrency,
            limits(settings.request_timeout_seconds),
            settings.user_agent,
            self.watchdog,
        )
        budget = Budget(settings.requests_per_second, account_slots(settings, self.stop), self.stop)
        quota = Quota(settings.daily_quota_percent)
        self._gateway = Gateway(transport, budget, quota, own_clock(settings.api_url))
        self._asked_for_time = False
        self._asking = threading.Lock()
        self._may_ask = _DATES
        self._tokens = TokenManager(self._renewal())

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """Build a client from the settings that tap and target share.

        Raises:
            ConfigError: If one of them is wrong; the message says which, why and what to do.
        """
        redact.guard_logs()
        return cls(parse(settings))

    def send(self, call: Call) -> Reply:
        """Send a call: wait for the rate limiter, renew the token, retry where that is safe.

        Args:
            call: What is asked.

        Returns:
            The answer. A 200 with both `data` and `errors` is a reply that carries both; for
            `create_message`, whose errors may be about some profiles, so is one with errors alone.

        Raises:
            OutcomeUnknown: If a write may or may not have happened; the cause is chained. After
                every other error of a write nothing was written.
            Cancelled: If `cancel` was called before the call went out.
            HootsuiteError: Its type says why the call failed and what may be done next; see
                `errors`. With `never_sent` the fault lies on the way to the platform, not in the
                call.
        """
        operation, out = build(call, self.settings.api_url)
        try:
            token = self._tokens.current()
        except HootsuiteError as error:
            error.never_left()
            raise
        try:
            return self._patiently(operation, out, token)
        except TokenRejected as error:
            successor = self._successor(token, error)
            return self._patiently(operation, out, successor)

    def upload(self, url: str, stream: IO[bytes], size: int, content_type: str) -> None:
        """Upload a file to the address that `create_media` gave; a PUT is safe to repeat.

        Args:
            url: The signed address; it gets no access token.
            stream: Positioned at its first byte, and seekable.
            size: Bytes to send, as declared to `create_media`.
            content_type: As declared to `create_media`.
        """
        put = uploads.Upload(url, stream, size, content_type, self.settings, self.watchdog)
        self._retry.run(put.attempt, passing)

    def ask_openly(self, operation: Operation, out: Outgoing) -> Answer:
        """Send once a request that needs no sign-in, such as where to sign in.

        Raises:
            HootsuiteError: If there is no answer, or a 429.
        """
        return self._gateway.ask(operation, out, NoAuth(), Mark())

    def sign_in(self, code: str, redirect_uri: str, code_verifier: str) -> None:
        """Exchange an authorization code for tokens and store them; `auth_method` refresh_token.

        Args:
            code: The code that the browser returned; it is sent once.
            redirect_uri: As it was given to the browser.
            code_verifier: The secret of the PKCE challenge, RFC 7636.
        """
        renewal = self._renewal()
        if not isinstance(renewal, RefreshToken):
            raise ConfigError("Signing in needs auth_method refresh_token")
        renewal.sign_in(
            {"code": code, "redirect_uri": redirect_uri, "code_verifier": code_verifier}
        )

    def prove_sign_in(self) -> bool:
        """Try the credentials that will renew the access token, if trying does not use them up.

        Returns:
            Whether it was tried. A refresh token is good for one use, so it is left alone as long
            as its access token is fresh, and a configured access token has no successor.

        Raises:
            AuthError: If the platform refuses the client or the account.
        """
        asked = self.stats.requests[TOKEN_OPERATION]
        self._tokens.current()
        if self.settings.auth_method in ("member_app", "organization_app"):
            if self.stats.requests[TOKEN_OPERATION] == asked:
                self._tokens.renew()
            return True
        return self.stats.requests[TOKEN_OPERATION] > asked

    def now(self) -> datetime:
        """The platform's current time in UTC; sends one request if no answer has told it yet.

        Raises:
            HootsuiteError: If that request got no answer.
        """
        clock = self._gateway.clock
        if clock.now() is None and not self._asked_for_time:
            self._asked_for_time = True
            try:
                self.send(Call("get_me"))
            except HootsuiteError:
                if clock.now() is None:  # a refusal is as good a clock as any
                    raise
            if clock.heard == 0:
                self._may_ask = 0
        return clock.estimate()

    def estimated_now(self) -> datetime:
        """The platform's current time if answers have told it, else our own; sends nothing."""
        return self._gateway.clock.estimate()

    @property
    def is_sure_of_now(self) -> bool:
        """Whether the answers' dates are credible: two clocks agree, or most answers do."""
        return self._gateway.clock.is_sure

    @property
    def is_certain_of_now(self) -> bool:
        """Whether a row may be refused for its time: two clocks agree, or many answers do."""
        return self._gateway.clock.is_certain

    @property
    def hears_dates(self) -> bool:
        """Whether any answer had a date that could be the time now."""
        return self._gateway.clock.heard > 0

    def make_sure_of_now(self) -> bool:
        """Ask for more dates, a few times a run, until `is_sure_of_now`; returns whether it is."""
        return self._ask_until(lambda: self.is_sure_of_now)

    def make_certain_of_now(self) -> bool:
        """Ask for more dates, a few times a run, until `is_certain_of_now`; returns it."""
        return self._ask_until(lambda: self.is_certain_of_now)

    def _ask_until(self, enough: Callable[[], bool]) -> bool:
        clock = self._gateway.clock
        with self._asking:
            while not enough() and self._may_ask > 0:
                self._may_ask -= 1
                before = clock.heard
                with suppress(HootsuiteError):  # a refusal is as good a clock as any
                    self.send(Call("get_me"))
                if clock.heard == before:  # no answer of this run will tell
                    self._may_ask = 0
        return enough()

    def expect_ahead(self, ahead: timedelta) -> None:
        """Set how far the platform's clock was ahead of ours in earlier runs."""
        self._gateway.clock.expect(ahead)

    @property
    def stats(self) -> Stats:
        """Requests by operation, and how many were answered with 429."""
        return self._gateway.stats

    @property
    def quota(self) -> Quota:
        """The daily quota: `used` and `total`, None until an answer told them."""
        return self._gateway.quota

    @property
    def scope(self) -> frozenset[str] | None:
        """The scopes of the token, or None where they are not known."""
        scope = self._tokens.current().scope
        return None if scope is None else scopes(scope)

    def cancel(self) -> None:
        """End all waits.

        A call whose request has not left raises `Cancelled` at once. A request in flight gets
        `exchange.GRACE` seconds for its answer and is then given up.
        """
        self.stop.set()

    def close(self) -> None:
        """Close all connections."""
        self._gateway.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _renewal(self) -> AppToken | RefreshToken | StaticToken:
        settings = self.settings
        if settings.auth_method == "access_token":
            return StaticToken(settings)
        store = open_store(settings.token_store, self.stop)
        endpoint = TokenEndpoint(settings, self._gateway)
        if settings.auth_method == "refresh_token":
            return RefreshToken(settings, endpoint, store, self._retry)
        return AppToken(settings, endpoint, store, self._retry)

    def _patiently(self, operation: Operation, out: Outgoing, token: Token) -> Reply:
        auth = BearerAuth(token.value, self.settings.api_url)
        safe = passing if operation.read else harmless
        try:
            return self._retry.run(lambda n: self._once(operation, out, auth, token, n), safe)
        except RateLimited as error:
            raise exhausted(error) from error
        except Cancelled as error:  # maybe in the wait after an attempt that did nothing
            error.never_left()
            raise

    def _once(
        self, operation: Operation, out: Outgoing, auth: BearerAuth, token: Token, attempt: int
    ) -> Reply:
        mark = Mark()
        try:
            answer = self._gateway.ask(operation, out, auth, mark, attempt)
            date = sane_date(answer.headers.get("Date")) or self._gateway.clock.estimate()
            reply = judge(operation, answer, date)
        except HootsuiteError as error:
            if not mark.is_set:
                error.never_left()
            self._learn(token, error)
            if operation.read or error.not_written:
                raise
            raise unknown(error) from error
        self._tokens.prove(token)
        return reply

    def _learn(self, token: Token, error: HootsuiteError) -> None:
        """A refusal by the platform for another reason shows that the token is good."""
        aside = isinstance(error, (AuthError, RateLimited, QuotaExhausted))
        if error.not_written and error.code is not None and not aside:
            self._tokens.prove(token)

    def _successor(self, token: Token, error: TokenRejected) -> Token:
        """A new token, unless a new one can't help: then the caller lacks a permission."""
        if not error.not_written and self._tokens.is_proven(token):
            raise PermissionDenied(error.happened, error.where) from error
        try:
            return self._tokens.replace(token, error)
        except TokenRejected as final:
            raise TokenRejected(final.happened, error.where) from error
        except HootsuiteError as fault:  # the call itself was refused for its token
            fault.not_written = error.not_written
            raise
