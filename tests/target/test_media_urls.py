"""Files by URL: only where the settings allow, only to public addresses."""

import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import urllib3
from dripper import DRIPS, Dripper

from hootsuite_api.exchange import Watchdog
from target_hootsuite.errors import Deferred, RowRejected
from target_hootsuite.media.download import Fetcher, is_public

HOSTS = frozenset({"cdn.example.com", "Media.Example.org"})
FORBIDDEN = [
    "127.0.0.1",
    "127.1.2.3",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "203.0.113.9",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:0:1::1",
    "2001:db8::1",
    "::ffff:0:0",
]
HOSTILE = [
    "http://cdn.example.com/a.png",
    "ftp://cdn.example.com/a",
    "file:///etc/passwd",
    "//cdn.example.com/a",
    "cdn.example.com/a",
    "",
    "https://",
    "https:///a",
    "data:image/png,x",
    "https://evil.com/a",
    "https://cdn.example.com.evil.com/",
    "https://evilcdn.example.com/",
    "https://cdn.example.com@evil.com/",
    "https://evil.com@cdn.example.com/",
    "https://u:p@cdn.example.com/",
    "https://cdn.example.com:8443/",
    "https://cdn.example.com:99999/",
    "https://cdn.example.com:abc/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "https://[::1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://localhost/",
    "https://cdn.example.com\\@evil.com",
    "https://cdn.example.com\n.evil.com/",
    "https://cdn.example.com /",
    " https://cdn.example.com/",
    "https://evil.com#cdn.example.com",
    "https://evil.com?cdn.example.com",
    "https://cdn\u3002example\u3002com.evil.com/",
    "gopher://cdn.example.com/",
]


@pytest.fixture
def connections(monkeypatch):
    """Every address that something tried to connect to; none gets through."""
    tried = []

    def refuse(address, *_args, **_options):
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(urllib3.util.connection, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: refuse(address))
    return tried


def fetcher(*addresses):
    return Fetcher(HOSTS, resolver=lambda _host, _port: list(addresses))


@pytest.mark.parametrize("url", HOSTILE)
def test_hostile_urls_reach_nothing(url, connections):
    """Rule 29: https on a listed host, or no connection at all."""
    with pytest.raises(RowRejected):
        fetcher("93.184.216.34").fetch(url, "media[0].url")
    assert connections == []


@pytest.mark.parametrize("address", FORBIDDEN)
def test_forbidden_addresses_are_not_connected_to(address, connections):
    """Rule 29: a listed name that resolves to an inner address reaches nothing."""
    assert not is_public(address)
    for found in ([address], ["93.184.216.34", address]):
        with pytest.raises(RowRejected, match="no public address"):
            fetcher(*found).fetch("https://cdn.example.com/a.png", "media[0].url")
    assert connections == []


def test_the_checked_address_is_the_one_connected_to(connections, monkeypatch):
    """Rule 29: one look-up, and its address is used; proxies of the environment are not."""
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:3128")
    asked = []

    def once(host, port):
        asked.append((host, port))
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    with pytest.raises(Deferred, match="can't be fetched"):
        Fetcher(HOSTS, resolver=once).fetch("https://media.example.org/a?b=1", "media[0].url")
    assert asked == [("media.example.org", 443)]
    assert [address[0] for address in connections] == ["93.184.216.34"]


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.com/",
        "http://cdn.example.com/",
        "/loop",
        "https://127.0.0.1/",
        "file:///etc/passwd",
    ],
)
def test_redirects_pass_the_same_gate(location, plain_server, monkeypatch):
    """Rule 29: each redirect is checked anew, and there are not endless many."""
    monkeypatch.setattr(Files, "location", location)
    with pytest.raises(RowRejected):
        fetcher("93.184.216.34").fetch("https://cdn.example.com/a", "media[0].url")
    assert {address for address, *_ in plain_server} == {"93.184.216.34"}
    assert len(plain_server) == (6 if location == "/loop" else 1)


def test_no_hosts_no_urls(connections):
    """Without `media_url_hosts` every URL is refused."""
    with pytest.raises(RowRejected, match="media_url_hosts"):
        Fetcher(frozenset()).fetch("https://cdn.example.com/a.png", "media[0].url")
    assert connections == []


class Endless:
    """A response that never ends."""

    def stream(self, size, decode_content):
        assert decode_content is False
        while True:
            yield b"x" * size


