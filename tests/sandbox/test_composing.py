"""Creating messages: fan-out, times, network rules, tags, media, partial failure."""

from __future__ import annotations

import pytest
import requests

LATER = "2026-02-01T10:00:00Z"


@pytest.fixture
def page(api):
    return api.profile("FACEBOOKPAGE")


@pytest.fixture
def image(api):
    """A picture that is READY."""
    media = api.post("/v1/media", {"sizeBytes": 3, "mimeType": "image/png"}).data
    requests.put(media["uploadUrl"], data=b"abc", headers={"Content-Type": "image/png"}, timeout=9)
    api.sandbox.advance(10)
    return {"id": media["id"]}


@pytest.fixture
def video(api):
    """A film that is READY."""
    media = api.post("/v1/media", {"sizeBytes": 3, "mimeType": "video/mp4"}).data
    requests.put(media["uploadUrl"], data=b"abc", headers={"Content-Type": "video/mp4"}, timeout=9)
    api.sandbox.advance(10)
    return {"id": media["id"]}


def read(api, message):
    return api.get(f"/v1/messages/{message['id']}").data


def codes(answer):
    return [(e["resource"]["id"], e["code"]) for e in answer.body["errors"]]


def test_fan_out(api):
    """One message for each profile, in the order of the request, each with its own id."""
    wanted = [api.profile(kind) for kind in ("LINKEDIN", "TWITTER", "FACEBOOKPAGE")]
    rows = api.message(socialProfileIds=[*wanted, wanted[0]]).data
    assert [row["socialProfile"]["id"] for row in rows] == wanted
    assert len({row["id"] for row in rows}) == 3
    assert all(int(row["id"]) > 2**32 for row in rows)
    for row in rows:
        assert read(api, row) == row
    entries = api.sandbox.ledger()
    assert [(e["kind"], e["message_id"]) for e in entries] == [
        ("message_created", row["id"]) for row in rows
    ]


def test_scheduled(api):
    """A future time: SCHEDULED, author set, no post id; sent when its time has come."""
    message = api.message().data[0]
    assert (message["state"], message["postId"]) == ("SCHEDULED", None)
    assert message["scheduledSendTime"] == LATER
    assert message["createdByMember"] == {"id": api.ready["member_id"]}
    assert (message["sequenceNumber"], message["reviewers"]) == (None, None)
    api.sandbox.advance(20 * 86_400)
    sent = read(api, message)
    assert (sent["state"], sent["scheduledSendTime"]) == ("SENT", LATER)
    assert sent["postId"]
    assert sent["postUrl"].startswith("https://www.facebook.com/")


def test_send_now(api):
    """No time: sent within the call; time, author and notification are null, a GET has them."""
    message = api.message(scheduledSendTime=None).data[0]
    assert message["state"] == "SENT"
    assert message["postId"]
    for field in ("scheduledSendTime", "createdByMember", "emailNotification"):
        assert message[field] is None
    later = read(api, message)
    assert later["scheduledSendTime"] == "2026-01-15T12:00:00Z"
    assert later["createdByMember"] == {"id": api.ready["member_id"]}
    assert later["emailNotification"] is False
    assert later["postId"] == message["postId"]


def test_no_idempotency(api, page):
    """The same request twice is two posts."""
    api.message()
    api.message()
    day = ("2026-02-01T09:00:00Z", "2026-02-01T11:00:00Z")
    rows = api.messages(*day, socialProfileIds=[page]).data
    assert [row["text"] for row in rows] == ["Hello", "Hello"]


def test_fields_come_back(api, page, image):
    """What is given is shown again; input-only targeting is not."""
    given = {
        "tags": ["Brand New"],
        "emailNotification": True,
        "webhookUrls": ["https://example.com/hook"],
        "privacy": {"facebook": {"visibility": ["friends"]}},
        "mediaUrls": [{"url": "http://static.ow.ly/photos/normal/cS5.jpg"}],
    }
    targeting = {"facebookPage": {"ageMin": 21}, "linkedInV2Company": {"locations": []}}
    media = [{**image, "videoOptions": {"facebook": {"title": "T", "category": "NEWS"}}}]
    message = api.message(**given, targeting=targeting, media=media).data[0]
    assert {key: message[key] for key in ("tags", "emailNotification", "webhookUrls")} == {
        key: given[key] for key in ("tags", "emailNotification", "webhookUrls")
    }
    assert message["targeting"] == {"facebookPage": {"ageMin": 21}}
    assert message["privacy"] == given["privacy"]
    assert message["media"] == [{**media[0], "thumbnailId": None}]
    assert message["mediaUrls"] == [
        {
            "url": "http://static.ow.ly/photos/normal/cS5.jpg",
            "thumbnailUrl": "http://static.ow.ly/photos/thumb/cS5.jpg",
        }
    ]


