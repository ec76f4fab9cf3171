"""Figures: many rows, bad rows, speed, plans; samples by default, in full under `soak`."""
# ruff: noqa: PLR0917 - fixtures are arguments

import contextlib
import io
import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from target_hootsuite.messages import states
from target_hootsuite.target import HootsuiteTarget

SOAK = pytest.mark.soak


def spoil(row, kind):
    """A row that is bad in one of twenty ways; the field that its rejection must name."""
    ways = [
        ({"text": 5}, "text"),
        ({"text": None}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"social_profile_ids": None}, "social_profile_ids"),
        ({"social_profile_ids": []}, "social_profile_ids"),
        ({"social_profile_ids": "1;2"}, "social_profile_ids"),
        ({"social_profile_ids": [1.5]}, "social_profile_ids"),
        ({"social_profile_ids": ["../../v1/me"]}, "social_profile_ids"),
        ({"social_profile_ids": ["1?x=1#"]}, "social_profile_ids"),
        ({"social_profile_ids": [{"id": 1}]}, "social_profile_ids"),
        ({"scheduled_send_time": None}, "scheduled_send_time"),
        ({"scheduled_send_time": "2026-02-30T10:00:00Z"}, "scheduled_send_time"),
        ({"scheduled_send_time": 1767225600}, "scheduled_send_time"),
        ({"scheduled_send_time": "2020-01-01T00:00:00Z"}, "scheduled_send_time"),
        ({"scheduled_send_time": "2026-02-01T10:00:00"}, "scheduled_send_time"),
        ({"send_now": "yes"}, "send_now"),
        ({"tags": {"a": 1}}, "tags"),
        ({"media": [{"path": "/etc/passwd"}]}, "media"),
        ({"privacy": {"facebook": {"visibility": ["all"]}}}, "privacy"),
        ({"location": {"latitude": 99.0, "longitude": 1.0}}, "location"),
    ]
    change, field = ways[kind % len(ways)]
    return row | change, field


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(("count", "bad"), [(400, 40), pytest.param(10_000, 100, marks=SOAK)])
def test_bad_rows_among_good_ones(count, bad, run_target, make_rows, sandbox, posts):
    """Good rows are done, bad ones rejected with row, field and reason; a fix sends only those."""
    rows = make_rows(count)
    good = list(rows)
    fields = {}
    for number in range(bad):
        place = number * (count // bad)
        rows[place], fields[f"k{place}"] = spoil(rows[place], number)
    run = run_target(rows)
    assert run.code == 2
    assert run.statuses == {"done": count - bad, "rejected": bad}
    rejected = {
        one["key"]: one["error_message"] for one in run.results if one["status"] == "rejected"
    }
    assert rejected.keys() == fields.keys()
    assert all(field in rejected[key] for key, field in fields.items())
    assert run.states[-1] == {"rows": count}
    fixed = run_target(good)
    assert (fixed.code, fixed.statuses) == (0, {"unchanged": count - bad, "done": bad})
    assert set(posts().values()) == {1}
    assert len(posts()) == count


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("count", [160, pytest.param(5_000, marks=SOAK)])
def test_speed(count, run_target, make_rows, sandbox, tmp_path):
    """At 20 requests/s and 120 ms latency the limit is used to 95 % and never exceeded."""
    for attempt in range(3):  # the least counts: other programs can only add to it
        sandbox.reset(requests_per_second=20, latency_ms=120)
        journal = f"sqlite:///{tmp_path}/journal-{attempt}.db"
        run = run_target(make_rows(count), requests_per_second=20, journal_url=journal)
        assert run.statuses == {"done": count}
        stats = sandbox.stats()
        assert stats["rejected_429"] == 0
        assert stats["total_limited"] <= count * 1.02 + 5
        allowed = 1.05 * stats["total_limited"] / 20 + (0.5 if count < 1000 else 0)
        if stats["span_limited_seconds"] <= allowed:
            break
    assert stats["span_limited_seconds"] <= allowed


def random_rows(chance, rows, profiles):
    """Some rows of a calendar after somebody worked on it, rightly and wrongly."""
    found = []
    for row in rows:
        luck = chance.random()
        if luck < 0.2:
            found.append(spoil(row, chance.randrange(20))[0])
        elif luck < 0.4:
            found.append(row | {"text": f"{row['text']} v{chance.randrange(3)}"})
        elif luck < 0.5:
            found.append(row | {"social_profile_ids": chance.sample(profiles, 2)})
        elif luck < 0.6:
            found.extend([row, row])
        elif luck < 0.95:
            found.append(row)
    return found


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("times", [10, pytest.param(300, marks=SOAK)])
def test_dry_runs_tell_the_truth(times, run_target, make_rows, sandbox, profiles, tmp_path):
    """Rule 25: the plan of a dry run is what the real run does; GETs and the token only."""
    chance = random.Random(25)  # noqa: S311 - reproducible calendars
    rows = make_rows(12)
    for number in range(times):
        if number % 8 == 0:
            sandbox.reset()
            for path in tmp_path.glob("journal.db*"):
                path.unlink()  # a fresh world gives its ids anew
        today = random_rows(chance, rows, profiles)
        if not today:
            continue
        seen = len(sandbox.requests())
        dry = run_target(today, dry_run=True, timezone=None)
        sent = {
            one["method"] for one in sandbox.requests()[seen:] if one["operation"] != "create_token"
        }
        assert sent <= {"GET"}
        assert dry.states == []
        real = run_target(today, timezone=None)
        assert _plan(dry) == _plan(real)


def _plan(run):
    """What a run does: rejected and unchanged as they are, everything else by its action.

    What the platform made of a post (it may wait for approval) only the answer to it can tell.
    """
    settled = {"rejected", "unchanged", "ignored"}
    return sorted(
        (
            one["key"] or "",
            one["social_profile_id"] or "",
            one["status"] if one["status"] in settled else one["action"],
            "" if one["error_code"] in states.CODES.values() else one["error_code"] or "",
        )
        for one in run.results
    )


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_targets_with_one_journal(
    database, request, target_config, make_rows, lines, sandbox, tmp_path, posts
):
    """Rule 8: two targets with the same input and journal, at once, never both send a row."""
    if database == "postgresql":
        target_config["journal_url"] = request.getfixturevalue("fresh_postgres")
    rows = make_rows(30, per_row=2)
    sandbox.settings(latency_ms=10)
    text = "".join(json.dumps(line) + "\n" for line in lines(rows))
    places = [str(tmp_path / f"results{number}.jsonl") for number in range(2)]
    targets = [HootsuiteTarget(config=target_config | {"results_path": one}) for one in places]
    barrier = threading.Barrier(2)

    def run(target):
        barrier.wait()
        return target.run(io.StringIO(text))

    with contextlib.redirect_stdout(io.StringIO()), ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, targets)) == [0, 0]
    assert sorted(posts().values()) == [1] * 60
    senders = set()
    for place in places:
        found = [json.loads(one) for one in Path(place).read_text().splitlines()]
        assert {one["status"] for one in found} <= {"done", "unchanged"}
        assert len(found) == 60
        senders.add(any(one["status"] == "done" for one in found))
    assert senders == {True}, "both took part"


