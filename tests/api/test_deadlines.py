"""Deadlines: no server holds a call longer than its bound, and a stop ends every wait."""

from __future__ import annotations

import contextlib
import gc
import io
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from dripper import DRIPS, Drip, Dripper
from filelock import FileLock

import hootsuite_api.errors as e
from hootsuite_api import Call, HootsuiteClient
from hootsuite_api.retry import Retry
from hootsuite_api.settings import parse

# CPython leaves it to the garbage collector to close a socket that is cut before its handshake.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
READ = Call("get_message", {"messageId": "7"})
WRITE = Call("create_message", body={"text": "hi", "socialProfileIds": ["1"]})
SOAK = pytest.mark.soak
SECOND = 2
SLACK = 20.0  # a busy machine; a server drips for a minute, and a request may take ten
HANDSHAKE = Drip("handshake", b"\x16\x03\x03\x40\x00", b"\x02")
TUNNEL = (
    Drip("tunnel-silence", b"", b""),
    Drip("tunnel-status", b"HTTP/1.1 200 ", b"x"),
    Drip("tunnel-headers", b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    Drip("tunnel-continue", b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
)


@pytest.fixture
def reach(raw, monkeypatch, tmp_path):
    """A function that makes a dripping server and a client for it."""
    with contextlib.ExitStack() as undo:

        def make(drip, at="answer", timeout=SECOND, **changes):
            dripper = Dripper(drip, at)
            undo.callback(dripper.close)
            folder = tmp_path / f"tokens-{dripper.port}"
            given = {
                "auth_method": "access_token",
                "access_token": "given-access-token",
                "request_timeout_seconds": timeout,
                "token_store": str(folder / "tokens.json"),
                "api_url": dripper.url,
            }
            settings = parse({**raw, **given, **changes})
            monkeypatch.delenv("https_proxy", raising=False)
            if at == "connect":
                monkeypatch.setenv("https_proxy", dripper.url)
                settings = replace(settings, api_url="https://origin.test")
            elif at == "start":
                settings = replace(settings, api_url=dripper.url.replace("http:", "https:"))
            stop = threading.Event()
            retry = Retry(stop, tries=1, waits=False)
            client = HootsuiteClient(settings, retry=retry, stop=stop)
            undo.callback(client.close)
            return dripper, client

        yield make
    gc.collect()


def timed(work):
    """The error that some work ended with, and how long it took."""
    began = time.monotonic()
    try:
        work()
    except Exception as error:  # noqa: BLE001 - judged by the test
        return error, time.monotonic() - began
    return None, time.monotonic() - began


def at_once(work, items):
    """Do all at the same time."""
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(lambda one: timed(lambda: work(one)), items))


def judge(names, outcomes, right):
    """Name what took too long or ended in another way than it should."""
    wrong = [
        (name, error, seconds)
        for name, (error, seconds) in zip(names, outcomes, strict=True)
        if not right(error) or seconds > SECOND + SLACK
    ]
    assert wrong == []


def upload(client, url):
    """Upload a few bytes to an address."""
    client.upload(f"{url}/put", io.BytesIO(b"x" * 1000), 1000, "image/png")


KINDS = {
    "read": (lambda one: one[1].send(READ), (e.NetworkFault, e.TornBody)),
    "write": (lambda one: one[1].send(WRITE), e.OutcomeUnknown),
    "token": (lambda one: one[1].send(READ), e.SignInNeeded),
    "upload": (lambda one: upload(one[1], one[0].url), (e.NetworkFault, e.TornBody)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_no_drip_outlasts_the_deadline(kind, reach, monkeypatch):
    """From the first byte sent to the last received, whatever the server drips."""
    monkeypatch.setattr("hootsuite_api.uploads._SECONDS", float(SECOND))
    work, right = KINDS[kind]
    options = {"auth_method": "refresh_token", "refresh_token": "one-use", "access_token": None}
    rows = [reach(drip, **(options if kind == "token" else {})) for drip in DRIPS]
    outcomes = at_once(work, rows)
    judge([one.name for one in DRIPS], outcomes, lambda error: isinstance(error, right))
    assert [dripper.requests for dripper, _ in rows] == [1] * len(rows)


def test_no_drip_before_the_mark_outlasts_the_deadline(reach):
    """A proxy and a TLS handshake can drip, too; then nothing was sent."""
    rows = [reach(drip, "connect") for drip in TUNNEL]
    rows.append(reach(HANDSHAKE, "start"))
    names = [*(one.name for one in TUNNEL), HANDSHAKE.name]
    outcomes = at_once(lambda one: one[1].send(WRITE), rows)
    judge(names, outcomes, lambda error: type(error) is e.ConnectionNeverMade and error.never_sent)


@pytest.fixture
def no_answer_from_dns(monkeypatch):
    """Name look-ups hang until the test ends."""
    over = threading.Event()
    asked = threading.Event()

    def hang(*_args, **_options):
        asked.set()
        over.wait(60)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield asked
    over.set()


def test_a_name_look_up_that_hangs_is_given_up(reach, no_answer_from_dns):
    """The resolver has no time-out of its own that we could set."""
    _, client = reach(DRIPS[0])
    error, seconds = timed(lambda: client.send(WRITE))
    assert (type(error), error.never_sent) == (e.ConnectionNeverMade, True)
    assert seconds < SECOND + SLACK


# -- a stop ----------------------------------------------------------------------------------


def stopped(work, client, ready):
    """Start some work, stop the run once it is under way, and see how it ends."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(timed, work)
        assert ready.wait(20)
        at = time.monotonic()
        client.cancel()
        error, _ = future.result(30)
        return error, time.monotonic() - at


def test_a_stop_ends_what_has_not_left_at_once(reach, no_answer_from_dns):
    """A name look-up that hangs: no grace, since nothing is in flight."""
    _, client = reach(DRIPS[0], timeout=600)
    error, seconds = stopped(lambda: client.send(WRITE), client, no_answer_from_dns)
    assert (type(error), error.never_sent) == (e.Cancelled, True)
    assert seconds < SLACK


@pytest.mark.parametrize(
    ("drip", "at"), [(TUNNEL[0], "connect"), (TUNNEL[2], "connect"), (HANDSHAKE, "start")]
)
def test_a_stop_ends_tunnels_and_handshakes_at_once(reach, drip, at):
    """They are before the mark."""
    dripper, client = reach(drip, at, timeout=600)
    error, seconds = stopped(lambda: client.send(WRITE), client, dripper.arrived)
    assert (type(error), error.never_sent) == (e.Cancelled, True)
    assert seconds < SLACK


@pytest.mark.parametrize(
    ("kind", "drip"),
    [
        pytest.param(kind, DRIPS[n], id=f"{kind}-{DRIPS[n].name}", marks=() if own else SOAK)
        for row, kind in enumerate(("read", "write", "token", "upload"))
        for column, n in enumerate((0, 4, 7, 12))
        for own in [kind == "write" or row == column]
    ],
)
def test_a_request_in_flight_is_given_up_after_the_grace(reach, monkeypatch, drip, kind):
    """Then a write is unknown, and a read ends like any other that is stopped."""
    monkeypatch.setattr("hootsuite_api.exchange.GRACE", 0.2)
    options = {"auth_method": "refresh_token", "refresh_token": "one-use", "access_token": None}
    row = dripper, client = reach(drip, timeout=600, **(options if kind == "token" else {}))
    work, _ = KINDS[kind]
    right = {"write": e.OutcomeUnknown, "token": e.SignInNeeded}.get(kind, e.NetworkFault)
    error, seconds = stopped(lambda: work(row), client, dripper.arrived)
    assert type(error) is right
    assert seconds < SLACK
    assert dripper.requests == 1


def test_an_answer_within_the_grace_counts(client, server, script):
    """A stop does not make an outcome unknown that comes in time."""
    hold, arrived = threading.Event(), threading.Event()

    def slow(_):
        arrived.set()
        hold.wait(10)
        return script(body={"data": [{"id": "1"}]})

    client.now()
    server.default = slow
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(client.send, WRITE)
        assert arrived.wait(10)
        client.cancel()
        time.sleep(0.3)  # several looks of the watchdog
        hold.set()
        assert future.result(10).data == [{"id": "1"}]


def test_nothing_leaves_after_a_stop(client, server):
    """A call that begins later is not sent, and says so."""
    client.now()
    calls = len(server.calls())
    client.cancel()
    for call in (READ, WRITE):
        with pytest.raises(e.Cancelled) as caught:
            client.send(call)
        assert caught.value.never_sent
    with pytest.raises(e.Cancelled):
        upload(client, server.url)
    assert len(server.calls()) == calls


def test_a_stop_ends_the_wait_for_another_process(raw, server, tmp_path):
    """One that was stopped while it held the lock of the shared budget."""
    with HootsuiteClient(parse(raw)) as client:
        client.now()
        (lock,) = (tmp_path / "state").rglob("*.slots.lock")
        held = threading.Event()
        held.set()
        with FileLock(lock):
            error, seconds = stopped(lambda: client.send(WRITE), client, held)
    assert (type(error), error.never_sent) == (e.Cancelled, True)
    assert seconds < SLACK