def test_milliseconds(api):
    """Milliseconds are taken and dropped; a time years ahead is taken."""
    assert (
        api.message(scheduledSendTime="2026-02-01T10:00:00.999Z").data[0]["scheduledSendTime"]
        == LATER
    )
    assert api.message(scheduledSendTime="2028-03-01T10:00:00Z").status == 200


@pytest.mark.parametrize(
    "time",
    ["2026-02-01T10:00:00+01:00", "2026-02-01T10:00:00", "2026-02-01", "2026-02-30T10:00:00Z",
     "2026-02-01T25:00:00Z", "2026-01-15T12:00:00Z", "2020-01-01T00:00:00Z", 1769940000, ""],
)  # fmt: skip
def test_bad_times(api, time):
    """A time needs its `Z`, must exist and lie ahead."""
    assert api.message(scheduledSendTime=time).refusal == (400, 4000)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": None}, 4000),
        ({"text": "  "}, 4000),
        ({"text": 5}, 4000),
        ({"socialProfileIds": []}, 4000),
        ({"socialProfileIds": None}, 2306),
        ({"socialProfileIds": [5]}, 4000),
        ({"media": [{"id": "bm9uZQ=="}]}, 4001),
        ({"media": [{}]}, 4000),
        ({"mediaUrls": [{"url": "https://example.com/a.jpg"}]}, 40004),
        ({"mediaUrls": [{"url": "https://ow.ly/x/a.jpg"}]}, 40004),
        ({"mediaUrls": [{"url": "https://static.ow.ly.evil.example/a.jpg"}]}, 40004),
        ({"mediaUrls": [{"url": "//["}]}, 40004),
        ({"webhookUrls": ["ftp://example.com"]}, 4000),
        ({"webhookUrls": ["https://example.com:99999"]}, 4000),
        ({"webhookUrls": ["http://localhost/hook"]}, 4000),
        ({"webhookUrls": ["https://10.0.0.7/hook"]}, 4000),
        ({"webhookUrls": ["http://[fe80::1]:8080/hook"]}, 4000),
        ({"webhookUrls": ["https://platform.hootsuite.com/hook"]}, 4000),
        ({"location": {"latitude": 91, "longitude": 0}}, 4000),
        ({"location": {"latitude": 1, "longitude": 1}}, 4000),
        ({"privacy": {"facebook": {"visibility": "friends"}}}, 4000),
        ({"targeting": {"facebookPage": {"ageMin": 20}}}, 4000),
        ({"targeting": {"facebookPage": {"cities": [{"k": "Rome", "v": "1"}]}}}, 4000),
    ],
)
def test_bad_requests(api, fields, code):
    """What breaks a rule of the whole request is refused with its code, and nothing is posted."""
    assert api.message(**fields).refusal == (400, code)
    assert api.sandbox.ledger() == []


def test_not_json(api):
    """A body that is not JSON is refused."""
    headers = {"Authorization": f"Bearer {api.token}"}
    answer = api.session.post(f"{api.ready['url']}/v1/messages", data="{", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, 1100)


def test_one_twitter_profile(api):
    """Two Twitter profiles in one request are refused."""
    both = [api.profile("TWITTER"), api.profile("TWITTER", 1)]
    assert api.message(socialProfileIds=both).refusal == (400, 40023)


def test_location(api, page):
    """Twitter takes a location; beside it other networks go without."""
    place = {"latitude": 49.28, "longitude": -123.12}
    rows = api.message(socialProfileIds=[api.profile("TWITTER"), page], location=place).data
    assert [row["location"] for row in rows] == [place, None]


def pin(profile, **data):
    data = {"boardId": "1", "destinationUrl": "https://example.com", **data}
    return [{"socialProfileType": "PINTEREST", "socialProfileId": profile, "data": data}]


