"""Analytics: posts and profiles, their figures, spans, pages and refusals."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from hootsuite_sandbox.domain.analytics.networks import NETWORKS

POSTS, PROFILES = "/v1/analytics/posts", "/v1/analytics/profiles"
DAY = 86_400
TODAY = date(2026, 1, 15)


def body(*ids, **filters):
    chosen = {name: {"timespan": span} for name, span in filters.items()}
    return {"filters": {"profileId": {"in": list(ids)}, **chosen}}


def report(since=None, until=None):
    span = {"since": since, "until": until}
    return {"reportingPeriod": {k: str(v) for k, v in span.items() if v}}


@pytest.fixture
def ask(api):
    """Asks for one page."""

    def one(path, *ids, api=api, query=None, **filters):
        return api.call("POST", path, body(*ids, **filters), **(query or {}))

    return one


@pytest.fixture
def everything(ask):
    """Follows the cursors to the end; returns all rows."""

    def read(path, *ids, query=None, limit=100, **filters):
        rows, more = [], {}
        while True:
            page = ask(path, *ids, query={"limit": limit, **(query or {}), **more}, **filters)
            rows += page.data
            following = page.body["metadata"]["collectionInfo"].get("next")
            if following is None:
                return rows
            more = {"cursor": following["cursor"]}

    return read


def ids_of(api):
    return {p["type"]: p["id"] for p in api.get("/v1/socialProfiles").data if p["type"] in NETWORKS}


# -- what there is -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(NETWORKS))
def test_posts_equal_the_truth(api, everything, kind):
    """All pages of two years together are the truth, for each network."""
    profile = ids_of(api)[kind]
    rows = everything(POSTS, profile, **report(TODAY - timedelta(days=729)))
    own = ("networkId", "socialProfileId", "datatype")
    truth = [row for row in api.sandbox.truth("post_metrics") if row["socialProfileId"] == profile]
    assert [{k: v for k, v in row.items() if k not in own} for row in truth] == rows
    assert len(rows) > 30
    assert {row["networkId"] for row in truth} == {kind}


def test_profiles_equal_the_truth(api, everything):
    """All pages of two years together are the truth, for all networks at once."""
    ids = [p["id"] for p in api.get("/v1/socialProfiles").data if p["type"] in NETWORKS]
    rows = everything(PROFILES, *ids, **report(TODAY - timedelta(days=729)))
    truth = api.sandbox.truth("profile_metrics")
    assert len(rows) == len(truth) > 7 * 700
    keys = [(row["date"], row["profileId"]) for row in rows]
    assert keys == sorted(keys)
    assert set(keys) == {(row["date"], row["socialProfileId"]) for row in truth}


def test_messages_are_found_again(api, everything):
    """Posts of messages carry the id of the message's post, or else its address; others don't."""
    profile = ids_of(api)["FACEBOOKPAGE"]
    rows = everything(POSTS, profile)
    sent = [m for m in api.sandbox.truth("messages") if m["postId"]]
    ids, links = {m["postId"] for m in sent}, {m["postUrl"] for m in sent}
    by_id = sum(row["externalId"] in ids for row in rows)
    by_link = sum(row["externalId"] not in ids and row["sourceLink"] in links for row in rows)
    assert by_id > by_link > 0
    assert by_id + by_link < len(rows)


def test_each_network_has_its_own_metrics(api):
    """Names differ by network, some posts lack some of them, and no figure is zero."""
    names: dict[str, Counter[str]] = {kind: Counter() for kind in NETWORKS}
    rows: Counter[str] = Counter()
    for row in api.sandbox.truth("post_metrics"):
        rows[row["networkId"]] += 1
        names[row["networkId"]].update(list(row["metrics"]))
        assert all(value > 0 for value in row["metrics"].values())
    assert len({frozenset(found) for found in names.values()}) == len(NETWORKS)
    for kind, found in names.items():
        assert min(found.values()) < rows[kind]  # absent here and there


def test_stories_tags_campaigns_and_viral_posts(api):
    """There are stories, partly tagged posts, campaigns, and a viral post or more."""
    rows = api.sandbox.truth("post_metrics")
    assert any(row["postType"] == "INSTAGRAM_STORY" for row in rows)
    tagged = sum("tags" in row for row in rows)
    assert 0 < tagged < len(rows) / 2
    assert all(row["campaign"] in row["tags"] for row in rows if "campaign" in row)
    assert any("campaign" in row for row in rows)
    assert any(row["isViral"] and row["detectedViralAt"] > row["createdAt"] for row in rows)


def test_paid_posts(api, everything):
    """PAID posts are the boosted ones, with figures of their own."""
    profile = ids_of(api)["FACEBOOKPAGE"]
    paid = everything(POSTS, profile, query={"datatype": "PAID"})
    organic = {row["externalId"]: row for row in everything(POSTS, profile)}
    assert 0 < len(paid) < len(organic)
    assert all(organic[row["externalId"]]["metadata"]["is_boosted_post"] for row in paid)
    assert all(set(row["metrics"]) <= {"paid_impressions", "paid_clicks"} for row in paid)


# -- time --------------------------------------------------------------------------------------


def moment(text):
    return datetime.fromisoformat(text).timestamp()


@pytest.mark.parametrize("kind", ["INSTAGRAMBUSINESS", "TWITTER"])
def test_figures_grow_and_settle(api, everything, kind):
    """Totals never fall, move only when the network was asked again, and settle in a month."""
    profile = ids_of(api)[kind]
    filters = report("2026-01-08", "2026-01-14")
    states = []
    for _ in range(45):
        states.append({r["externalId"]: r for r in everything(POSTS, profile, **filters)})
        api.sandbox.advance(DAY)
    changes, steps = 0, set()
    for before, after in pairwise(states):
        for key, row in before.items():
            now = after[key]
            step = moment(now["lastRefreshed"]) - moment(row["lastRefreshed"])
            steps.add(step)
            changes += now["metrics"] != row["metrics"]
            assert step or now["metrics"] == row["metrics"]
            for name, value in row["metrics"].items():
                assert name == "engagement_rate" or now["metrics"][name] >= value
    period = NETWORKS[kind].refresh
    assert steps <= {0.0, float(period)}
    assert changes > len(states[-1])
    assert states[-1] == states[-8]  # settled


def test_posts_appear_late(api, everything):
    """A post is shown after the next visit to its network; some take days."""
    ids = ids_of(api).values()
    filters = report("2026-01-16", "2026-01-22")
    seen: dict[str, float] = {}
    for hour in range(0, 17 * 24, 6):
        for row in everything(POSTS, *ids, **filters):
            waited = moment("2026-01-15T12:00:00Z") + hour * 3600 - moment(row["createdAt"])
            seen.setdefault(row["externalId"], waited)
            assert moment(row["lastRefreshed"]) >= moment(row["createdAt"])
        api.sandbox.advance(6 * 3600)
    assert all(waited > 0 for waited in seen.values())
    assert max(seen.values()) > 3 * DAY
    assert sum(waited > 3 * DAY for waited in seen.values()) < len(seen) / 4


def test_followers_are_gains_less_losses(api):
    """A count follows from the day before and the gross gains and losses; both exist."""
    rows = [
        row["metrics"]
        for row in api.sandbox.truth("profile_metrics")
        if row["networkId"] == "INSTAGRAMBUSINESS"
    ]
    counts = [row["followers_count"]["total"] for row in rows]
    gained = [row["new_followers_count"]["total"] for row in rows]
    lost = [row["lost_followers_count"]["total"] for row in rows]
    assert len(set(counts)) > 100
    assert all(value >= 0 for value in [*gained, *lost])
    for number in range(1, len(rows)):
        assert counts[number] == counts[number - 1] + gained[number] - lost[number]
    assert any(lost)


def test_profile_figures_are_not_the_sum_of_posts(api):
    """On Instagram, views of the profile are several times those of its posts."""
    posts = sum(
        row["metrics"].get("views", 0)
        for row in api.sandbox.truth("post_metrics")
        if row["networkId"] == "INSTAGRAMBUSINESS" and row["createdAt"] > "2025-01-15"
    )
    profile = sum(
        row["metrics"]["views"]["total"]
        for row in api.sandbox.truth("profile_metrics")
        if row["networkId"] == "INSTAGRAMBUSINESS" and row["date"] > "2025-01-15"
    )
    assert profile > 3 * posts > 0


def test_breakdowns_add_up(api):
    """The values of a dimension are parts of the total."""
    found = 0
    for row in api.sandbox.truth("profile_metrics"):
        for figure in row["metrics"].values():
            for dimension in figure.get("breakdownDimensions", ()):
                found += 1
                assert sum(dimension["values"].values()) == figure["total"]
    assert found > 100


def test_days_are_restated(api, everything):
    """A day is shown once it is over; its figures grow for some days, then stand still."""
    profile = ids_of(api)["YOUTUBECHANNEL"]
    day = report("2026-01-16", "2026-01-16")
    views = []
    for _ in range(14):
        rows = everything(PROFILES, profile, **day)
        views += [row["metrics"]["views"]["total"] for row in rows]
        api.sandbox.advance(DAY)
    assert len(views) < 14
    assert views == sorted(views)
    assert views[0] < views[-1] == views[-4]


def test_facebook_changed_its_metrics(start):
    """Since June 2026 days have other metrics, and earlier days keep theirs."""
    api = start(now="2026-06-20T00:00:00Z")
    for row in api.sandbox.truth("profile_metrics"):
        if row["networkId"] == "FACEBOOKPAGE":
            assert ("page_media_views" in row["metrics"]) == (row["date"] >= "2026-06-03")


def test_equal_worlds_have_equal_figures(start):
    """Figures follow from the seed, the clock and nothing else."""
    first = start().sandbox.truth("post_metrics")
    second = start().sandbox.truth("post_metrics")
    assert first == second
    assert start(seed=8).sandbox.truth("post_metrics") != first


# -- what happens to posts and profiles --------------------------------------------------------


def test_deleted_posts(api, everything):
    """A post that is deleted on its network is gone from the answers, and known to the truth."""
    profile = ids_of(api)["TWITTER"]
    gone = everything(POSTS, profile)[3]
    api.sandbox.mutate("delete_post", external_id=gone["externalId"])
    assert gone["externalId"] not in {r["externalId"] for r in everything(POSTS, profile)}
    assert [row["externalId"] for row in api.sandbox.truth("deleted_post_metrics")] == [
        gone["externalId"]
    ]


def test_a_reconnected_profile_has_a_new_id(api, everything):
    """Disconnected, its id is refused; connected again, the same posts stand under a new id."""
    old = api.profile("INSTAGRAMBUSINESS")
    account = api.get(f"/v1/socialProfiles/{old}").data["socialNetworkId"]
    before = {row["externalId"] for row in everything(POSTS, old)}
    api.sandbox.mutate("remove_profile", profile_id=old)
    refused = api.call("POST", POSTS, body(old))
    assert (refused.status, refused.body["title"]) == (422, "invalid-argument")
    new = api.sandbox.mutate("add_profile", type="INSTAGRAMBUSINESS", network_id=account)
    after = everything(POSTS, new)
    assert {row["externalId"] for row in after} == before
    assert {(row["profileId"], row["externalProfileId"]) for row in after} == {(new, account)}


def test_sent_messages_become_posts(api, everything):
    """A message sent through the API is a post with figures some days later."""
    profile = ids_of(api)["FACEBOOKPAGE"]
    sent = api.message(socialProfileIds=[profile], scheduledSendTime=None, text="Fresh news").data
    api.sandbox.advance(12 * DAY)
    message = api.get(f"/v1/messages/{sent[0]['id']}").data
    (row,) = [r for r in everything(POSTS, profile) if r["externalId"] == message["postId"]]
    assert row["content"] == "Fresh news"
    assert row["metrics"]["post_views"] > 0


# -- pages -------------------------------------------------------------------------------------


def test_default_limit(ask, api):
    """A page has ten rows unless the limit says otherwise."""
    profile = ids_of(api)["TWITTER"]
    assert len(ask(POSTS, profile).data) == 10
    assert len(ask(PROFILES, profile).data) == 10
    assert len(ask(PROFILES, profile, query={"limit": 37}).data) == 37


@pytest.mark.parametrize("path", [POSTS, PROFILES])
def test_pages_lead_there_and_back(ask, api, path):
    """`next` and `prev` are absent where there is no page; going back shows the same pages."""
    profile = ids_of(api)["PINTEREST"]
    span = report("2025-12-01", "2026-01-10")
    pages = [ask(path, profile, query={"limit": 7}, **span)]
    assert "prev" not in pages[0].body["metadata"]["collectionInfo"]
    while following := pages[-1].body["metadata"]["collectionInfo"].get("next"):
        pages.append(ask(path, profile, query={"limit": 7, **following}, **span))
    assert len(pages) > 2
    back = [pages[-1]]
    while previous := back[-1].body["metadata"]["collectionInfo"].get("prev"):
        back.append(ask(path, profile, query={"limit": 7, **previous}, **span))
    assert [page.data for page in back[::-1]] == [page.data for page in pages]


def test_cursors_expire_and_belong_to_their_request(ask, api):
    """A cursor of another request, an old one, or a made up one is refused with 422."""
    profiles = ids_of(api)
    page = ask(POSTS, profiles["TWITTER"])
    cursor = page.body["metadata"]["collectionInfo"]["next"]
    assert ask(POSTS, profiles["TWITTER"], query={**cursor, "limit": 3}).status == 200
    assert ask(POSTS, profiles["PINTEREST"], query=cursor).status == 422
    assert ask(PROFILES, profiles["TWITTER"], query=cursor).status == 422
    for made_up in ("", "x", "W10=", "bnVsbA==", "é", "A" * 3000):
        assert ask(POSTS, profiles["TWITTER"], query={"cursor": made_up}).status == 422
    api.sandbox.advance(3601)
    assert ask(POSTS, profiles["TWITTER"], query=cursor).status == 422


# -- spans -------------------------------------------------------------------------------------


def test_until_of_posts_by_quirk(start):
    """As documented the last day belongs to the span; on the wire it did not."""
    days = {}
    for quirks in ("documented", "recorded"):
        api = start(quirks=quirks)
        asked = body(ids_of(api)["THREADS"], **report("2025-11-03", "2025-11-05"))
        rows = api.call("POST", POSTS, asked, limit=100).data
        days[quirks] = {row["createdAt"][:10] for row in rows}
        figures = api.call("POST", PROFILES, asked).data
        assert [row["date"] for row in figures] == ["2025-11-03", "2025-11-04", "2025-11-05"]
    assert max(days["documented"]) == "2025-11-05"
    assert max(days["recorded"]) < "2025-11-05"


def test_days_are_those_of_the_network(api, everything):
    """Facebook's day is Pacific: an evening post in UTC belongs to the day before."""
    profile = ids_of(api)["FACEBOOKPAGE"]
    rows = everything(POSTS, profile, **report("2025-12-01", "2025-12-31"))
    stamps = [row["createdAt"] for row in rows]
    assert min(stamps) >= "2025-12-01T08:00:00Z"
    assert max(stamps) < "2026-01-01T08:00:00Z"