def test_size_and_time_are_capped():
    """Rule 29 and 30: an endless answer is given up, by size and by time; nothing is unpacked."""
    with pytest.raises(ValueError, match="too large"):
        Fetcher(HOSTS, max_bytes=1 << 20)._save(Endless(), float("inf"))
    with pytest.raises(TimeoutError, match="too slow"):
        Fetcher(HOSTS)._save(Endless(), 0.0)


class Files(BaseHTTPRequestHandler):
    """A file behind a redirect."""

    seen: ClassVar[list] = []
    location = "/real?x=1"

    def do_GET(self):
        self.seen.append((self.path, dict(self.headers)))
        found = self.path == "/real?x=1"
        self.send_response(200 if found else 302)
        self.send_header("Location", self.location)
        self.send_header("Content-Length", "5" if found else "0")
        self.end_headers()
        if found:
            self.wfile.write(b"bytes")

    def log_message(self, *_args):
        """Say nothing."""


@pytest.fixture
def plain_server(monkeypatch):
    """A server that stands where TLS would lead; gives the addresses that were asked for."""
    monkeypatch.setattr(Files, "seen", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    asked = []

    def pool(address, port, *, ssl_context, server_hostname, assert_hostname, **options):
        assert ssl_context.verify_mode == ssl.CERT_REQUIRED
        asked.append((address, port, server_hostname, assert_hostname))
        return urllib3.HTTPConnectionPool("127.0.0.1", server.server_port, **options)

    monkeypatch.setattr("target_hootsuite.media.download.urllib3.HTTPSConnectionPool", pool)
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_is_fetched(plain_server):
    """Rule 29: the name is checked by TLS, the address was checked before; no bearer is sent."""
    with fetcher("93.184.216.34").fetch("https://cdn.example.com/a.png", "f") as file:
        assert file.read() == b"bytes"
    assert plain_server == [("93.184.216.34", 443, "cdn.example.com", "cdn.example.com")] * 2
    assert [path for path, _ in Files.seen] == ["/a.png", "/real?x=1"]
    for _, headers in Files.seen:
        assert headers["Host"] == "cdn.example.com"
        assert not {"Authorization", "Cookie"} & set(headers)


@pytest.fixture
def drippers(monkeypatch):
    """Dripping servers, each behind an address of its own."""
    found = {f"93.184.216.{number}": Dripper(drip) for number, drip in enumerate(DRIPS)}

    def pool(address, _port, *, ssl_context, server_hostname, assert_hostname, **options):
        return urllib3.HTTPConnectionPool("127.0.0.1", found[address].port, **options)

    monkeypatch.setattr("target_hootsuite.media.download.urllib3.HTTPSConnectionPool", pool)
    yield found
    for one in found.values():
        one.close()


def refusal(fetcher):
    """Why a fetch was deferred, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(Deferred) as caught:
        fetcher.fetch("https://cdn.example.com/a.png", "f")
    return str(caught.value), time.monotonic() - began


def test_no_drip_outlasts_the_bound_of_a_download(drippers):
    """Heads, chunk sizes, trailers and bodies: ten minutes, here two seconds, and no more."""

    def fetch(address):
        return refusal(Fetcher(HOSTS, timeout=60, max_seconds=2, resolver=lambda *_: [address]))

    with ThreadPoolExecutor(len(drippers)) as pool:
        outcomes = list(pool.map(fetch, drippers))
    wrong = [
        (drip.name, text, seconds)
        for drip, (text, seconds) in zip(DRIPS, outcomes, strict=True)
        if "too slow" not in text or seconds > 30
    ]
    assert wrong == []


@pytest.mark.parametrize("hangs", [True, False], ids=["name look-up", "body"])
def test_a_stop_ends_a_download(drippers, monkeypatch, hangs):
    """Before the request at once, in mid-answer after the grace."""
    monkeypatch.setattr("hootsuite_api.exchange.GRACE", 0.2)
    stop, over = threading.Event(), threading.Event()
    address = "93.184.216.11"

    def resolver(*_):
        if hangs:
            over.wait(60)
        return [address]

    fetcher = Fetcher(HOSTS, timeout=60, resolver=resolver, watchdog=Watchdog(stop))
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(refusal, fetcher)
        if not hangs:
            assert drippers[address].arrived.wait(20)
        stop.set()
        text, seconds = future.result(30)
    over.set()
    assert "the run was stopped" in text
    assert seconds < 30