def test_pinterest(api, image):
    """Pinterest goes alone, with media and a board, without tags and location."""
    profile = api.profile("PINTEREST")
    good = {"socialProfileIds": [profile], "media": [image], "extendedInfo": pin(profile)}
    assert api.message(**good).data[0]["extendedInfo"] == pin(profile)
    together = {**good, "socialProfileIds": [profile, api.profile("TWITTER")]}
    for bad in (
        together,
        {**good, "media": None},
        {**good, "extendedInfo": None},
        {**good, "extendedInfo": pin(profile, boardId="")},
        {**good, "extendedInfo": pin("999")},
        {**good, "tags": ["Launch"]},
        {**good, "location": {"latitude": 1, "longitude": 1}},
    ):
        assert api.message(**bad).refusal == (400, 4000)


def test_tags(api):
    """Tags need a profile that an organization owns."""
    private = api.profile("LINKEDIN")
    answer = api.message(socialProfileIds=[private], tags=["x"])
    assert (answer.status, codes(answer)) == (400, [(private, 40001)])


def test_new_tags_by_limited_members(plain):
    """Limited members use tags that exist; an editor's new tag exists from then on."""
    profile = plain.get("/v1/me/socialProfiles").data[0]["id"]
    given = {"socialProfileIds": [profile], "tags": ["Unheard Of"]}
    grant = {"member_id": plain.ready["member_id"], "profile_id": profile, "preset": "X"}
    limited = ["BASIC_USAGE", "SN_PUBLISH_MESSAGE_WITH_APPROVAL"]
    plain.sandbox.mutate("grant_profile", **grant, permissions=limited)
    assert plain.message(**given).refusal == (403, 40005)
    plain.sandbox.mutate(
        "grant_profile", **grant, permissions=["BASIC_USAGE", "SN_PUBLISH_MESSAGE"]
    )
    assert plain.message(**given).status == 200
    plain.sandbox.mutate("grant_profile", **grant, permissions=limited)
    assert plain.message(**given).data[0]["state"] == "PENDING_APPROVAL"
    plain.sandbox.mutate("grant_profile", **grant, permissions=["BASIC_USAGE"])
    assert plain.message(**given).refusal == (403, 4009)


def test_partial_failure(api, page):
    """A 200 may hold messages for some profiles and errors, each naming its profile, for others."""
    tube = api.profile("YOUTUBECHANNEL")
    answer = api.message(socialProfileIds=[tube, page, "999"])
    assert answer.status == 200
    assert [row["socialProfile"]["id"] for row in answer.data] == [page]
    assert codes(answer) == [(tube, 5002), ("999", 4001)]
    assert len({error["id"] for error in answer.body["errors"]}) == 1
    assert len(api.sandbox.ledger()) == 1


@pytest.mark.parametrize("network", ["INSTAGRAMBUSINESS", "YOUTUBECHANNEL", "TIKTOKBUSINESS"])
def test_unsupported_networks(api, network):
    """Networks that the API can't publish to are refused."""
    assert api.message(socialProfileIds=[api.profile(network)]).refusal == (400, 5002)


def test_facebook_groups(api):
    """Groups were withdrawn."""
    group = api.sandbox.mutate("add_profile", type="FACEBOOKGROUP")
    assert api.message(socialProfileIds=[group]).refusal == (400, 40024)


def test_disconnected_profile(api):
    """A profile to be connected anew takes messages and fails to send them, until it is."""
    profile = next(p for p in api.get("/v1/socialProfiles").data if p["isReauthRequired"])["id"]
    to = {"socialProfileIds": [profile]}
    now = api.message(**to, scheduledSendTime=None).data[0]
    assert (now["state"], now["postId"]) == ("SEND_FAILED_PERMANENTLY", None)
    soon = api.message(**to, scheduledSendTime="2026-01-16T00:00:00Z").data[0]
    later = api.message(**to).data[0]
    assert soon["state"] == "SCHEDULED"
    api.sandbox.advance(86_400)
    assert read(api, soon)["state"] == "SEND_FAILED_PERMANENTLY"
    api.sandbox.mutate("change_profile", profile_id=profile, is_reauth_required=False)
    api.sandbox.advance(20 * 86_400)
    assert read(api, later)["state"] == "SENT"


