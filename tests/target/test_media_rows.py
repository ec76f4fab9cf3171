"""Media: uploaded once per content and account, READY before a message goes out."""
# ruff: noqa: PLR0917 - fixtures are arguments

import io

import pytest
from PIL import Image

from hootsuite_api.uploads import Upload
from target_hootsuite.media.upload import MediaStore
from tests.target.test_media import video


@pytest.fixture
def picture(tmp_path):
    """A function that writes a small picture under the media root."""

    def make(name, shade=0):
        data = io.BytesIO()
        Image.new("RGB", (8, 8), (shade, 0, 0)).save(data, "PNG")
        (tmp_path / name).write_bytes(data.getvalue())
        return name

    return make


@pytest.fixture(autouse=True)
def quick_media(sandbox):
    """Media is READY soon, so that no test waits for it."""
    sandbox.settings(media_seconds=0)


def kinds(sandbox):
    """What was written, in order."""
    return [entry["kind"] for entry in sandbox.ledger()]


def test_media_goes_before_its_message(run_target, make_rows, picture, sandbox):
    """A message is never sent before its media is uploaded; each content goes up once."""
    rows = make_rows(4, per_row=2, media=[{"path": picture("a.png")}])
    rows[3]["media"] = [{"path": picture("copy.png")}]
    assert run_target(rows).statuses == {"done": 8}
    found = kinds(sandbox)
    assert found[:2] == ["media_created", "media_uploaded"], found[:3]
    assert found[2:] == ["message_created"] * 8
    assert run_target(rows).statuses == {"unchanged": 8}


@pytest.mark.parametrize(("quirks", "status"), [("recorded", "done"), ("documented", "rejected")])
def test_the_platform_decides_on_mov(
    run_target, make_rows, tmp_path, sandbox, caplog, quirks, status
):
    """A MOV is documented as refused and was seen to be taken: it is sent, with a warning."""
    sandbox.reset(quirks=quirks, media_seconds=0)
    (tmp_path / "clip.mov").write_bytes(video(brand=b"qt  "))
    run = run_target(make_rows(1, media=[{"path": "clip.mov"}]))
    assert run.statuses == {status: 1}
    assert "MOV" in caplog.text
    if status == "rejected":
        assert run.results[0]["error_code"] == "4000"


def test_media_is_reused_by_later_runs(run_target, make_rows, picture, sandbox):
    """Rule 20: before reuse the media is asked for again; what is gone goes up anew."""
    picture("a.png")
    rows = make_rows(2, media=[{"path": "a.png"}])
    run_target(rows[:1])
    run_target(rows)
    assert kinds(sandbox).count("media_created") == 1
    sandbox.faults(operation="get_media", kind="status", status=404, code=4001, times=1)
    run_target([*rows, make_rows(3, media=[{"path": "a.png"}])[2]])
    assert kinds(sandbox).count("media_created") == 2


def test_an_upload_address_that_ran_out(run_target, make_rows, picture, sandbox, monkeypatch):
    """An address is good for ten minutes: after a slow try the file is announced anew."""
    sandbox.reset(quirks="recorded")
    sandbox.settings(media_seconds=0)
    inner = Upload.attempt
    tries = []

    def slow(upload, number):
        tries.append(number)
        if len(tries) == 1:
            sandbox.advance(11 * 60)
        inner(upload, number)

    monkeypatch.setattr(Upload, "attempt", slow)
    rows = make_rows(1, media=[{"path": picture("a.png")}])
    assert run_target(rows).statuses == {"done": 1}
    assert kinds(sandbox) == ["media_created", "media_created", "media_uploaded", "message_created"]


def test_old_media_is_not_reused(run_target, make_rows, picture, sandbox):
    """Rule 20: 90 days after its use the platform deletes media; it goes up anew before."""
    picture("a.png")
    run_target(make_rows(1, media=[{"path": "a.png"}]))
    sandbox.advance(90 * 86_400)
    row = make_rows(2, media=[{"path": "a.png"}])[1]
    assert run_target([row | {"scheduled_send_time": "2026-06-01T00:00:00Z"}]).code == 0
    assert kinds(sandbox).count("media_created") == 2


