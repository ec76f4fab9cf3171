"""Killed at a boundary of the actions beside messages, run again: each write once, none lost."""
# ruff: noqa: PLR0917 - fixtures are arguments

import json
import random
from collections import Counter
from pathlib import Path

import pytest

KINDS = ("before request", "after request", "before commit", "after commit")
STREAMS = ("scim_groups", "comment_approvals", "comment_rejections", "team_member_removals")


@pytest.fixture
def scene(lab, target_config, lines, sandbox, profiles, tmp_path):
    """Functions that make the world anew, run rows of each stream, and count their statuses."""
    path, results = tmp_path / "input.jsonl", Path(target_config["results_path"])

    def fresh():
        sandbox.reset()
        for one in (*tmp_path.glob("journal.db*"), Path(target_config["token_store"])):
            one.unlink(missing_ok=True)  # a new world issues its tokens anew, with equal values
        ids = [one["id"] for one in sandbox.truth("members") if one["isActive"]]
        for name in ("Old", "Older"):
            team = sandbox.mutate("add_team", name=name)
            for member in ids[:3]:
                sandbox.mutate("add_team_member", team_id=team, member_id=member)
        comments = [
            sandbox.mutate(
                "add_comment",
                profile_id=profiles[0],
                parent_id="1_2",
                creator_id=ids[3],
                reviewers=[["ADMIN_AND_EDITOR", "ADMIN_AND_EDITOR"]],
            )
            for _ in range(3)
        ]
        step = {"sequence_number": 1, "reviewer_type": "MEMBER"}
        seat = {"organization_id": sandbox.ready["organization_id"], "team_name": "Older"}
        rows = {
            "scim_groups": [
                {"display_name": "Old", "members": ids[1:5]},
                {"display_name": "New", "members": ids[:2]},
            ],
            "comment_approvals": [{"comment_id": one} | step for one in comments[:2]],
            "comment_rejections": [{"comment_id": comments[2], "reason": "No."} | step],
            "team_member_removals": [seat | {"member_id": one} for one in ids[:2]],
        }
        messages = [line for stream in STREAMS for line in lines(rows[stream], stream)]
        path.write_text("".join(json.dumps(line) + "\n" for line in messages))

    def run(kill=None, **changes):
        return lab(
            config=target_config | changes,
            kill=kill,
            input=str(path),
            output=str(tmp_path / "output"),
        )

    def statuses():
        found = [json.loads(line) for line in results.read_text().splitlines()]
        return Counter(one["status"] for one in found)

    return fresh, run, statuses


def check(sandbox, run, statuses):
    """Under hold nothing is repeated and all rows are accounted for; under resend all are done."""
    run(on_unknown="hold")
    held = statuses()
    assert sum(held.values()) == 7
    assert set(held) <= {"done", "unchanged", "unknown"}
    assert len(sandbox.ledger()) + held["unknown"] == 7
    run(on_unknown="resend")
    assert set(statuses()) <= {"done", "unchanged"}
    kinds = Counter(entry["operation"] for entry in sandbox.ledger())
    assert kinds == {
        "create_scim_group": 1,
        "patch_scim_group": 3,
        "approve_comment": 2,
        "reject_comment": 1,
    }


def kill_at(scene, sandbox, chosen):
    fresh, run, statuses = scene
    for point, nth in chosen:
        fresh()
        assert run({"point": point, "nth": nth})["code"] == -9, (point, nth)
        check(sandbox, run, statuses)


def points(scene):
    """Every point of an undisturbed run."""
    fresh, run, _ = scene
    fresh()
    found = run()
    assert found["code"] == 0
    return [(kind, nth) for kind in KINDS for nth in range(1, found["points"][kind] + 1)]


def test_killed_at_a_boundary(scene, sandbox):
    """Rule 7 and 21: SIGKILL around requests and commits, then again: each write once."""
    chance = random.Random(12)  # noqa: S311 - the same sample each time
    every = points(scene)
    chosen = [chance.choice([one for one in every if one[0] == kind]) for kind in KINDS]
    kill_at(scene, sandbox, chosen)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_at_every_boundary(scene, sandbox):
    """The same in full."""
    kill_at(scene, sandbox, points(scene))
