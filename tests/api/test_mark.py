"""The mark alone tells whether a request was sent: every fault, on every way to the platform."""

from __future__ import annotations

import contextlib
import gc
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from fault_lab import COMMITTED, KINDS, WAYS, Fault, Lab

import hootsuite_api.errors as e
from hootsuite_api import Call, HootsuiteClient
from hootsuite_api.retry import Retry
from hootsuite_api.settings import parse

WRITE = Call("create_message", body={"text": "Once, and only once", "socialProfileIds": ["1"]})
READ = Call("get_message", {"messageId": "7"})
# CPython leaves it to the garbage collector to close a socket that is reset before its handshake.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SAMPLE = ("direct-tls", "connect", "connect-tls", "absolute")


# Those that are no sample run with the figures in full.
ALL_WAYS = [
    pytest.param(way, id=way.name, marks=() if way.name in SAMPLE else pytest.mark.soak)
    for way in WAYS
]


@pytest.fixture
def reach(authority, raw, monkeypatch, tmp_path):
    """A function that opens a lab and a client whose every way leads through it."""
    undo = contextlib.ExitStack()

    def open_lab(way, fault=None, answer=None, **changes):
        lab = Lab(way, authority, fault, answer)
        undo.callback(lab.close)
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in lab.environment(authority).items():
            monkeypatch.setenv(name if name == "REQUESTS_CA_BUNDLE" else name.lower(), value)
        given = {
            "auth_method": "access_token",
            "access_token": "given-access-token",
            "request_timeout_seconds": 2,
            "token_store": str(tmp_path / f"tokens-{lab.origin.port}" / "tokens.json"),
        }
        settings = parse({**raw, **given, **changes, "api_url": "https://replaced.test"})
        stop = threading.Event()
        # Plain http to a host that is not this machine is refused in settings; the absolute form
        # needs it.
        settings = replace(settings, api_url=lab.api_url)
        client = HootsuiteClient(settings, retry=Retry(stop, waits=False), stop=stop)
        undo.callback(client.close)
        return lab, client

    yield open_lab
    undo.close()
    gc.collect()


def faults(way, times=1):
    """Every fault that a way has."""
    return [Fault(point, kind, times) for point in way.points for kind in KINDS]


def at_once(work, items):
    """Do all at the same time, since silence takes a second."""
    with ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(work, items))


def attempt(client):
    """What became of a write: its error, or None."""
    try:
        client.send(WRITE)
    except e.HootsuiteError as error:
        return error
    return None


@pytest.mark.parametrize("way", ALL_WAYS)
def test_a_fault_costs_no_post_and_doubles_none(way, reach):
    """Before the mark the request is repeated, after it never; the platform's ledger agrees."""
    rows = [(fault, *reach(way, fault)) for fault in faults(way)]
    outcomes = at_once(lambda row: attempt(row[2]), rows)
    wrong = []
    for (fault, lab, _), error in zip(rows, outcomes, strict=True):
        assert fault.times == 0, fault  # it did happen
        if way.is_sent(fault.point):
            right = type(error) is e.OutcomeUnknown and not error.never_sent
            posts = int(fault.point in COMMITTED)
        else:
            right, posts = error is None, 1
        if not right or len(lab.posts()) != posts:
            wrong.append((fault, error, len(lab.posts())))
    assert wrong == []


@pytest.mark.parametrize("way", ALL_WAYS)
def test_a_fault_uses_a_single_use_token_once(way, reach, raw):
    """A refresh token that may have left is never sent again, one that has not left is kept."""
    options = {"auth_method": "refresh_token", "access_token": None, "refresh_token": "first-one"}
    rows = [(fault, *reach(way, fault, **options)) for fault in faults(way)]
    outcomes = at_once(lambda row: (attempt(row[2]), attempt(row[2])), rows)
    wrong = []
    for (fault, lab, _), both in zip(rows, outcomes, strict=True):
        assert fault.times == 0, fault
        if way.is_sent(fault.point):
            right = all(type(one) is e.SignInNeeded and one.never_sent for one in both)
            uses = ["first-one"] * (fault.point in COMMITTED)
        else:
            right, uses = both == (None, None), ["first-one"]
        if not right or lab.secrets() != uses:
            wrong.append((fault, both, lab.secrets()))
    assert wrong == []


@pytest.mark.parametrize("way", ALL_WAYS)
def test_a_fault_uses_an_authorization_code_once(way, reach):
    """The same for the code that a browser brings."""
    options = {"auth_method": "refresh_token", "access_token": None}
    rows = [(fault, *reach(way, fault, **options)) for fault in faults(way)]

    def sign_in(row):
        try:
            row[2].sign_in("one-code", "http://localhost:1/", "verifier")
        except e.HootsuiteError as error:
            return error
        return None

    wrong = []
    for (fault, lab, _), error in zip(rows, at_once(sign_in, rows), strict=True):
        sent = way.is_sent(fault.point)
        uses = ["one-code"] * (not sent or fault.point in COMMITTED)
        right = type(error) is e.SignInNeeded if sent else error is None
        if not right or lab.secrets() != uses:
            wrong.append((fault, error, lab.secrets()))
    assert wrong == []


@pytest.mark.soak
@pytest.mark.parametrize("way", ALL_WAYS)
def test_a_fault_that_stays_sends_nothing_or_once(way, reach):
    """Patience ends with the proof that nothing was sent, or with one request at the most."""
    rows = [(fault, *reach(way, fault)) for fault in faults(way, times=100)]
    outcomes = at_once(lambda row: attempt(row[2]), rows)
    wrong = []
    for (fault, lab, _), error in zip(rows, outcomes, strict=True):
        if way.is_sent(fault.point):
            right = type(error) is e.OutcomeUnknown
            posts = int(fault.point in COMMITTED)
        else:
            right = isinstance(error, e.ConnectionNeverMade) and error.never_sent
            posts = 0
        if not right or len(lab.posts()) != posts:
            wrong.append((fault, error, len(lab.posts())))
    assert wrong == []


@pytest.mark.parametrize("way", ALL_WAYS)
def test_all_is_well_on_every_way(way, reach):
    """The lab itself works: the request arrives, by the way that was meant."""
    lab, client = reach(way)
    client.send(WRITE)
    client.send(WRITE)
    assert len(lab.posts()) == 2
    form = "CONNECT" if way.origin_tls else "POST"
    assert lab.proxied == ([form] * 2 if way.proxy else [])