def test_video_passes_through_submitted(api, video):
    """A film is SUBMITTED while the network takes it, then SENT."""
    now = api.message(scheduledSendTime=None, media=[video]).data[0]
    assert (now["state"], now["postId"]) == ("SUBMITTED", None)
    later = api.message(scheduledSendTime="2026-01-16T00:00:00Z", media=[video]).data[0]
    api.sandbox.advance(120)
    assert read(api, now)["state"] == "SENT"
    api.sandbox.advance(43_200 - 120)
    assert read(api, later)["state"] == "SUBMITTED"


def test_an_upload_to_the_network_hides_a_message(api, video):
    """With a lag it can't be read by its id for so long, though lists show it."""
    [film] = api.message(scheduledSendTime="2026-01-16T00:00:00Z", media=[video]).data
    api.sandbox.settings(lag_seconds=30)
    api.sandbox.advance(43_190)
    day = ("2026-01-16T00:00:00Z", "2026-01-16T00:00:01Z")
    assert "SUBMITTED" in [m["state"] for m in api.messages(*day).data if m["id"] == film["id"]]
    assert api.get(f"/v1/messages/{film['id']}").refusal == (404, 4001)
    api.sandbox.advance(30)
    assert read(api, film)["state"] == "SUBMITTED"


@pytest.mark.parametrize(("quirks", "code"), [("documented", 40021), ("recorded", 5000)])
def test_media_not_ready(start, quirks, code):
    """Media that are not READY are 40021; recorded was 5000 with 400."""
    api = start(quirks=quirks)
    media = api.post("/v1/media", {"sizeBytes": 3, "mimeType": "image/png"}).data
    assert api.message(media=[{"id": media["id"]}]).refusal == (400, code)


def test_scheduled_quota(start):
    """A plan's quota of scheduled messages ends scheduling, not sending."""
    api = start(scheduled_quota=3, messages=0)
    assert [api.message().status for _ in range(3)] == [200, 200, 200]
    assert api.message().refusal == (400, 40025)
    assert api.message(scheduledSendTime=None).status == 200


def test_text_change(start):
    """An option lets the server change texts, as it may."""
    api = start(text_change="append")
    assert api.message(text="Hi").data[0]["text"] == "Hi (via Hootsuite)"


def test_organization_app(api, page):
    """An organization app publishes to its organization's profiles; there is no author."""
    app = api.organization()
    assert app.message().data[0]["createdByMember"] is None
    private = api.profile("LINKEDIN")
    assert app.message(socialProfileIds=[private]).refusal == (400, 4001)


@pytest.mark.parametrize("kind", ["INSTAGRAMBUSINESS", "TIKTOKBUSINESS", "YOUTUBECHANNEL"])
def test_networks_that_may_work(start, kind):
    """Documented as unsupported; recorded, two take messages, Instagram with media."""
    api = start()
    assert api.message(socialProfileIds=[api.profile(kind)]).refusal == (400, 5002)
    api = start(quirks="recorded")
    body = {"sizeBytes": 4, "mimeType": "image/png"}
    medium = api.post("/v1/media", body).data
    headers = {"Content-Type": "image/png"}
    api.session.put(medium["uploadUrl"], data=b"1234", headers=headers, timeout=10)
    api.sandbox.advance(60)
    profile = api.profile(kind)
    with_media = api.message(socialProfileIds=[profile], media=[{"id": medium["id"]}])
    plain = api.message(socialProfileIds=[profile])
    assert with_media.status == (400 if kind == "YOUTUBECHANNEL" else 200)
    assert plain.status == (200 if kind == "TIKTOKBUSINESS" else 400)


def test_a_lead_is_needed(start):
    """With `lead_minutes` a message that is scheduled too soon is refused; now is no schedule."""
    api = start(lead_minutes=5)
    assert api.message(scheduledSendTime="2026-01-15T12:04:59Z").refusal == (400, 4000)
    assert api.message(scheduledSendTime="2026-01-15T12:05:00Z").status == 200
    assert api.message(scheduledSendTime=None).status == 200
    video = api.post("/v1/media", {"sizeBytes": 4, "mimeType": "video/mp4"}).data
    headers = {"Content-Type": "video/mp4"}
    api.session.put(video["uploadUrl"], data=b"1234", headers=headers, timeout=10)
    api.sandbox.advance(60)
    media = [{"id": video["id"]}]
    early, late = "2026-01-15T12:15:59Z", "2026-01-15T12:16:00Z"
    assert api.message(scheduledSendTime=early, media=media).refusal == (400, 4000)
    assert api.message(scheduledSendTime=late, media=media).status == 200
