"""What the tests of the commands share: a way to run them, and a scripted browser."""

import threading
import webbrowser

import pytest
import requests
from click.testing import CliRunner

from hootsuite_cli.main import main


@pytest.fixture
def run():
    """Run a command line; gives exit code, stdout and stderr."""

    def invoke(*arguments, **options):
        return CliRunner().invoke(main, [str(one) for one in arguments], **options)

    return invoke


@pytest.fixture
def environment(sandbox, monkeypatch):
    """The sandbox's app in the environment, and nothing else of ours."""
    monkeypatch.setenv("HOOTSUITE_API_URL", sandbox.url)
    monkeypatch.setenv("HOOTSUITE_CLIENT_ID", sandbox.ready["client_id"])
    monkeypatch.setenv("HOOTSUITE_CLIENT_SECRET", sandbox.ready["client_secret"])
    monkeypatch.setenv("HOOTSUITE_REQUESTS_PER_SECOND", "1000")
    return monkeypatch


class Browser:
    """Opens addresses as a person would who allows everything.

    Attributes:
        pages: What was shown, newest last.
        consent: Given the address of the consent page, returns that of the answer.
    """

    def __init__(self):
        self.pages = []
        self.opened = []
        self.consent = allow
        self._threads = []

    def open(self, url):
        self.opened.append(url)
        thread = threading.Thread(target=self._visit, args=(url,))
        self._threads.append(thread)
        thread.start()
        return True

    def _visit(self, url):
        target = self.consent(url)
        if target:
            self.pages.append(requests.get(target, timeout=20))

    def close(self):
        for thread in self._threads:
            thread.join()


def allow(url, decision="allow"):
    """Where the consent page's link leads."""
    answer = requests.get(f"{url}&decision={decision}", allow_redirects=False, timeout=10)
    return answer.headers["Location"]


@pytest.fixture
def browser(monkeypatch):
    """The browser that `hootsuite login` opens."""
    one = Browser()
    monkeypatch.setattr(webbrowser, "open", one.open)
    yield one
    one.close()


@pytest.fixture
def consent():
    """What happens on the consent page."""
    return allow