def test_last_modified(start):
    """As documented it follows the last refresh; as recorded only new posts count."""
    found = {}
    for quirks in ("documented", "recorded"):
        api = start(quirks=quirks)
        span = {"timespan": {"since": "2026-01-06"}}
        filters = {"filters": {"profileId": {"eq": ids_of(api)["TWITTER"]}, "lastModified": span}}
        rows = api.call("POST", POSTS, filters, limit=100).data
        found[quirks] = rows
        assert rows
        stamp = "lastRefreshed" if quirks == "documented" else "createdAt"
        assert all(row[stamp] >= "2026-01-06" for row in rows)
    assert len(found["recorded"]) < len(found["documented"])
    assert min(row["createdAt"] for row in found["documented"]) < "2026-01-01"


def test_the_usual_span_is_a_year(api, everything):
    """Without a span, posts of one year are meant."""
    rows = everything(POSTS, ids_of(api)["TIKTOKBUSINESS"])
    assert "2025-01-15" <= min(row["createdAt"] for row in rows) < "2025-02-15"


# -- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [POSTS, PROFILES])
@pytest.mark.parametrize(
    "filters",
    [
        report(TODAY - timedelta(days=731)),
        {"lastModified": {"since": str(TODAY - timedelta(days=31))}},
        report("2026-01-10", "2026-01-09"),
        {"reportingPeriod": {}},
        {"lastModified": {}},
        {"reportingPeriod": {"since": "2026-02-30"}},
        {"reportingPeriod": {"since": "20260101"}},
        {"reportingPeriod": {"since": "0001-01-01", "until": "0001-01-02"}},
        {"reportingPeriod": {"until": "2023-01-01"}},
    ],
)
def test_spans_that_are_refused(ask, api, path, filters):
    """Too old, backwards, empty or no dates: 422 as problem details."""
    answer = ask(path, ids_of(api)["TWITTER"], **filters)
    assert (answer.status, answer.body["status"], answer.body["title"]) == (
        422,
        422,
        "invalid-argument",
    )
    assert "errors" not in answer.body


