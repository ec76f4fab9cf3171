"""The retired interactions operation."""

from __future__ import annotations

import pytest

TARGET = "5550001"


@pytest.fixture
def own(api):
    profiles = api.get("/v1/socialProfiles").data
    return next(p["socialNetworkId"] for p in profiles if p["type"] == "TWITTER")


def fetch(api, own, network="twitter", **query):
    query = {"socialNetworkId": own, "targetSocialNetworkId": TARGET, **query}
    return api.get(f"/v1/interactions/{network}", **query)


def test_pages(api, own):
    """Pages of ten by default, their cursors inside `data`, bring each interaction once."""
    rows, cursor, sizes = [], "0", []
    while cursor:
        data = fetch(api, own, cursor=cursor).data
        cursor = data["metadata"]["cursor"]["next"]
        sizes.append(len(data["interactions"]))
        rows += data["interactions"]
    assert sizes == [10, 10, 5]
    truth = [
        row
        for row in api.sandbox.truth("interactions")
        if {row["fromSocialNetworkId"], row["toSocialNetworkId"]} == {own, TARGET}
    ]
    assert rows == truth
    assert {row["socialNetworkType"] for row in rows} == {"TWITTER"}


def test_back(api, own):
    """The previous cursor leads back; a limit is obeyed."""
    second = fetch(api, own, cursor="7", limit=7).data
    previous = second["metadata"]["cursor"]["previous"]
    first = fetch(api, own, cursor=previous, limit=7).data
    assert first["metadata"]["cursor"] == {"next": "7", "previous": None}
    assert first == fetch(api, own, limit=7).data


def test_nothing_passed(api, own):
    """Two accounts without any interaction are an empty page."""
    data = fetch(api, own, targetSocialNetworkId="1").data
    assert data == {"interactions": [], "metadata": {"cursor": {"next": None, "previous": None}}}


def test_refusals(api, own):
    """Other networks, bad cursors, missing and foreign accounts are refused."""
    assert fetch(api, own, network="linkedin").refusal == (400, 3021)
    assert fetch(api, own, cursor="x").refusal == (400, 3020)
    assert api.get("/v1/interactions/twitter", socialNetworkId=own).refusal == (400, 4000)
    assert fetch(api, "123").refusal == (403, 4009)
    assert fetch(api, own, network="facebook").refusal == (403, 4009)


def test_bare_error_body(recorded):
    """The document of 2024 declares a bare error for 400 here."""
    answer = fetch(recorded, "1", cursor="x")
    assert (answer.status, answer.body["code"]) == (400, 3020)


def test_withdrawn(start):
    """An option takes the operation away, as the documents of 2026 do."""
    api = start(interactions="withdrawn")
    assert fetch(api, "1").refusal == (404, 4001)
