"""The installed program as a person uses it: its own process, a browser from $BROWSER."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from hootsuite_api.settings import state_folder

SCRIPT = """
import sys, urllib.request

class Stop(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None

address = sys.argv[1] + "&decision=allow"
try:
    urllib.request.build_opener(urllib.request.ProxyHandler({}), Stop).open(address)
except urllib.error.HTTPError as answer:
    page = urllib.request.urlopen(answer.headers["Location"]).read().decode()
    open(sys.argv[2], "w").write(page)
"""


# Waits for its standard input to end, as a text browser waits for its reader.
READER = f"{sys.executable} -c 'import sys; sys.stdin.read()' %s"


@pytest.fixture
def program(environment, tmp_path):
    """Run the program with a scripted browser; what it shows lies in page.html."""
    script = tmp_path / "browser.py"
    script.write_text(textwrap.dedent(SCRIPT))
    page = tmp_path / "page.html"
    # With the ampersand webbrowser does not wait for the browser to end.
    environment.setenv("BROWSER", f"{sys.executable} {script} %s {page} &")

    def run_program(*arguments):
        command = [sys.executable, "-m", "hootsuite_cli", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ, timeout=60
        )

    run_program.page = page
    return run_program


def test_from_the_first_command_to_the_last(program, sandbox):
    """Sign in, check, results, sign out: no step fails, nothing secret is shown."""
    signed_in = program("login", "--port", "0")
    assert signed_in.returncode == 0, signed_in.stderr
    assert "You are signed in as" in program.page.read_text()
    checked = program("check")
    assert checked.returncode == 0, checked.stderr
    missing = program("results")
    assert (missing.returncode, "There is no journal" in missing.stderr) == (1, True)
    chains = json.loads((state_folder() / "tokens.json").read_text())["entries"].values()
    (chain,) = (one for entry in chains for one in entry.get("chains", {}).values())
    left = program("logout")
    assert left.stdout == "Signed out.\n"
    said = "".join(one.stdout + one.stderr for one in (signed_in, checked, missing, left))
    for secret in (chain["access_token"], chain["refresh_token"], sandbox.ready["client_secret"]):
        assert secret not in said


def test_a_browser_in_the_foreground(program, environment):
    """One that ends with the page it waits for does not keep the command from answering it."""
    environment.setenv("BROWSER", os.environ["BROWSER"].removesuffix(" &"))
    signed_in = program("login", "--port", "0", "--timeout", "30")
    assert signed_in.returncode == 0, signed_in.stderr
    assert "You are signed in as" in program.page.read_text()


def test_a_browser_that_stays_open_does_not_outlast_the_time(program, environment, tmp_path):
    """The time-out holds, whatever the browser does."""
    environment.setenv("BROWSER", READER)
    command = [sys.executable, "-m", "hootsuite_cli", "login", "--port", "0", "--timeout", "0.2"]
    said = tmp_path / "said.txt"
    with (
        said.open("w") as errors,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=errors) as process,
    ):
        assert process.wait(30) == 1
    assert "Nobody signed in within 0.2 seconds" in said.read_text()


def test_interrupting_a_sign_in(program, sandbox):
    """Ctrl-C ends it at once, without a stack trace, and nothing is stored."""
    # A shell's background job ignores Ctrl-C, and so does what it starts: this run takes it anyway.
    heeding = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from hootsuite_cli.main import main; main()"
    )
    command = [sys.executable, "-c", heeding, "login", "--port", "0"]
    environment = {**os.environ, "BROWSER": "true %s"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        first = process.stderr.readline()
        while "oauth2/auth" not in first:
            first = process.stderr.readline()
        process.send_signal(2)
        rest = process.stderr.read()
    assert process.returncode == 1
    assert "Aborted" in rest
    assert "Traceback" not in rest
    assert not (state_folder() / "account.json").exists()
