"""Rule 12: a failure of the run is not a failure of the row.

The sign-in server fails in six ways when the access token expires at some request of a run that
posts, replaces, deletes, approves, uploads and provisions. The judges are the results, STATE and
the sandbox's ledger. `make test` runs a sample, `make soak` the whole table.
"""
# ruff: noqa: PLR0917 - fixtures are arguments

import errno
from collections import Counter

import pytest
from PIL import Image

from hootsuite_api.retry import Retry
from hootsuite_api.slots import FileSlots

SIGN_IN = {
    "503": {"kind": "status", "status": 503},
    "500 page": {"kind": "status", "status": 500, "body": "<html>Down for maintenance</html>"},
    "reset": {"kind": "reset"},
    "silence": {"kind": "timeout"},
    "proxy page": {"kind": "garbage", "status": 200},
    "400 unknown": {"kind": "status", "status": 400, "body": '{"reason": "who knows"}'},
}
METHODS = ("member_app", "organization_app", "refresh_token", "access_token")
SCIM = {
    "user_name": "newcomer@larkspur.example",
    "name": {"givenName": "New", "familyName": "Comer"},
    "display_name": "New Comer",
    "emails": [{"value": "newcomer@larkspur.example", "primary": True}],
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch, no_retry_waits):
    """Two tries for each request, without waits between them."""
    monkeypatch.setitem(Retry.__init__.__kwdefaults__, "tries", 2)


@pytest.fixture
def scene(run_target, make_rows, lines, profiles, sandbox, tmp_path):
    """A function that makes a world with posts of ours, and the input that changes it."""
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")

    def make(method="member_app"):
        for path in (*tmp_path.glob("journal.db*"), *(tmp_path / "tokens").glob("*")):
            path.unlink()
        sandbox.reset(messages=12, members=3, profiles=6)
        sandbox.settings(media_seconds=0)
        organization = sandbox.ready["organization_id"]
        before = make_rows(3)
        secrets = {name: sandbox.ready[name] for name in ("access_token", "refresh_token")}
        config = secrets | {"auth_method": method, "max_concurrency": 1}
        app = method if method == "organization_app" else "member_app"
        assert run_target(before, auth_method=app).code == 0
        pending = sandbox.mutate(
            "add_message",
            profile_id=profiles[0],
            state="PENDING_APPROVAL",
            text="Review me",
            created_by=None,
            reviewers=[["ADMIN_AND_EDITOR", "ADMIN_AND_EDITOR"]],
            sequence_number=1,
        )
        changed = [row | {"text": f"New {row['text']}"} for row in before[:2]]
        fresh = make_rows(5, social_profile_ids=profiles[:1])[3:]  # an organization's own
        fresh[0]["media"] = [{"path": "a.png"}]
        fresh[1]["media"] = [{"external_id": "pic"}]
        person = {"full_name": "New Person", "email": "p@larkspur.example"}
        streams = {
            "media": [{"external_id": "pic", "path": "a.png"}],
            "messages": [*changed, *fresh],
            "message_deletions": [{"external_id": "k2"}],
            "message_approvals": [
                {"message_id": pending, "sequence_number": 1, "reviewer_type": "MEMBER"}
            ],
            "members": [person | {"organization_ids": [organization]}],
            "scim_users": [SCIM],
        }
        if method == "organization_app":
            del streams["message_approvals"]
        messages, number = [], 0
        for stream, rows in streams.items():
            for line in lines(rows, stream):
                number += line["type"] == "RECORD"
                counts = line["type"] == "STATE"
                messages.append({"type": "STATE", "value": {"rows": number}} if counts else line)
        return messages, config, app

    return make


