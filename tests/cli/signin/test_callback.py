"""The listener that the browser comes back to."""

import errno
import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest
import requests

from hootsuite_api.errors import ConfigError
from hootsuite_cli.signin import loopback, pages
from hootsuite_cli.signin.callback import Listener, SignInRefused, read_answer

STATE = "s" * 43


@contextmanager
def listening(**options):
    notes = []
    listener = Listener(0, "/callback", STATE, notes.append, **options)
    listener.notes = notes
    try:
        yield listener
    finally:
        listener.close()


@pytest.fixture
def listener():
    """A listener on any free port."""
    with listening() as one:
        yield one


def ask(listener, query="", method="GET", path="/callback", **options):
    address = f"http://127.0.0.1:{listener.port}{path}"
    headers = {"Host": f"localhost:{listener.port}", **options.pop("headers", {})}
    url = f"{address}?{query}" if query else address
    return requests.request(method, url, headers=headers, timeout=10, **options)


def good(listener):
    """A good callback, whose page comes when the listener is told."""
    answers = []
    thread = threading.Thread(
        target=lambda: answers.append(ask(listener, f"code=good-code&state={STATE}"))
    )
    thread.start()
    return thread, answers


def test_a_callback_brings_its_code_and_gets_the_page_it_waits_for(listener):
    """The browser sees how the sign-in ended, not merely that it came back."""
    thread, answers = good(listener)
    assert listener.wait(10) == "good-code"
    listener.show(pages.page(200, "Signed in", "Welcome <Ann>"))
    thread.join()
    assert answers[0].status_code == 200
    assert "Welcome &lt;Ann&gt;" in answers[0].text
    assert answers[0].headers["Cache-Control"] == "no-store"
    assert answers[0].headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_second_callback_is_refused(listener):
    """One callback only, even while the first one's code is being exchanged."""
    thread, _ = good(listener)
    listener.wait(10)
    second = ask(listener, f"code=other&state={STATE}")
    assert (second.status_code, "one answer" in second.text) == (409, True)
    listener.show(pages.page(200, "Signed in", "Welcome"))
    thread.join()
    assert listener.wait(0) == "good-code"


@pytest.mark.parametrize(
    ("query", "says"),
    [
        (f"state={STATE}&state={STATE}&code=c", "twice"),
        (f"state={STATE}", "no authorization code"),
        (f"state={STATE}&code=", "no authorization code"),
        (f"state={STATE}&error=access_denied&error_description=No%0Away", "access_denied: No way"),
        (f"code=c&code=c&state={STATE}", "twice"),
    ],
)
def test_an_answer_to_us_without_a_code_ends_the_sign_in(query, says, listener):
    """Browser and terminal say the same, and the reason."""
    answer = ask(listener, query)
    assert answer.status_code == 400
    assert says in answer.text
    with pytest.raises(SignInRefused, match=says):
        listener.wait(10)


@pytest.mark.parametrize(
    "query",
    [
        "code=c&state=another-state",
        f"code=c&state={STATE[:-1]}",
        f"code=c&state={STATE}&state=other",
        f"code=c&state=other&state={STATE}",
        f"code=c&State={STATE}",
        f"code=c&state={STATE}%00",
        "code=c&state=%ED%A0%80",
        "code=c",
        "error=access_denied",
        "error=access_denied&state=another-state",
        "error=access_denied&error_description=%1B%5B2J%0Aevil&state=",
        "state=another-state",
        "",
    ],
)
def test_an_answer_with_another_state_is_refused_and_the_waiting_goes_on(query, listener):
    """A stale tab, an image on a web page: a 400 and a note, and the right answer still counts."""
    answer = ask(listener, query)
    assert (answer.status_code, "state is wrong" in answer.text) == (400, True)
    assert listener.notes == ["Refused a request: the answer belongs to another sign-in"]
    thread, _ = good(listener)
    assert listener.wait(10) == "good-code"
    listener.close()
    thread.join()


def test_a_web_page_that_asks_for_ever_fills_no_terminal(listener):
    """Ten refusals are noted, all are refused."""
    assert {ask(listener, "code=c&state=x").status_code for _ in range(30)} == {400}
    assert len(listener.notes) == 10


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (403, {"headers": {"Host": "evil.example"}}),
        (403, {"headers": {"Host": "localhost:1"}}),
        (403, {"headers": {"Host": "127.0.0.1"}}),
        (400, {"data": "code=smuggled"}),
        (400, {"data": iter([b"code=", b"smuggled"])}),
        (405, {"method": "POST", "data": "code=smuggled"}),
        (405, {"method": "POST"}),
        (405, {"method": "HEAD"}),
        (404, {"path": "/favicon.ico"}),
        (404, {"path": "/callback/"}),
    ],
)
def test_what_is_no_callback_changes_nothing(status, options, listener):
    """Refused with a page, and the sign-in goes on."""
    answer = ask(listener, f"code=evil&state={STATE}", **options)
    assert answer.status_code == status
    assert bool(listener.notes) is (status != 404)
    thread, _ = good(listener)
    assert listener.wait(10) == "good-code"
    listener.close()
    thread.join()


def test_a_large_body_is_refused_with_a_page(listener):
    """The refusal arrives although the body was not read to its end."""
    assert ask(listener, method="POST", data=b"x" * 60_000).status_code == 405


def test_two_host_headers_are_foreign(listener):
    """A request that names two hosts is not believed."""
    with socket.create_connection(("127.0.0.1", listener.port), 5) as raw:
        host = f"Host: localhost:{listener.port}\r\n"
        raw.sendall(f"GET /callback HTTP/1.1\r\n{host}{host}\r\n".encode())
        assert raw.recv(100).split()[1] == b"403"


