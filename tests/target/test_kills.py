"""Killed at any point, run again: nothing is posted twice, every row is accounted for.

Each figure runs as a sample by default and in full under `soak`; the judge is the sandbox's ledger.
"""
# ruff: noqa: PLR0917 - fixtures are arguments

import io
import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

KINDS = ("before request", "after request", "before commit", "after commit")
EACH_KIND_ONCE = tuple(zip(KINDS, (2, 4, 4, 2), strict=True))
LATE_ONCE = tuple(zip(KINDS, (5, 6, 6, 5), strict=True))
EVERY_PLACE = [(kind, nth) for kind in KINDS for nth in range(1, 20)]


class Scene:
    """Rows, an input file and a journal, as often as one likes."""

    def __init__(self, lab, config, folder, rows, lines):
        self.lab, self.config, self.folder, self.rows = lab, config, folder, rows
        self.input = folder / "input.jsonl"
        self.input.write_text("".join(json.dumps(line) + "\n" for line in lines(rows)))

    def run(self, kill=None, **changes):
        """Run the target; gives exit code and points."""
        request = {
            "config": self.config | changes,
            "kill": kill,
            "input": str(self.input),
            "output": str(self.folder / "output"),
        }
        return self.lab(**request)

    def results(self):
        """Results of the last run."""
        text = Path(self.config["results_path"]).read_text()
        return [json.loads(line) for line in text.splitlines()]

    def forget(self):
        """Start over with an empty journal."""
        for path in self.folder.glob("journal.db*"):
            path.unlink()


SMALL = pytest.mark.parametrize("scene", [8], indirect=True)
LARGE = pytest.mark.parametrize("scene", [20], indirect=True)


@pytest.fixture
def scene(request, lab, target_config, make_rows, lines, sandbox, tmp_path):
    """Some rows with media, ready to be posted."""
    for number in range(4):
        data = io.BytesIO()
        Image.new("RGB", (8, 8), (number, 0, 0)).save(data, "PNG")
        (tmp_path / f"{number}.png").write_bytes(data.getvalue())
    rows = make_rows(request.param)
    for number, row in enumerate(rows):
        row["media"] = [{"path": f"{number % 4}.png"}]
    made = Scene(lab, target_config | {"max_concurrency": 4}, tmp_path, rows, lines)
    made.clean = lambda: (sandbox.reset(), sandbox.settings(media_seconds=0), made.forget())
    made.clean()
    return made


def check(scene, posts, policy):
    """Run until all is settled; judge by the ledger and by the results."""
    scene.run(on_unknown=policy)
    results = scene.results()
    count = len(scene.rows)
    assert len(results) == count
    assert {one["status"] for one in results} <= {"done", "unchanged", "unknown"}
    assert max(posts().values(), default=0) <= 1, "posted twice"
    if policy == "resend":
        scene.run(on_unknown=policy)
        assert {one["status"] for one in scene.results()} <= {"done", "unchanged"}
        assert sorted(posts().values()) == [1] * count
    else:
        unknown = sum(one["status"] == "unknown" for one in results)
        assert len(posts()) + unknown == count
        assert unknown <= 4, "no more than were in flight"


def points(scene):
    """Every point of an undisturbed run."""
    found = scene.run()
    assert found["code"] == 0
    return [(kind, nth) for kind in KINDS for nth in range(1, found["points"][kind] + 1)]


@SMALL
@pytest.mark.parametrize("policy", ["hold", "resend"])
def test_killed_at_a_boundary(policy, scene, posts):
    """Rule 7 and 8: SIGKILL around requests and commits, then again: no double, none lost."""
    every = points(scene)
    chance = random.Random(policy)  # noqa: S311 - the same sample each time
    for kind in KINDS:
        of_kind = [one for one in every if one[0] == kind]
        point, nth = chance.choice(of_kind)
        scene.clean()
        assert scene.run({"point": point, "nth": nth})["code"] == -9
        check(scene, posts, policy)


@LARGE
@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("policy", ["hold", "resend"])
def test_killed_at_every_boundary(policy, scene, posts):
    """Rule 7 and 8 in full: every request boundary and every journal commit."""
    for point, nth in points(scene):
        scene.clean()
        assert scene.run({"point": point, "nth": nth})["code"] == -9
        check(scene, posts, policy)


def kill_at_random(scene, posts, times, seed, latest=1.2):
    """Kill at random times, then judge."""
    chance = random.Random(seed)  # noqa: S311 - reproducible times
    for number in range(times):
        scene.clean()
        scene.run({"after_seconds": chance.uniform(0.05, latest)})
        scene.run({"after_seconds": chance.uniform(0.05, latest)})
        check(scene, posts, ("hold", "resend")[number % 2])


@SMALL
def test_killed_at_any_time(scene, posts, sandbox):
    """The same at random times, twice in a row."""
    kill_at_random(scene, posts, 4, 11, latest=0.6)


@LARGE
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_300_times(scene, posts):
    """The same for 300 random times."""
    kill_at_random(scene, posts, 150, 12)


