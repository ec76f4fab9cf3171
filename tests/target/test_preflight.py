"""What is known to fail is said before anything is sent, with row, field and remedy."""
# ruff: noqa: PLR0917 - fixtures are arguments

import json
import struct

import pytest
from PIL import Image

from hootsuite_api.budget import Turn

NOW = "2026-01-15T12:00:00Z"


def by_type(sandbox, *types):
    """Ids of profiles of some types."""
    return [one["id"] for one in sandbox.truth("social_profiles") if one["type"] in types]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"scheduled_send_time": None}, "no_time", "send_now"),
        ({"scheduled_send_time": "2026-01-15T11:59:59Z"}, "past_time", "past"),
        ({"scheduled_send_time": "2026-01-15T12:04:00Z"}, "short_lead", "min_lead_minutes"),
        ({"scheduled_send_time": "2026-03-01T10:00:00"}, "naive_time", "timezone"),
        ({"scheduled_send_time": "01.03.2026"}, "invalid_time", "ISO 8601"),
        ({"send_now": True}, "two_times", "send_now"),
        ({"social_profile_ids": ["999"]}, "unknown_profile", "999"),
        ({"social_profile_ids": []}, "no_profile", "social_profile_ids"),
        ({"social_profile_ids": ["1/../../x"]}, "unknown_profile", "social_profile_ids"),
        ({"social_profile_ids": 5}, "wrong_type", "array"),
        ({"social_profile_ids": [1.5]}, "wrong_type", "digits"),
        ({"text": None}, "empty", "text or media"),
        ({"text": "   "}, "empty", "text or media"),
        ({"text": 5}, "wrong_type", "text"),
        ({"external_id": None}, "no_key", "external_id"),
        ({"external_id": " "}, "no_key", "external_id"),
        ({"external_id": 1.5}, "wrong_type", "external_id"),
        ({"privacy": {"facebook": {"visibility": ["nobody"]}}}, "contract", "visibility"),
        ({"location": {"latitude": 91, "longitude": 0}}, "contract", "latitude"),
        ({"tags": "x"}, "wrong_type", "JSON"),
        ({"media": [{"path": "a", "url": "b"}]}, "media_source", "exactly one"),
        ({"media": [{}]}, "media_source", "exactly one"),
        ({"media": [{"path": "../../etc/passwd"}]}, "media_path", "media_root"),
        ({"media": [{"path": "none.png"}]}, "media_path", "in the folder /"),
        ({"media": [{"url": "http://evil.example/a.png"}]}, "media_url", "media_url_hosts"),
        ({"media": [{"external_id": "nope"}]}, "unknown_media", "nope"),
        ({"_sdc_deleted_at": NOW}, "deleted_at_source", "message_deletions"),
    ],
)
def test_bad_rows(change, code, words, run_target, make_rows, sandbox):
    """Preflight: each fault names its field and what to do; nothing is written."""
    run = run_target(make_rows(1, **change))
    assert (run.code, run.statuses) == (2, {"rejected": 1})
    (result,) = run.results
    assert result["error_code"] == code
    assert words in result["error_message"]
    assert sandbox.ledger() == []
    assert run.states == [{"rows": 1}]


@pytest.mark.parametrize("kind", ["YOUTUBECHANNEL", "BLUESKY", "FACEBOOKGROUP", "WHATSAPP"])
def test_networks_without_publishing(kind, run_target, make_rows, sandbox, profiles):
    """Preflight: what the API can't publish to is refused before it is asked."""
    sandbox.mutate("change_profile", profile_id=profiles[0], type=kind)
    run = run_target(make_rows(1))
    assert run.results[0]["error_code"] == "network_unsupported"


@pytest.mark.parametrize("kind", ["TIKTOKBUSINESS", "INSTAGRAMBUSINESS", "THREADS"])
def test_networks_that_the_platform_decides_about(
    kind, run_target, make_rows, sandbox, profiles, caplog
):
    """Preflight: where documents and practice differ the row is sent, with a warning."""
    sandbox.mutate("change_profile", profile_id=profiles[0], type=kind)
    text = "x" * 2201
    run_target(make_rows(1, text=text))
    assert sandbox.stats()["requests"]["create_message"] == 1
    assert "which Hootsuite may refuse" in caplog.text
    assert "too long (2,201 of " in caplog.text
    assert ("usually needs one" in caplog.text) == (kind != "THREADS")


def test_profiles_that_need_a_person(run_target, make_rows, sandbox, profiles):
    """Preflight: a profile that has to be connected again is refused."""
    sandbox.mutate("change_profile", profile_id=profiles[0], is_reauth_required=True)
    run = run_target(make_rows(1))
    (result,) = run.results
    assert result["error_code"] == "reauth_required"
    assert f"Profile {profiles[0]} has to be reconnected in Hootsuite" in result["error_message"]


def test_tags_need_an_organization(run_target, make_rows, sandbox):
    """Preflight: tags only on profiles that an organization owns (40001)."""
    own = [one["id"] for one in sandbox.truth("social_profiles") if one["owner"] == "MEMBER"]
    run = run_target(make_rows(1, tags=["a"], social_profile_ids=own[:1]))
    assert run.results[0]["error_code"] == "40001"


