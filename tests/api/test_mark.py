"""The mark alone tells whether a request was sent: every fault, on every way to the platform."""

from __future__ import annotations

import contextlib
import gc
import gzip
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from fault_lab import COMMITTED, HOST, KINDS, WAYS, Fault, Lab, http_answer

import hootsuite_api.errors as e
from hootsuite_api import Call, HootsuiteClient
from hootsuite_api.retry import Retry
from hootsuite_api.settings import parse

WRITE = Call("create_message", body={"text": "Once, and only once", "socialProfileIds": ["1"]})
READ = Call("get_message", {"messageId": "7"})
# CPython leaves it to the garbage collector to close a socket that is reset before its handshake.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
SAMPLE = ("direct-tls", "connect", "connect-tls", "absolute", "socks")


# Those that are no sample run with the figures in full.
ALL_WAYS = [
    pytest.param(way, id=way.name, marks=() if way.name in SAMPLE else pytest.mark.soak)
    for way in WAYS
]


@pytest.fixture
def reach(authority, raw, monkeypatch, tmp_path):
    """A function that opens a lab and a client whose every way leads through it."""
    undo = contextlib.ExitStack()

    def open_lab(way, fault=None, answer=None, environment=(), **changes):
        lab = Lab(way, authority, fault, answer)
        undo.callback(lab.close)
        for name in ("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY", "CURL_CA_BUNDLE"):
            monkeypatch.delenv(name, raising=False)
            monkeypatch.delenv(name.lower(), raising=False)
        for name, value in {**lab.environment(authority), **dict(environment)}.items():
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


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_all_is_well_on_every_way(way, reach):
    """The lab itself works: the request arrives, by the way that was meant."""
    lab, client = reach(way)
    client.send(WRITE)
    client.send(WRITE)
    assert len(lab.posts()) == 2
    form = "CONNECT" if way.origin_tls else "POST"
    assert lab.proxied == ([form] * 2 if way.proxy else [])


@pytest.mark.parametrize(
    ("no_proxy", "through"),
    [
        ("", 1),
        ("other.test, 127.0.0.1", 1),
        ("origin.test", 0),
        ("other.test, .test", 0),
        ("*", 0),
    ],
)
@pytest.mark.parametrize("name", ["connect", "socks"])
def test_no_proxy_is_heeded(name, no_proxy, through, reach, monkeypatch):
    """A host that NO_PROXY names is reached directly, whatever the kind of the proxy."""
    inner = socket.getaddrinfo

    def resolve(host, *arguments, **options):
        return inner("127.0.0.1" if host == HOST else host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    way = next(one for one in WAYS if one.name == name)
    lab, client = reach(way, environment={"NO_PROXY": no_proxy})
    client.send(WRITE)
    assert (len(lab.proxied), len(lab.posts())) == (through, 1)


def tunnel(answer):
    """What a proxy may answer to CONNECT in place of a tunnel."""
    return answer if isinstance(answer, bytes) else f"HTTP/1.1 {answer} Refused\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("answer", "says", "attempts"),
    [
        (407, "asks who we are.*HTTPS_PROXY", 1),
        (403, "gives no connection", 6),
        (502, "gives no connection", 6),
        (503, "gives no connection", 6),
        (b"HTTP/1.1 200 OK\r\n\r\n<html>Sign in</html>", ".", 6),
        (b"<html>Sign in</html>\r\n\r\n", "can't be reached", 6),
        (b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1/\r\n\r\n", "gives no connection", 6),
    ],
    ids=lambda one: str(one)[:22],
)
def test_a_proxy_that_gives_no_tunnel_gets_no_request(reach, answer, says, attempts):
    """Nothing was sent; a proxy that wants a password is not asked again without one."""
    way = next(one for one in WAYS if one.name == "connect")
    lab, client = reach(way)
    lab.tunnel_answer = tunnel(answer)
    with pytest.raises(e.ConnectionNeverMade, match=says) as caught:
        client.send(WRITE)
    assert caught.value.never_sent
    assert "proxy-pass-word" not in str(caught.value)
    assert lab.proxied == ["CONNECT"] * attempts
    assert lab.commits == []


ANSWERS = {
    "refused before the body was read": (http_answer(400, {"errors": [{"code": 4000}]}), "refused"),
    "refused with a server's code": (http_answer(400, {"errors": [{"code": 5000}]}), "unknown"),
    "HTTP/1.0": (b'HTTP/1.0 200 OK\r\n\r\n{"data": [{"id": "1"}]}', "done"),
    "early hints": (
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        + http_answer(200, {"data": [{"id": "1"}]}),
        "done",
    ),
    "switching protocols": (b"HTTP/1.1 101 Switching\r\nUpgrade: h2c\r\n\r\n", "unknown"),
    "no HTTP": (b"\x15\x03\x03\x00\x02\x02\x28", "unknown"),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\n", "unknown"),
    "too short": (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", "unknown"),
    "a bomb": (
        http_answer(
            200, gzip.compress(b" " * (80 << 20), compresslevel=1), Content_Encoding="gzip"
        ),
        "unknown",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("way", ["direct-tls", "connect-tls"])
def test_odd_answers_to_a_write(reach, name, way):
    """Whatever comes back, the request was sent once, and only a proof says more."""
    answer, right = ANSWERS[name]
    chosen = next(one for one in WAYS if one.name == way)
    lab, client = reach(chosen, answer=lambda _: answer, request_timeout_seconds=20)
    error = attempt(client)
    kinds = {"done": type(None), "unknown": e.OutcomeUnknown, "refused": e.ValidationRejected}
    assert type(error) is kinds[right]
    assert len(lab.posts()) == 1


def test_an_interim_answer_is_not_read_as_the_answer_of_the_next_request(reach):
    """The real answer would stay on a kept connection, and each answer would be one too late."""
    hints = b"HTTP/1.1 103 Early Hints\r\n\r\n"
    way = next(one for one in WAYS if one.name == "direct")
    answers = (hints + http_answer(200, {"data": {"id": str(n)}}) for n in range(3))
    _, client = reach(way, answer=lambda _: next(answers))
    found = [client.send(READ).data["id"] for _ in range(3)]
    assert found == ["0", "1", "2"]


def test_a_kept_connection_that_the_server_closed_costs_a_read_nothing(reach):
    """The next read takes a new one."""
    way = next(one for one in WAYS if one.name == "direct-tls")
    lab, client = reach(way)
    client.send(READ)
    for connection in list(lab.open):
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)
    client.send(READ)
    assert len(lab.commits) == 2


def test_no_threads_left_means_that_nothing_was_sent(reach, monkeypatch):
    """A machine at its limits fails before the mark."""
    lab, client = reach(WAYS[0])

    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("hootsuite_api.exchange.threading.Thread.start", start)
    error = attempt(client)
    assert (type(error), error.never_sent) == (e.ConnectionNeverMade, True)
    assert lab.commits == []