def test_changed_media_is_a_changed_row(run_target, make_rows, picture, sandbox):
    """Rule 3: media counts by its content, not by its name."""
    picture("a.png")
    rows = make_rows(1, media=[{"path": "a.png"}])
    run_target(rows)
    picture("b.png")
    assert run_target([rows[0] | {"media": [{"path": "b.png"}]}]).statuses == {"unchanged": 1}
    picture("a.png", shade=9)
    run = run_target(rows)
    assert (run.statuses, run.results[0]["action"]) == ({"done": 1}, "replace")


def test_rows_of_media_and_messages_that_name_them(run_target, make_rows, picture, lines, sandbox):
    """Rule 23: a message waits for the media row that it names, wherever that row comes."""
    (row,) = make_rows(1, media=[{"external_id": "pic"}])
    media = [{"external_id": "pic", "path": picture("a.png")}]
    messages = lines([row]) + lines(media, "media")
    run = run_target(messages=messages)
    assert (run.code, run.statuses) == (0, {"done": 2})
    assert kinds(sandbox)[-1] == "message_created"
    assert run_target(messages=messages).statuses == {"unchanged": 2}
    later = make_rows(2, media=[{"external_id": "pic"}])[1]
    assert run_target([later]).statuses == {"done": 1}


def test_a_message_of_rejected_media_is_rejected(run_target, make_rows, lines, tmp_path, sandbox):
    """A message whose media can't be used is not sent without it."""
    (tmp_path / "bad.png").write_bytes(b"no picture")
    (row,) = make_rows(1, media=[{"external_id": "bad"}])
    run = run_target(
        messages=lines([{"external_id": "bad", "path": "bad.png"}], "media") + lines([row])
    )
    assert (run.code, run.statuses) == (2, {"rejected": 2})
    assert sandbox.ledger() == []


@pytest.mark.parametrize("kind", ["close", "garbage"])
def test_unanswered_uploads_are_repeated(kind, run_target, make_rows, picture, posts, sandbox):
    """Rule 20: an announcement or PUT that went unanswered is repeated; nobody sees it."""
    picture("a.png")
    sandbox.faults(operation="create_media", kind=kind, when="after", times=1)
    assert run_target(make_rows(1, media=[{"path": "a.png"}])).statuses == {"done": 1}
    assert list(posts().values()) == [1]


def test_a_message_whose_media_is_not_announced_is_deferred(
    run_target, make_rows, picture, sandbox
):
    """Rule 24: nothing of such a row is in the journal, so STATE must not pass it."""
    picture("a.png")
    sandbox.faults(operation="create_media", kind="close", times=0)
    run = run_target(make_rows(1, media=[{"path": "a.png"}]))
    assert (run.code, run.statuses, run.states) == (1, {"deferred": 1}, [])
    run = run_target([{"external_id": "m", "path": "a.png"}], "media")
    assert (run.code, run.statuses, run.states) == (1, {"deferred": 1}, [])


def test_media_still_processing_is_waited_for(run_target, make_rows, picture, posts, sandbox):
    """40021 proves that nothing was posted: the row waits a little and goes out."""
    picture("a.png")
    sandbox.faults(operation="create_message", kind="status", status=400, code=40021, times=1)
    assert run_target(make_rows(1, media=[{"path": "a.png"}])).statuses == {"done": 1}
    assert list(posts().values()) == [1]


def test_what_is_sent_is_what_was_checked(run_target, make_rows, picture, sandbox, monkeypatch):
    """Rule 20: a file that changed since it was planned is refused, not sent unseen."""
    picture("a.png")
    inner = MediaStore.upload

    def swapped(store, source, field, now):
        picture("a.png", shade=77)
        return inner(store, source, field, now)

    monkeypatch.setattr(MediaStore, "upload", swapped)
    run = run_target(make_rows(1, media=[{"path": "a.png"}]))
    assert run.results[0]["error_code"] == "media_changed"
    assert sandbox.ledger() == []