def judge(run, messages, sandbox):
    """No row of such a run is rejected, and STATE stays behind the first that was deferred."""
    assert "rejected" not in run.statuses, run.results
    records = [one for one in messages if one["type"] == "RECORD"]
    deferred = {(one["stream"], one["key"]) for one in run.results if one["status"] == "deferred"}
    names = ("external_id", "message_id", "email", "user_name")
    keys = [
        (one["stream"], str(next(one["record"][name] for name in names if name in one["record"])))
        for one in records
    ]
    keys = [(s, f"{k} | 1" if s == "message_approvals" else k) for s, k in keys]
    first = next((n for n, key in enumerate(keys) if _is_in(key, deferred)), len(keys))
    passed = run.states[-1]["rows"] if run.states else 0
    assert passed <= first, (passed, first, run.results)
    assert run.code == (1 if deferred else 0)
    posted = Counter(one["text"] for one in sandbox.ledger() if one["kind"] == "message_created")
    assert max(posted.values(), default=0) <= 1, "posted twice"


def _is_in(key, deferred):
    stream, name = key
    start = name.split(" ")[0]
    return any(stream == one and str(found).startswith(start) for one, found in deferred)


def settle(run_target, messages, sandbox, method):
    """The next run finishes everything, whatever the last one left."""
    sandbox.clear_faults()
    run = run_target(messages=messages, auth_method=method)
    bad = [one for one in run.results if one["status"] not in ("done", "unchanged")]
    assert not bad, [(one["stream"], one["key"], one["error_message"]) for one in bad]
    assert run.code == 0
    texts = sorted(one["text"] for one in sandbox.truth("messages") if "Post " in one["text"])
    assert texts == ["New Post 0", "New Post 1", "Post 3", "Post 4"]
    created = Counter(one["kind"] for one in sandbox.ledger())
    assert created["member_created"] <= 2, "one of `members`, one of SCIM"
    assert created["message_approved"] <= 1


def fail_at(nth, fault, method, scene, run_target, sandbox):
    """Let the token expire at a request while the sign-in server fails; judge, and run again."""
    messages, config, app = scene(method)
    first = 2 if method == "refresh_token" else 1  # the apps' token is in the store already
    sandbox.faults(
        [
            {"operation": "*", "kind": "expire_token", "nth": nth},
            {"operation": "create_token", "nth": first, "times": 0, **SIGN_IN[fault]},
        ]
    )
    run = run_target(messages=messages, request_timeout_seconds=1, **config)
    judge(run, messages, sandbox)
    settle(run_target, messages, sandbox, app)
    return run


SAMPLE = [
    ("503", "member_app", 9),
    ("500 page", "member_app", 21),
    ("reset", "organization_app", 14),
    ("proxy page", "member_app", 25),
    ("400 unknown", "refresh_token", 17),
    ("503", "access_token", 23),
    ("silence", "member_app", 19),
]


@pytest.mark.parametrize(("fault", "method", "nth"), SAMPLE)
def test_the_sign_in_server_fails(fault, method, nth, scene, run_target, sandbox):
    """Rule 12: what was not sent is deferred, never rejected; the next run does all of it."""
    run = fail_at(nth, fault, method, scene, run_target, sandbox)
    assert run.statuses["deferred"]


#: Of four neighbouring requests one fault meets one with each method, so that both every fault and
#: every method meets every request of the run; all three with each other take four times as long.
APART = len(METHODS)


@pytest.mark.soak
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", SIGN_IN)
def test_the_sign_in_server_fails_at_every_request(fault, method, scene, run_target, sandbox):
    """Rule 12 in full: each fault at every request of the run, and each method at every request."""
    messages, config, _ = scene(method)
    before = sandbox.stats()["total"]
    assert run_target(messages=messages, **config).code == 0
    first = 1 + (list(SIGN_IN).index(fault) + METHODS.index(method)) % APART
    for nth in range(first, sandbox.stats()["total"] - before + 1, APART):
        fail_at(nth, fault, method, scene, run_target, sandbox)