@pytest.mark.parametrize(
    "places",
    [
        EACH_KIND_ONCE,
        pytest.param(EVERY_PLACE, marks=(pytest.mark.soak, pytest.mark.timeout(1800))),
    ],
)
def test_killed_between_delete_and_create(
    places, lab, target_config, make_rows, lines, sandbox, tmp_path
):
    """Rule 16: a replacement that dies at any of its commits is finished by the next runs."""
    made = Scene(lab, target_config, tmp_path, make_rows(2), lines)
    new = [row | {"text": f"New {row['text']}"} for row in make_rows(2)]
    (tmp_path / "new").mkdir()
    second = Scene(lab, target_config, tmp_path / "new", new, lines)
    for kind, nth in places:
        made.forget()
        sandbox.reset()
        assert made.run()["code"] == 0
        second.run({"point": kind, "nth": nth})
        for _ in range(2):
            second.run(on_unknown="resend")
        statuses = {one["status"] for one in second.results()}
        assert statuses <= {"unchanged", "done"}, (kind, nth, second.results())
        texts = sorted(
            one["text"]
            for one in sandbox.truth("messages")
            if " Post" in one["text"] or one["text"].startswith("Post ")
        )
        assert texts == ["New Post 0", "New Post 1"], (kind, nth)


@pytest.mark.parametrize(
    "places",
    [LATE_ONCE, pytest.param(EVERY_PLACE, marks=(pytest.mark.soak, pytest.mark.timeout(1800)))],
)
def test_killed_in_a_replacement_that_is_taken_back(
    places, lab, target_config, make_rows, lines, sandbox, tmp_path, pass_time
):
    """Rule 16: what a dead replacement deleted stands again when the row goes back to it."""
    made = Scene(lab, target_config, tmp_path, make_rows(1), lines)
    new = [row | {"text": f"New {row['text']}"} for row in make_rows(1)]
    (tmp_path / "new").mkdir()
    second = Scene(lab, target_config, tmp_path / "new", new, lines)
    for kind, nth in places:
        made.forget()
        sandbox.reset(messages=0)
        assert made.run()["code"] == 0
        second.run({"point": kind, "nth": nth})
        for _ in range(3):
            pass_time(1000)
            made.run(on_unknown="resend")
        assert {one["status"] for one in made.results()} == {"unchanged"}, (kind, nth)
        assert [one["text"] for one in sandbox.truth("messages")] == ["Post 0"], (kind, nth)


def test_killed_before_the_create_under_hold(
    lab, target_config, make_rows, lines, sandbox, tmp_path
):
    """Rule 18: deleted and not yet created is no unknown fate: the next run creates."""
    made = Scene(lab, target_config, tmp_path, make_rows(1), lines)
    (tmp_path / "new").mkdir()
    new = [row | {"text": "New Post 0"} for row in make_rows(1)]
    second = Scene(lab, target_config, tmp_path / "new", new, lines)
    assert made.run()["code"] == 0
    last = second.run()["points"]["before request"]
    made.forget()
    sandbox.reset(messages=0)
    assert made.run()["code"] == 0
    assert second.run({"point": "before request", "nth": last})["code"] == -9
    assert sandbox.ledger()[-1]["kind"] == "message_deleted"
    assert second.run(on_unknown="hold")["code"] == 0
    assert [(one["status"], one["action"]) for one in second.results()] == [("done", "create")]
    assert [one["text"] for one in sandbox.truth("messages")] == ["New Post 0"]


def test_a_paused_sender_that_was_taken_over(
    target_config, make_rows, lines, sandbox, tmp_path, posts
):
    """Rule 8: paused before its byte left and taken over, a sender does not send any more."""
    config = target_config | {"lease_seconds": 1, "max_concurrency": 1}
    text = "".join(json.dumps(line) + "\n" for line in lines(make_rows(1)))
    stopper = (
        "import dataclasses, os, signal, sys, json, threading\n"
        "from hootsuite_api import HootsuiteClient\n"
        "from target_hootsuite.target import HootsuiteTarget\n"
        "inner = HootsuiteClient.send\n"
        "def send(client, call):\n"
        "    def guard():\n"
        "        print('paused', flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGSTOP)\n"
        "        threading.Event().wait(0.5)\n"  # the process may stop a little later
        "        call.guard()\n"
        "    pauses = call.operation == 'create_message'\n"
        "    return inner(client, dataclasses.replace(call, guard=guard) if pauses else call)\n"
        "HootsuiteClient.send = send\n"
        "sys.exit(HootsuiteTarget(config=json.loads(sys.argv[1])).run())\n"
    )
    first = subprocess.Popen(
        [sys.executable, "-c", stopper, json.dumps(config | {"results_path": None})],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    first.stdin.write(text)
    first.stdin.close()
    first.stdin = None
    assert first.stdout.readline().strip() == "paused"
    config |= {"on_unknown": "resend"}
    path = tmp_path / "config.json"
    path.write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-m", "target_hootsuite.target", "--config", str(path)],
        input=text,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    first.send_signal(signal.SIGCONT)
    first.communicate(timeout=60)
    assert list(posts().values()) == [1]
