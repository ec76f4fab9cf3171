"""Media: announcing, the signed PUT, processing, downloading, forgetting."""

from __future__ import annotations

import base64
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests

BYTES = b"\x89PNG not really" * 10


@pytest.fixture
def announce(api):
    def call(**fields):
        body = {"sizeBytes": len(BYTES), "mimeType": "image/png", **fields}
        return api.post("/v1/media", {k: v for k, v in body.items() if v is not None})

    return call


def put(media, data=BYTES, **headers):
    fields = {"Content-Type": "image/png", **headers}
    return requests.put(media["uploadUrl"], data=data, headers=fields, timeout=10)


def status(api, media):
    return api.get(f"/v1/media/{quote(media['id'], safe='')}")


def test_announcing(announce):
    """The id is base64 of an S3 address and ends in `=`; the upload address is signed."""
    media = announce().data
    assert media["uploadUrlDurationSeconds"] == 1799
    assert media["id"].endswith("=")
    assert "/" not in media["id"]
    assert base64.b64decode(media["id"]).startswith(b"https://hootsuite-video.s3.amazonaws.com/")
    query = parse_qs(urlsplit(media["uploadUrl"]).query)
    assert set(query) == {"AWSAccessKeyId", "Expires", "Signature"}
    assert announce().data["id"] != media["id"]


@pytest.mark.parametrize(
    "fields",
    [
        {"sizeBytes": "140"},
        {"sizeBytes": 0},
        {"sizeBytes": None},
        {"mimeType": "video/quicktime"},
        {"mimeType": None},
    ],
)
def test_bad_announcements(announce, fields):
    """A size in text, none at all, or a type that the API doesn't take is refused."""
    assert announce(**fields).refusal == (400, 4000)


@pytest.mark.parametrize("quirks", ["documented", "recorded"])
def test_quicktime(start, quirks):
    """A `.mov` is refused as documented, and taken as it was seen to be: uploaded, and a video."""
    api = start(quirks=quirks)
    answer = api.post("/v1/media", {"sizeBytes": len(BYTES), "mimeType": "video/quicktime"})
    if quirks == "documented":
        assert answer.refusal == (400, 4000)
        return
    headers = {"Content-Type": "video/quicktime"}
    stored = requests.put(answer.data["uploadUrl"], data=BYTES, headers=headers, timeout=10)
    assert stored.status_code == 200
    assert api.post("/v1/media", {"sizeBytes": 3, "mimeType": "video/x-msvideo"}).status == 400


def test_life_of_media(api, announce):
    """QUEUED until processed, then READY with an address that gives the bytes back."""
    media = announce().data
    queued = {
        "id": media["id"], "state": "QUEUED", "downloadUrl": None,
        "downloadUrlDurationSeconds": None,
    }  # fmt: skip
    assert status(api, media).data == queued
    answer = put(media)
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["ETag"]
    assert status(api, media).data == queued
    api.sandbox.advance(4)
    ready = status(api, media).data
    assert (ready["state"], ready["downloadUrlDurationSeconds"]) == ("READY", 1799)
    assert requests.get(ready["downloadUrl"], timeout=10).content == BYTES
    assert [e["kind"] for e in api.sandbox.ledger()] == ["media_created", "media_uploaded"]


def test_first_upload_counts(api, announce):
    """A second upload is accepted and dropped."""
    media = announce().data
    put(media)
    assert put(media, b"x" * len(BYTES)).status_code == 200
    api.sandbox.advance(4)
    assert requests.get(status(api, media).data["downloadUrl"], timeout=10).content == BYTES


@pytest.mark.parametrize(
    ("data", "headers", "wanted"),
    [
        (BYTES, {"Content-Type": "image/jpeg"}, (403, "SignatureDoesNotMatch")),
        (BYTES[:-1], {}, (400, "EntityTooSmall")),
        (BYTES + b"!", {}, (400, "EntityTooLarge")),
        (BYTES, {"Authorization": "Bearer x"}, (400, "InvalidArgument")),
        (iter([BYTES]), {}, (411, "MissingContentLength")),
    ],
)
def test_bad_uploads(api, announce, data, headers, wanted):
    """Another type or size than announced, or a token, is refused in XML; nothing is kept."""
    media = announce().data
    answer = put(media, data, **headers)
    code, error = wanted
    assert answer.status_code == code
    assert answer.headers["Content-Type"] == "application/xml"
    assert f"<Code>{error}</Code>" in answer.text
    api.sandbox.advance(60)
    assert status(api, media).data["state"] == "QUEUED"


@pytest.mark.parametrize(("old", "new"), [("Signature=", "Signature=A"), ("Expires=", "Expires=9")])
def test_forged_upload(announce, old, new):
    """A changed signature or expiry is refused."""
    media = announce().data
    media["uploadUrl"] = media["uploadUrl"].replace(old, new)
    answer = put(media)
    assert (answer.status_code, "SignatureDoesNotMatch" in answer.text) == (403, True)


def test_upload_expires(api, announce):
    """After 1799 seconds of the sandbox's clock the upload address is dead."""
    media = announce().data
    api.sandbox.advance(1800)
    answer = put(media)
    assert (answer.status_code, "Request has expired" in answer.text) == (403, True)


def test_download_expires(api, announce):
    """The download address dies too, and can't be forged."""
    media = announce().data
    put(media)
    api.sandbox.advance(4)
    address = status(api, media).data["downloadUrl"]
    forged = address.replace("X-Amz-Expires=1799", "X-Amz-Expires=9999")
    assert requests.get(forged, timeout=10).status_code == 403
    api.sandbox.advance(1800)
    assert requests.get(address, timeout=10).status_code == 403


def test_recorded_download_dies_early(recorded):
    """As printed once: the address holds for seconds, whatever its duration says."""
    media = next(row for row in recorded.sandbox.truth("media"))
    shown = status(recorded, media).data
    assert shown["downloadUrlDurationSeconds"] == 1799
    recorded.sandbox.advance(22)
    assert requests.get(shown["downloadUrl"], timeout=10).status_code == 403


def test_seeded_media_download(api):
    """Media of the seed can be read and downloaded too."""
    media = api.sandbox.truth("media")[0]
    answer = requests.get(status(api, media).data["downloadUrl"], timeout=10)
    assert (answer.status_code, len(answer.content) > 1000) == (200, True)


def test_unknown_media(api):
    """An unknown id is 404 with 4001."""
    assert api.get("/v1/media/bm9uZQ%3D%3D").refusal == (404, 4001)


def test_forgotten_after_90_days(api, announce):
    """Media are gone 90 days after their use in a message."""
    media = announce().data
    put(media)
    api.sandbox.advance(4)
    assert api.message(scheduledSendTime=None, media=[{"id": media["id"]}]).status == 200
    api.sandbox.advance(89 * 86_400)
    assert status(api, media).status == 200
    api.sandbox.advance(2 * 86_400)
    assert status(api, media).refusal == (404, 4001)


def test_upload_addresses_expire(start):
    """An address lives for 1,799 seconds; as recorded it says so, and lives for 600."""
    for quirks, alive, dead in (("documented", 1799, 1801), ("recorded", 600, 602)):
        for seconds, expected in ((alive, 200), (dead, 403)):
            api = start(quirks=quirks)
            body = {"sizeBytes": len(BYTES), "mimeType": "image/png"}
            media = api.post("/v1/media", body).data
            assert media["uploadUrlDurationSeconds"] == 1799
            api.sandbox.advance(seconds)
            assert put(media).status_code == expected