def test_pinterest_needs_board_and_media(run_target, make_rows, sandbox):
    """Preflight: Pinterest wants both; the short form of the board is enough."""
    board = by_type(sandbox, "PINTEREST")
    rows = make_rows(2, social_profile_ids=board)
    rows[1]["media"] = [{"id": "bWVkaWE="}]
    run = run_target(rows)
    assert [one["error_code"] for one in run.results] == ["pinterest_media", "pinterest_board"]
    said = [one["error_message"].partition(": ")[2] for one in run.results]
    assert all(one.startswith("A Pinterest post needs a ") for one in said), "without the column"


def test_past_rows_may_be_ignored(run_target, make_rows):
    """`on_past: ignore` lets old rows of a calendar pass quietly."""
    run = run_target(make_rows(1, scheduled_send_time="2025-01-01T00:00:00Z"), on_past="ignore")
    assert (run.code, run.statuses) == (0, {"ignored": 1})


def test_times_are_read_in_the_zone(run_target, make_rows, sandbox):
    """The `timezone` setting gives naive times their meaning; gaps and repeats are errors."""
    rows = make_rows(3)
    rows[0]["scheduled_send_time"] = "2026-07-01 09:30:00"
    rows[1]["scheduled_send_time"] = "2026-03-29T02:30:00"
    rows[2]["scheduled_send_time"] = "2026-10-25T02:30:00"
    run = run_target(rows, timezone="Europe/Paris")
    assert {one["key"]: one["error_code"] for one in run.results} == {
        "k0": None,
        "k1": "gap_time",
        "k2": "repeated_time",
    }
    assert sandbox.ledger()[0]["scheduled_send_time"] == "2026-07-01T07:30:00Z"


def test_rows_of_a_sql_table(run_target, make_rows, sandbox, profiles):
    """Whole numbers as ids and JSON text as documents are what a table gives."""
    (row,) = make_rows(1)
    row |= {
        "external_id": 17,
        "social_profile_ids": json.dumps([int(profiles[0])]),
        "location": '{"latitude": 50.5, "longitude": 6}',
        "webhook_urls": "[]",
        "updated_at": "2026-01-01",
        "_sdc_extracted_at": "2026-01-01",
    }
    assert run_target([row]).statuses == {"done": 1}
    same = row | {
        "external_id": "17",
        "social_profile_ids": [profiles[0]],
        "webhook_urls": None,
        "location": {"longitude": 6.0, "latitude": 50.50},
        "updated_at": "later",
    }
    assert run_target([same]).statuses == {"unchanged": 1}


@pytest.mark.parametrize(("ahead", "right"), [(0, "rejected"), (86_400, "deferred")])
def test_time_is_checked_again_before_each_attempt(
    ahead, right, run_target, make_rows, sandbox, pass_time, set_clock, monkeypatch
):
    """Rule 11: a row whose time came near while it waited is not sent late.

    It is rejected where our own clock agrees; few answers alone leave it to the next run.
    """
    set_clock(ahead)
    rows = make_rows(1, scheduled_send_time="2026-01-15T12:10:00Z")
    sandbox.faults(operation="create_message", kind="status", status=429, code=1003, times=1)
    inner = Turn.refused

    def wait(turn, seconds):
        pass_time(7 * 60)
        inner(turn, seconds)

    monkeypatch.setattr(Turn, "refused", wait)
    run = run_target(rows)
    assert run.statuses == {right: 1}
    assert "T12:10:00Z" in run.results[0]["error_message"]
    assert sandbox.ledger() == []


def test_what_a_network_may_refuse_is_a_warning(run_target, make_rows, sandbox, caplog, tmp_path):
    """Preflight: lengths of text and number of media per network warn, they never block."""
    sandbox.settings(media_seconds=0)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    twitter = by_type(sandbox, "TWITTER")[0]
    rows = make_rows(1, text="x" * 281, social_profile_ids=[twitter])
    rows[0]["media"] = [{"path": "a.png"}] * 5
    assert run_target(rows).statuses == {"done": 1}
    assert "has a text for TWITTER that is 1 character too long (281 of 280)" in caplog.text
    assert "5 media" in caplog.text


def test_a_video_wants_a_quarter_of_an_hour(run_target, make_rows, sandbox, caplog, tmp_path):
    """Preflight: five minutes are the least lead; below fifteen a video is sent with a warning."""
    sandbox.settings(media_seconds=0)
    movie = box(b"moov", box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, 10_000) + bytes(80)))
    mp4 = box(b"ftyp", b"isom" + bytes(4) + b"isom") + movie + box(b"mdat", b"x" * 32)
    (tmp_path / "a.mp4").write_bytes(mp4)
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    cases = (("06", "a.mp4", True), ("14", "a.mp4", True), ("16", "a.mp4", False))
    for minute, name, warned in (*cases, ("07", "a.png", False)):
        caplog.clear()
        time = f"2026-01-15T12:{minute}:00Z"
        rows = make_rows(1, external_id=minute, scheduled_send_time=time, media=[{"path": name}])
        assert run_target(rows).statuses == {"done": 1}
        assert ("less than 15 minutes" in caplog.text) == warned, minute


def box(kind, content):
    """A box of an MP4 file."""
    return struct.pack(">I4s", 8 + len(content), kind) + content
