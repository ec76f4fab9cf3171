"""What time it is on the platform, by answers that may lie."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from hootsuite_api.clock import TEST_CLOCK_AHEAD, OwnClock, ServerClock, own_clock

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = 3600


class Hands(OwnClock):
    """Our own clock with hands that a test turns."""

    def __init__(self):
        super().__init__()
        self.wall, self.ticks = NOON.timestamp(), 500.0

    def time(self):
        """The time of day."""
        return self.wall

    def awake(self):
        """What nobody can set."""
        return self.ticks

    def wait(self, seconds):
        """Let time pass."""
        self.wall += seconds
        self.ticks += seconds


class Told:
    """A clock, its own hands, and answers a minute apart.

    Args:
        skew: How far the platform is ahead of our time of day.
    """

    def __init__(self, skew=0):
        self.own = Hands()
        self.clock = ServerClock(self.own)
        self.true = NOON + timedelta(seconds=skew)

    def answer(self, *lies, took=0.0):
        """One answer for each lie, in seconds."""
        for lie in lies:
            self.wait(60)
            date = self.true + timedelta(seconds=lie)
            self.clock.note(format_datetime(date, usegmt=True), took)

    def wait(self, seconds):
        """Let time pass on both sides."""
        self.own.wait(seconds)
        self.true += timedelta(seconds=seconds)

    @property
    def error(self):
        """Seconds by which the clock is wrong, None while it knows nothing."""
        now = self.clock.now()
        return None if now is None else round((now - self.true).total_seconds())


@pytest.mark.parametrize("skew", [0, -300 * 86_400, 7 * HOUR])
@pytest.mark.parametrize(
    "lies",
    [
        [0],
        [0, 0, 0],
        [0, 0, HOUR],
        [0, 0, HOUR, HOUR, HOUR, HOUR],
        [0, 0, -HOUR, 0, HOUR, 0],
        [0, 0, 0, *range(25, 900, 25)],
        [HOUR, 0, 0],
        [-HOUR, HOUR, 0, 0],
    ],
)
def test_lies_do_not_move_it(skew, lies):
    """What two answers or our own clock agree on stays, whatever single answers say."""
    told = Told(skew)
    told.answer(*lies)
    assert abs(told.error) <= 30


def test_a_constant_difference_is_a_skew():
    """All answers agree: it is our own clock that is off, and that is said once."""
    told = Told(-300 * 86_400)
    told.answer(0)
    assert not told.clock.is_sure, "one answer against our own clock"
    told.answer(0, 0)
    assert (told.error, told.clock.is_sure) == (0, True)


@pytest.mark.parametrize("lies", range(1, 8))
def test_to_refuse_a_row_takes_many_answers(lies):
    """What a few answers agree on may be a lie, and our own clock the one that is right."""
    told = Told()
    told.answer(*[HOUR] * lies)
    assert not told.clock.is_certain
    told.answer(0, 0)
    assert (told.error, told.clock.is_certain) == (0, True)
    skewed = Told(-300 * 86_400)
    skewed.answer(*[0] * 8)
    assert (skewed.error, skewed.clock.is_certain) == (0, True)


def test_answers_that_contradict_each_other_prove_nothing():
    """Dates that never agree leave it to our own clock, corrected by what earlier runs noted."""
    told = Told(-300 * 86_400)
    told.clock.expect(timedelta(days=-300, seconds=90))
    told.answer(0, HOUR, 2 * HOUR, 3 * HOUR)
    assert told.error is None
    assert not told.clock.is_sure
    assert told.clock.estimate() - told.true == timedelta(seconds=90)


def test_two_lies_first_are_not_sure():
    """Where our own clock agrees with none, the first two answers may both have lied."""
    told = Told(-300 * 86_400)
    told.answer(HOUR, HOUR, 0, 0)
    assert not told.clock.is_sure


def test_our_own_clock_tells_lies_at_the_start():
    """Two answers that agree with our own clock outweigh two that came before."""
    told = Told()
    told.answer(HOUR, HOUR, 0, 0)
    assert (told.error, told.clock.is_sure) == (0, True)


@pytest.mark.parametrize("skew", [0, -300 * 86_400])
def test_a_laptop_that_slept(skew, caplog):
    """After a sleep the time of day and two answers agree: then the new date is used."""
    told = Told(skew)
    told.answer(0, 0, 0)
    told.own.wall += 8 * HOUR  # the hands that nobody can set stood still
    told.true += timedelta(hours=8)
    told.answer(0)
    assert told.error == -8 * HOUR, "one answer is not enough"
    told.answer(0)
    assert (told.error, told.clock.is_sure) == (0, skew == 0 or told.clock.is_sure)
    told.answer(0)
    assert told.clock.is_sure
    assert len([one for one in caplog.messages if "jumps 8:00:00 ahead" in one]) == 1


def test_a_time_of_day_that_is_set_moves_nothing():
    """Somebody sets our clock in mid-run: the platform's goes on as before."""
    told = Told()
    told.answer(0, 0)
    told.own.wall += 5 * HOUR
    told.answer(0, 0)
    assert (told.error, told.clock.is_sure) == (0, True)


def test_a_slow_answer_is_no_jump(caplog):
    """A `Date` is written when an answer begins: it may be as old as the answer took."""
    told = Told()
    told.answer(0, 0)
    told.answer(-100, took=100)
    assert not caplog.messages


@pytest.mark.parametrize(
    "header",
    [None, "", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday"],
)
def test_absurd_and_missing_dates_tell_nothing(header):
    """They neither begin nor change anything; our own clock is the estimate."""
    told = Told()
    told.clock.note(header)
    assert told.clock.now() is None
    assert told.clock.estimate() == NOON
    assert not told.clock.is_sure
    told.answer(0, 0)
    told.clock.note(header)
    assert (told.error, told.clock.is_sure) == (0, True)


@pytest.mark.parametrize(
    ("api_url", "movable"),
    [
        ("http://127.0.0.1:8080", True),
        ("http://localhost:1", True),
        ("http://[::1]:8080", True),
        ("https://platform.hootsuite.com", False),
        ("https://127.0.0.1.example.com", False),
        ("https://example.com/127.0.0.1", False),
        ("https://localhost@example.com", False),
    ],
)
def test_only_a_sandbox_s_clock_can_be_moved(api_url, movable, monkeypatch):
    """The variable that tests move our clock by is ignored wherever an account may be real."""
    monkeypatch.setenv(TEST_CLOCK_AHEAD, "7200")
    assert own_clock(api_url).moved == (7200 if movable else 0)