@pytest.mark.parametrize("hours", [10])
def test_hidden_for_hours(hours, run_target, make_rows, sandbox, posts, pass_time):
    """Rule 14: with hold a message may stay hidden for hours; it is never posted again."""
    rows = make_rows(3)
    sandbox.settings(lag_seconds=hours * 3600)
    sandbox.faults(operation="create_message", kind="close", when="after", times=0)
    run_target(rows, settle_seconds=120)
    sandbox.clear_faults()
    for _ in range(3):
        pass_time(hours * 900)
        assert run_target(rows, settle_seconds=120).statuses == {"unknown": 3}
    pass_time(hours * 900 + 60)
    run_target(rows)
    assert run_target(rows).statuses == {"unchanged": 3}
    assert sorted(posts().values()) == [1] * 3


def test_a_journal_in_postgresql(run_target, make_rows, sandbox, posts, fresh_postgres):
    """The whole path works with PostgreSQL: posts, faults, changes, a second run."""
    rows = make_rows(4, per_row=2)
    sandbox.faults(operation="create_message", kind="close", when="after", times=3)
    assert run_target(rows, journal_url=fresh_postgres).statuses == {"done": 8}
    rows[0]["text"] = "New"
    run = run_target(rows, journal_url=fresh_postgres)
    assert run.statuses == {"done": 2, "unchanged": 6}
    assert run_target(rows, journal_url=fresh_postgres).statuses == {"unchanged": 8}
    assert set(posts().values()) == {1}