REFUSALS = {
    "403 without a code": {"kind": "status", "status": 403},
    "403 of another kind": {"kind": "status", "status": 403, "code": 1014},
    "401 page": {"kind": "status", "status": 401},
    "404 page": {"kind": "status", "status": 404},
    "429": {"kind": "status", "status": 429},
    "503": {"kind": "status", "status": 503},
    "close": {"kind": "close"},
    "page": {"kind": "garbage", "status": 200},
}
READS = (
    "list_social_profiles",
    "list_messages",
    "get_message",
    "get_media",
    "get_me",
    "list_organization_members",
    "get_member",
    "list_scim_users",
)


def refuse(operation, fault, scene, run_target, sandbox):
    """Let every request of one reading operation fail; judge, and run again."""
    messages, config, app = scene()
    sandbox.faults(operation=operation, times=0, **REFUSALS[fault])
    run = run_target(messages=messages, **config)
    judge(run, messages, sandbox)
    settle(run_target, messages, sandbox, app)


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("list_social_profiles", "403 without a code"),
        ("get_message", "404 page"),
        ("get_media", "403 of another kind"),
        ("list_organization_members", "401 page"),
        ("list_scim_users", "close"),
    ],
)
def test_a_look_up_fails(operation, fault, scene, run_target, sandbox):
    """Rule 12: a look-up that fails says nothing about the rows that wanted it."""
    refuse(operation, fault, scene, run_target, sandbox)


@pytest.mark.soak
@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("fault", REFUSALS)
def test_every_look_up_fails(operation, fault, scene, run_target, sandbox):
    """Rule 12 in full: each look-up in each way."""
    refuse(operation, fault, scene, run_target, sandbox)


@pytest.mark.parametrize("fault", ["404 page", "403 without a code", "close"])
def test_the_history_fails(fault, scene, run_target, sandbox):
    """Rule 12 and 21: a decision whose history can't be read is not rejected."""
    messages, config, app = scene()
    approval = next(one for one in messages if one.get("record", {}).get("reviewer_type"))
    message_id = approval["record"]["message_id"]
    sandbox.mutate("approve_message", message_id=message_id, member_id=sandbox.ready["member_id"])
    sandbox.faults(operation="get_message_history", times=0, **REFUSALS[fault])
    run = run_target(messages=messages, **config)
    judge(run, messages, sandbox)
    assert run.statuses["deferred"]
    settle(run_target, messages, sandbox, app)


FULL = OSError(errno.ENOSPC, "No space left on device")


def fail_after(count, inner):
    """A function that works so many times and then finds the disk full."""
    left = [count]

    def outer(*args):
        left[0] -= 1
        if left[0] < 0:
            raise FULL
        return inner(*args)

    return outer


@pytest.mark.parametrize("count", [1, 40, 61])
def test_the_budget_file_cannot_be_written(count, scene, run_target, sandbox, monkeypatch):
    """Rule 12: a budget file that is full in mid-run defers; nothing was sent."""
    messages, config, app = scene()
    with monkeypatch.context() as patch:
        patch.setattr(FileSlots, "_write", fail_after(count, FileSlots._write))
        run = run_target(messages=messages, **config)
    judge(run, messages, sandbox)
    assert run.statuses["deferred"]
    settle(run_target, messages, sandbox, app)


@pytest.mark.parametrize("nth", [8, 20])
def test_the_token_store_cannot_be_written(nth, scene, run_target, sandbox, tmp_path):
    """Rule 12: a new token that can't be stored defers what it was for."""
    messages, config, app = scene()
    sandbox.faults(operation="*", kind="expire_token", nth=nth)
    (store,) = (tmp_path / "tokens").glob("*.json")
    in_the_way = store.with_name(f"{store.name}.tmp")  # where the store writes before it renames
    in_the_way.mkdir()
    run = run_target(messages=messages, **config)
    in_the_way.rmdir()
    judge(run, messages, sandbox)
    assert run.statuses["deferred"]
    settle(run_target, messages, sandbox, app)