def test_batches_that_are_refused(ask, api):
    """More than ten ids, none, an unknown one, or an unsupported network in the batch: 422."""
    good = ids_of(api)["TWITTER"]
    linked = api.profile("LINKEDINCOMPANY")
    for path in (POSTS, PROFILES):
        assert ask(path, *(f"{n}" for n in range(11))).status == 422
        assert ask(path).status == 422
        assert ask(path, good, "999").status == 422
        refused = ask(path, good, linked)
        assert refused.status == 422
        assert linked in refused.body["detail"]
        assert ask(path, good, query={"networkId": "PINTEREST"}).status == 422
        assert ask(path, good, query={"networkId": "TWITTER"}).status == 200
        assert api.call("POST", path, {"filters": {"profileId": {}}}).status == 422
        assert api.call("POST", path, {"filters": {}}).status == 422
        assert api.call("POST", path, {}).status == 422


@pytest.mark.parametrize(
    "query",
    [{"limit": 0}, {"limit": 101}, {"limit": "x"}, {"datatype": "ALL"}, {"networkId": "LINKEDIN"}],
)
def test_queries_that_are_refused(ask, api, query):
    """A bad value of the query is 422, not the 400 of the older API."""
    answer = ask(POSTS, ids_of(api)["TWITTER"], query=query)
    assert (answer.status, answer.body["title"]) == (422, "invalid-argument")