def test_nobody_comes(listener):
    """Time runs out: a clear error, and whoever comes later is refused."""
    with pytest.raises(SignInRefused, match="within 0 seconds"):
        listener.wait(0)
    assert ask(listener, f"code=late&state={STATE}").status_code == 409


def test_only_this_machine_is_listened_to(listener):
    """Both sockets are bound to loopback, never to all addresses."""
    hosts = {one.server_address[0] for one in listener._servers}
    assert hosts <= {"127.0.0.1", "::1"}
    assert "127.0.0.1" in hosts


def test_a_busy_port_is_a_clear_error(listener):
    """It says which port and what to do."""
    with pytest.raises(ConfigError, match=rf"port {listener.port} .*--port"):
        Listener(listener.port, "/callback", STATE)


def holder(host, family):
    """A port that another program listens on."""
    one = socket.socket(family)
    one.bind((host, 0))
    one.listen()
    return one


@pytest.mark.parametrize("host", ["::1", "::", "127.0.0.1", "0.0.0.0"])  # noqa: S104 - the other's
def test_a_port_that_another_program_holds_is_noticed_at_once(host):
    """On either address of localhost: else the browser would bring the code to that program."""
    with holder(host, socket.AF_INET6 if ":" in host else socket.AF_INET) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {port} .*--port"):
            Listener(port, "/callback", STATE)


def test_any_free_port_is_free_on_both_addresses(monkeypatch):
    """A port that is taken on ::1 alone is passed over."""
    made, listen = [], loopback._listen

    def taken_once(host, port, *rest):
        made.append((host, port))
        if made.count(("::1", port)) and len(made) == 2:
            raise OSError(errno.EADDRINUSE, "Address already in use")
        return listen(host, port, *rest)

    monkeypatch.setattr(loopback, "_listen", taken_once)
    with listening() as listener:
        assert [host for host, _ in made] == ["127.0.0.1", "::1"] * 2
        assert len(listener._servers) == 2


def test_a_machine_without_ipv6_listens_on_ipv4(monkeypatch):
    """There localhost is 127.0.0.1 to every browser."""
    listen = loopback._listen

    def without(host, *rest):
        if host == "::1":
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        return listen(host, *rest)

    monkeypatch.setattr(loopback, "_listen", without)
    with listening() as listener:
        assert len(listener._servers) == 1


REQUEST = f"GET /callback?code=c&state=x HTTP/1.1\r\nX-Slow: {'x' * 4000}\r\n"


@contextmanager
def dripping(listener, count=1):
    """Clients that send a request byte by byte, and read nothing."""
    stop = threading.Event()
    clients = [socket.create_connection(("127.0.0.1", listener.port), 5) for _ in range(count)]

    def drip():
        for byte in REQUEST.encode():
            for one in clients:
                with suppress(OSError):
                    one.send(bytes([byte]))
            if stop.wait(0.05):
                return

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield clients
    finally:
        stop.set()
        thread.join()
        for one in clients:
            one.close()


def test_dripping_clients_delay_nobody():
    """A hundred of them: the browser gets its page, and closing takes no longer than a moment."""
    with listening() as listener, dripping(listener, 100):
        thread, answers = good(listener)
        assert listener.wait(10) == "good-code"
        listener.show(pages.page(200, "Signed in", "Welcome"))
        thread.join()
        assert answers[0].status_code == 200
        started = time.monotonic()
        listener.close()
        assert time.monotonic() - started < 3
        assert [one for one in listener._servers if one._deadlines] == []


def test_a_dripping_client_is_cut_off_when_its_time_is_up():
    """However often it sends a byte."""
    with listening(patience=0.3) as listener, dripping(listener) as (client,):
        client.settimeout(10)
        assert client.recv(1) == b""


def test_a_browser_that_reads_nothing_does_not_hold_up_the_end(monkeypatch):
    """Its page is given up."""
    monkeypatch.setattr(loopback, "_LAST_PAGE", 0.2)
    with listening() as listener:
        client = socket.create_connection(("127.0.0.1", listener.port), 5)
        query = f"GET /callback?code=c&state={STATE} HTTP/1.1"
        client.sendall(f"{query}\r\nHost: localhost:{listener.port}\r\n\r\n".encode())
        assert listener.wait(10) == "c"
        started = time.monotonic()
        listener.close()
        assert time.monotonic() - started < 3
        client.close()


def test_a_page_that_is_being_written_is_not_cut_off(monkeypatch):
    """The command ends as soon as it has its page to show, and the browser still gets it whole."""
    begun, send_response = threading.Event(), loopback._Handler.send_response

    def slowly(self, *arguments):
        begun.set()
        time.sleep(0.3)  # by now close() waits for us
        send_response(self, *arguments)

    monkeypatch.setattr(loopback._Handler, "send_response", slowly)
    with listening() as listener:
        thread, answers = good(listener)
        listener.wait(10)
        listener.show(pages.page(200, "Signed in", "Welcome"))
        assert begun.wait(10)
    thread.join()
    assert (answers[0].status_code, "Welcome" in answers[0].text) == (200, True)


def test_breaking_off_frees_the_browser():
    """A browser that waits gets a page when the command ends early."""
    with listening() as listener:
        thread, answers = good(listener)
        listener.wait(10)
    thread.join()
    assert answers[0].status_code == 503


def test_the_code_is_a_secret_from_then_on():
    """Whatever prints it later prints a mask."""
    from hootsuite_api.redact import scrub  # noqa: PLC0415

    code = read_answer(f"code=very-secret-code&state={STATE}", STATE)
    assert code not in scrub(f"the code {code} was refused")
