"""The listener that the browser comes back to."""

import socket
import threading
from contextlib import contextmanager

import pytest
import requests

from hootsuite_api.errors import ConfigError
from hootsuite_cli.signin import pages
from hootsuite_cli.signin.callback import Listener, SignInRefused, read_answer

STATE = "s" * 43


@contextmanager
def listening():
    notes = []
    listener = Listener(0, "/callback", STATE, notes.append)
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
        ("code=c&state=another-state", "state is wrong"),
        ("code=c", "state is wrong"),
        (f"state={STATE}&state={STATE}&code=c", "twice"),
        (f"state={STATE}", "no authorization code"),
        (f"state={STATE}&code=", "no authorization code"),
        (f"state={STATE}&error=access_denied&error_description=No%0Away", "access_denied: No way"),
        ("error=access_denied", "state is wrong"),
        ("", "state is wrong"),
    ],
)
def test_a_wrong_callback_ends_the_sign_in(query, says, listener):
    """Browser and terminal say the same, and the reason."""
    answer = ask(listener, query)
    assert answer.status_code == 400
    assert says in answer.text
    with pytest.raises(SignInRefused, match=says):
        listener.wait(10)


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