def test_the_scope_is_needed(start):
    """A token without `analytics:read` is refused with 403: by analytics, or by the gateway."""
    api = start()
    plain = api.named("member_app", member_id=api.ready["member_id"])
    assert plain.call("POST", POSTS, body("1")).body["title"] == "permission-denied"
    scoped = api.named("member_app", member_id=api.ready["member_id"], scope="analytics:read")
    assert scoped.call("POST", POSTS, body(ids_of(api)["TWITTER"])).status == 200
    api = start(quirks="recorded")
    plain = api.named("member_app", member_id=api.ready["member_id"])
    answer = plain.call("POST", POSTS, body("1"))
    assert (answer.status, answer.body["error"]) == (403, "scope_not_granted")


def test_the_add_on_is_needed(api, ask):
    """An account without the add-on is refused with 403, and may buy it while the clock runs."""
    profile = ids_of(api)["TWITTER"]
    api.sandbox.settings(analytics="no_add_on")
    refused = ask(POSTS, profile)
    assert (refused.status, refused.body["title"]) == (403, "permission-denied")
    api.sandbox.settings(analytics="available")
    assert ask(POSTS, profile).status == 200


def test_profiles_out_of_reach(plain):
    """A member asks for profiles within reach only; as recorded the refusal is 403."""
    hidden = "130000000"
    assert plain.call("POST", POSTS, body(hidden)).status == 422
    plain.sandbox.settings(quirks="recorded")
    assert plain.call("POST", POSTS, body(hidden)).status == 403
