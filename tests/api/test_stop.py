"""A signal ends every wait, in whatever step of it the signal comes."""

import contextlib
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from hootsuite_api.stop import Stop

STEPS = 12  # more lines than a wait has


@contextlib.contextmanager
def signal_at(step, handler):
    """Send this process a signal at so many lines of what the block calls."""
    left = [step]

    def trace(_frame, event, _argument):
        if event == "line" and left[0] >= 0:
            left[0] -= 1
            if left[0] < 0:
                signal.raise_signal(signal.SIGUSR1)
        return trace

    before, tracer = signal.signal(signal.SIGUSR1, handler), sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(tracer)
        signal.signal(signal.SIGUSR1, before)


@pytest.mark.timeout(30)
@pytest.mark.parametrize("timeout", [None, 20])
@pytest.mark.parametrize("step", range(STEPS))
def test_a_signal_in_any_step_of_a_wait_ends_it(step, timeout):
    """The plain event of the library waits for its own lock in one of these steps, for ever."""
    stop = Stop()
    late = threading.Timer(0.2, stop.set)  # for a step that the wait does not have
    late.start()
    with signal_at(step, lambda *_: stop.set()):
        assert stop.wait(timeout)
    late.cancel()
    assert stop.is_set()


@pytest.mark.parametrize("step", range(STEPS))
def test_a_signal_while_it_is_set(step):
    """Whoever sets it may be interrupted by a handler that sets it, too."""
    stop = Stop()
    with signal_at(step, lambda *_: stop.set()):
        stop.set()
    assert stop.wait(0)


def test_all_that_wait_are_woken():
    """In threads and later, with and without a limit."""
    stop = Stop()
    with ThreadPoolExecutor(8) as pool:
        waits = [pool.submit(stop.wait, [None, 20][n % 2]) for n in range(8)]
        stop.set()
        assert all(one.result(20) for one in waits)
    assert stop.wait()


def test_a_wait_ends_by_itself():
    """Without a stop it takes its time, and says so."""
    began = time.monotonic()
    assert not Stop().wait(0.05)
    assert time.monotonic() - began >= 0.04


def test_it_is_not_taken_back():
    """There is no way back."""
    with pytest.raises(TypeError):
        Stop().clear()
