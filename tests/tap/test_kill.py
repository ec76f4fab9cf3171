"""Killed at any request, the next run completes; nothing that was written is damaged."""

import json
import signal
import subprocess

import pytest

from tests.tap.conftest import FURTHER, KEYS

SIGNS = (signal.SIGTERM, signal.SIGKILL)
SAMPLE = [
    (number, sign)
    for sign, numbers in zip(SIGNS, [(1, 60, 210), (12, 60, 120)], strict=True)
    for number in numbers
]


class Lines:
    """What a killed run wrote; a line that is no JSON fails here."""

    def __init__(self, out):
        self.lines = [json.loads(line) for line in out.splitlines()]


def kill_at(sandbox, command, number, sign, **options):
    """Start the tap, kill it while its request `number` is held, return what it wrote."""
    fault = sandbox.hold("*", nth=number)
    out, err = command.folder / "out", command.folder / "err"  # a full pipe would stop the tap
    with (
        out.open("wb") as stdout,
        err.open("wb") as stderr,
        subprocess.Popen(command.arguments(**options), stdout=stdout, stderr=stderr) as process,
    ):
        held = False
        while not held and process.poll() is None:  # it may end before its request `number`
            held = sandbox.wait_held(fault, timeout=1)
        process.send_signal(sign)
        if sign == signal.SIGTERM or not held:
            sandbox.release()
        process.wait(timeout=60)
    sandbox.clear_faults()
    return held, process.returncode, out.read_bytes(), err.read_text()


def complete_lines(out):
    """Lines that a target would take: a SIGKILL may cut the last one."""
    return b"".join(line for line in out.splitlines(keepends=True) if line.endswith(b"\n"))


@pytest.fixture
def check(sandbox, command, warehouse, extract, assert_equal):
    """Kill one run, complete it by another, hold the union against the truth."""

    def one(number, sign):
        held, code, out, err = kill_at(sandbox, command, number, sign)
        if sign == signal.SIGTERM:
            assert code == (143 if held else 0), err
            assert "Traceback" not in err
            assert out.endswith(b"\n") or not out
        warehouse.load(Lines(complete_lines(out)))
        warehouse.load(extract(state=warehouse.state))
        for name, keys in KEYS.items():
            assert_equal(name, warehouse.rows(name), keys)

    return one


@pytest.mark.parametrize(("number", "sign"), SAMPLE)
def test_a_killed_run_is_completed_by_the_next(check, number, sign):
    """The union of what both runs wrote equals the truth; every line is valid JSON."""
    check(number, sign)


@pytest.mark.soak
@pytest.mark.parametrize(
    ("number", "sign"),
    [(n, sign) for n in range(1, 240) for sign in SIGNS if (n, sign) not in SAMPLE],
)
def test_every_request_boundary(check, number, sign):
    """The same at every request of a small run."""
    check(number, sign)


@pytest.fixture
def check_figures(command, warehouse, extract, further, figures):
    """The same for what the defaults don't read."""

    def one(number, sign):
        figures.sandbox.reset(clock_rate=0.0)
        options = {**further(), "start_date": "2025-10-01"}
        held, code, out, err = kill_at(figures.sandbox, command, number, sign, **options)
        assert "Traceback" not in err
        assert sign == signal.SIGKILL or code == (143 if held else 0), err
        warehouse.load(Lines(complete_lines(out)))
        warehouse.load(extract(warehouse.state, **options))
        figures.assert_complete(FURTHER, warehouse, since="2025-10-02")

    return one


@pytest.mark.parametrize(("number", "sign"), [(5, signal.SIGKILL), (24, signal.SIGTERM)])
def test_a_killed_run_of_figures_is_completed_by_the_next(check_figures, number, sign):
    """Figures, ads, groups and comments equal the truth after the second run."""
    check_figures(number, sign)


@pytest.mark.soak
@pytest.mark.parametrize("number", range(1, 75))
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_every_request_boundary_of_figures(check_figures, number, sign):
    """The same at every request of such a run."""
    check_figures(number, sign)
