"""`hootsuite check` against the sandbox: what it says, what it costs, what it leaves alone."""

import contextlib
import io
import json
import sqlite3
import subprocess
import sys

import pytest

from hootsuite_api.errors import RateLimited
from hootsuite_api.gateway import exhausted
from hootsuite_api.settings import state_folder
from hootsuite_cli.check import rights
from tap_hootsuite.analytics import AnalyticsStream
from tap_hootsuite.tap import TapHootsuite, stream_classes
from target_hootsuite import actions
from target_hootsuite.journal.entries import Intent
from target_hootsuite.journal.store import Journal
from target_hootsuite.results import Result
from target_hootsuite.rows.identity import Identity


@pytest.fixture
def member(environment, sandbox):
    """The main member by a member app."""
    environment.setenv("HOOTSUITE_MEMBER_ID", sandbox.ready["member_id"])
    return environment


def checked(run, *arguments, code=0):
    result = run("check", "--json", *arguments)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def by_name(rights):
    return {one["name"]: one["allowed"] for one in rights}


def test_nothing_is_written(member, run, sandbox):
    """Only GETs and the token; nothing in the ledger, and no journal is made."""
    found = checked(run)
    asked = {(one["method"], one["operation"]) for one in sandbox.requests()}
    assert {one for one in asked if one[0] != "GET"} == {("POST", "create_token")}
    assert sandbox.ledger() == []
    assert found["requests"] == len(sandbox.requests())
    assert found["requests"] < 40
    assert not (state_folder() / "journal.db").exists()


def test_each_operation_is_asked_once_per_path(member, run, sandbox):
    """The cheapest way: no request is repeated."""
    checked(run)
    asked = [(one["operation"], one["path"]) for one in sandbox.requests()]
    assert len(set(asked)) == len(asked)


def spoil_secret(environment):
    environment.setenv("HOOTSUITE_CLIENT_SECRET", "wrong-secret-1")


@pytest.mark.parametrize("who", ["MEMBER", "ORGANIZATION"])
def test_a_wrong_secret_is_found_although_a_token_is_stored(who, environment, run, sandbox):
    """The next run that needs a new token would fail."""
    environment.setenv(f"HOOTSUITE_{who}_ID", sandbox.ready[f"{who.lower()}_id"])
    assert checked(run)["not_tested"] == []
    spoil_secret(environment)
    result = run("check")
    assert (result.exit_code, "client_secret" in result.stderr) == (1, True)
    assert "wrong-secret-1" not in result.output


def test_what_would_be_used_up_is_not_tested(signed_in, run, sandbox):
    """After a sign-in the refresh token is good for one use: it is left alone, and that is said."""
    before = len(sandbox.requests("create_token"))
    found = checked(run)
    assert len(sandbox.requests("create_token")) == before
    assert "refresh token" in found["not_tested"][0]
    said = run("check").stdout
    assert "Not tested: client_secret and the refresh token" in said
    assert "All is well, as far as it was tested." in said


def test_a_configured_token_is_tested_as_far_as_it_goes(environment, run, sandbox):
    """It works now; how long is not known."""
    environment.setenv("HOOTSUITE_ACCESS_TOKEN", sandbox.ready["access_token"])
    assert "how long" in checked(run)["not_tested"][0]


@pytest.mark.parametrize("state", ["spent", "unclear", "sent"])
def test_a_chain_that_is_broken_is_found_while_its_token_lasts(state, signed_in, run):
    """The next renewal would need a new sign-in."""
    path = state_folder() / "tokens.json"
    stored = json.loads(path.read_text())
    for entry in stored["entries"].values():
        for chain in entry.get("chains", {}).values():
            chain["state"] = state
    path.write_text(json.dumps(stored))
    assert any("can't be renewed" in one for one in checked(run, code=2)["attention"])


def test_a_sign_in_server_that_fails_is_no_proof(member, run, sandbox):
    """The stored token still works: what could not be tried is listed."""
    checked(run)
    sandbox.faults(operation="create_token", kind="status", status=503, times=20)
    found = checked(run, code=2)
    assert "sign-in server failed" in found["not_tested"][0]
    assert any("failed to answer" in one for one in found["attention"])


def test_places_that_can_not_be_written(member, run, tmp_path):
    """A journal or results in a place that is no folder would stop the next run."""
    (tmp_path / "file").write_text("")
    member.setenv("HOOTSUITE_JOURNAL_URL", f"sqlite:///{tmp_path}/file/journal.db")
    member.setenv("HOOTSUITE_RESULTS_PATH", f"{tmp_path}/file/results.jsonl")
    member.setenv("HOOTSUITE_MEDIA_ROOT", f"{tmp_path}/file")
    said = " ".join(checked(run, code=2)["attention"])
    for word in ("the journal at", "results_path", "media_root"):
        assert word in said


@pytest.mark.parametrize(
    ("variables", "arguments", "says"),
    [
        ({}, (), "no account to speak for"),
        ({"HOOTSUITE_MEMBER_ID": "7", "HOOTSUITE_CLIENT_SECRET": "x"}, (), "client_secret"),
        ({"HOOTSUITE_MEMBER_ID": "x"}, (), "member_id"),
        ({"HOOTSUITE_API_URL": "http://127.0.0.1:9", "HOOTSUITE_MEMBER_ID": "7"}, (), "127.0"),
        ({}, ("--config", "missing.json"), "missing.json"),
        ({}, ("--profile", "a b"), "profile"),
        ({}, ("--nonsense",), "--nonsense"),
    ],
)
def test_json_in_any_case(variables, arguments, says, environment, run):
    """A failure is a document as well, with `error`; nothing else is on stdout."""
    for name, value in variables.items():
        environment.setenv(name, value)
    result = run("check", "--json", *arguments)
    assert result.exit_code == (64 if "--nonsense" in arguments else 1)
    assert says in json.loads(result.stdout)["error"]
    assert result.stderr.strip()


def test_json_of_what_nobody_foresaw(member, run, monkeypatch):
    """Even then there is a document."""
    monkeypatch.setattr(rights, "explore", lambda _: {}["odd"])
    result = run("check", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (1, {"error": "'odd'"})


def test_json_of_a_good_check(member, run):
    """`error` is there, too, and null."""
    assert checked(run)["error"] is None


def test_who_and_where(member, run, sandbox):
    """Caller, organizations, profiles as the platform has them."""
    found = checked(run)
    assert found["caller"]["id"] == sandbox.ready["member_id"]
    assert [one["id"] for one in found["organizations"]] == [sandbox.ready["organization_id"]]
    truth = {one["id"] for one in sandbox.truth("social_profiles")}
    assert {one["id"] for one in found["social_profiles"]} == truth


def test_an_administrator_may_read_every_stream(member, run):
    """Each stream of the tap is in the answer, derived from the tap itself."""
    rights = by_name(checked(run)["streams"])
    assert set(rights) == {one.name for one in stream_classes()}
    analytics = {  # the token lacks their scope
        one.name for one in stream_classes() if issubclass(one, AnalyticsStream)
    }
    refused = {name for name, allowed in rights.items() if allowed != "yes"}
    assert refused - analytics == {"interactions", "comments"}  # nobody can ask for those
    assert {rights[name] for name in analytics} == {"no"}


def test_analytics_without_the_scope_costs_no_request(member, run, sandbox):
    """What is known of the token is enough; profiles without analytics are named."""
    found = checked(run)["analytics"]
    assert (found["scope"], found["why"]) == ("no", "the token lacks the scope analytics:read")
    types = {one["id"]: one["type"] for one in sandbox.truth("social_profiles")}
    left_out = {one["id"]: one["type"] for one in found["unsupported"]}
    assert left_out == {k: v for k, v in types.items() if v.startswith("LINKEDIN")}
    assert sum(found["profiles"].values()) + len(left_out) == len(types)
    assert not sandbox.requests("list_profile_metrics")


@pytest.mark.parametrize(("analytics", "add_on"), [("available", "yes"), ("no_add_on", "no")])
def test_analytics_with_the_scope(member, run, sandbox, analytics, add_on):
    """One question tells whether the account has the add-on."""
    sandbox.reset(analytics=analytics)
    member.setenv("HOOTSUITE_SCOPE", "analytics:read")
    found = checked(run)
    assert (found["analytics"]["scope"], found["analytics"]["add_on"]) == ("yes", add_on)
    assert by_name(found["streams"])["ad_metrics"] == add_on
    assert len(sandbox.requests("list_profile_metrics")) == 1


def test_the_cost_of_a_night(member, run, sandbox, settings, tmp_path):
    """The estimate is near what the tap's second run asks."""
    member.setenv("HOOTSUITE_SCOPE", "analytics:read")
    found = checked(run)["analytics"]["nightly_requests"]
    config = {**settings, "start_date": "2025-11-01", "scope": "analytics:read"}
    state = None
    for _ in range(2):
        before = len(analytics_requests(sandbox))
        state = read_analytics(config, state)
        sandbox.advance(86_400)
    real = len(analytics_requests(sandbox)) - before
    assert real * 0.7 <= found <= real * 1.3


def analytics_requests(sandbox):
    return [one for one in sandbox.requests() if "/analytics/" in one["path"]]


def read_analytics(config, state):
    """Run the streams of analytics in this process; return the state."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    catalog = TapHootsuite(config=config).catalog_dict
    chosen = {one.name for one in stream_classes() if issubclass(one, AnalyticsStream)}
    for entry in catalog["streams"]:
        metadata = next(one for one in entry["metadata"] if not one["breadcrumb"])
        metadata["metadata"]["selected"] = entry["tap_stream_id"] in chosen
    with contextlib.redirect_stdout(output):
        tap = TapHootsuite(config=config, catalog=catalog, state=state)
        tap.sync_all()
        tap.message_writer.flush()
        tap.run.close()
    output.seek(0)
    states = [line for line in map(json.loads, output) if line["type"] == "STATE"]
    return states[-1]["value"]


def test_a_member_without_rights(member, run, sandbox):
    """What is refused is said, with the platform's code."""
    sandbox.reset(role="member")
    found = checked(run)
    rights = by_name(found["streams"])
    assert rights["organization_members"] == rights["teams"] == "no"
    assert (rights["members"], rights["messages"]) == ("partly", "yes")
    (refused,) = [one for one in found["streams"] if one["name"] == "organization_members"]
    assert "4002" in refused["why"]
    assert refused["requests"] == 0
    actions = by_name(found["actions"])
    assert (actions["messages"], actions["members"]) == ("yes", "unknown")


def test_an_organizations_app(environment, run, sandbox):
    """Such a token is nobody, and can still be checked."""
    environment.setenv("HOOTSUITE_ORGANIZATION_ID", sandbox.ready["organization_id"])
    found = checked(run)
    assert found["caller"]["kind"] == "organization"
    assert by_name(found["streams"])["me"] == "no"
    assert by_name(found["streams"])["teams"] == "yes"


def test_every_action_of_the_target_is_listed(member, run):
    """An action says itself which right it takes, so that a new one is listed at once."""
    assert set(by_name(checked(run)["actions"])) == set(actions.ACTIONS)


def test_lists_are_counted(member, run, sandbox):
    """What follows from the lists is exact."""
    costs = {one["name"]: one["requests"] for one in checked(run)["streams"]}
    members, teams = len(sandbox.truth("members")), len(sandbox.truth("teams"))
    assert costs["members"] == costs["member_organizations"] == members
    assert costs["team_members"] == costs["team_social_profiles"] == teams
    assert costs["social_profile_teams"] == len(sandbox.truth("social_profiles"))


def test_the_estimate_is_near_the_truth(settings, run, sandbox, tmp_path):
    """A full run of the tap costs what was said, give or take a quarter."""
    path = tmp_path / "config.json"
    start = {"auth_method": "member_app", "start_date": "2025-01-15"}
    path.write_text(json.dumps(settings | start))
    sandbox.reset(members=30, messages=1500, profiles=10)
    found = checked(run, "--config", path, code=2)  # one profile is to be reconnected
    before = len(sandbox.requests())
    code = "from tap_hootsuite.tap import TapHootsuite; TapHootsuite.cli()"
    command = [sys.executable, "-c", code, "--config", str(path)]
    subprocess.run(command, capture_output=True, check=True)
    real = len(sandbox.requests()) - before
    assert 0.75 * real < found["quota"]["full_run_requests"] < 1.25 * real


def test_quota(member, run, sandbox):
    """Used and total come from the headers; above the pause a person is called."""
    sandbox.use_quota(95_000)
    found = checked(run, code=2)
    assert found["quota"]["used"] >= 95_000
    assert any("of the day's 100000" in one for one in found["attention"])


def test_clock(member, run, sandbox):
    """The machine's clock is compared with the platform's."""
    assert checked(run)["clock_skew_seconds"] > 30
    assert "ahead of the platform's" in run("check").stdout


@pytest.mark.parametrize("operation", ["get_me", "list_messages"])
def test_a_platform_that_fails_is_not_well(operation, member, run, sandbox):
    """What could not be asked is no right and no lack of one: a monitor is told."""
    sandbox.faults(operation=operation, kind="status", status=500, times=50)
    result = run("check")
    assert (result.exit_code, "failed to answer" in result.stdout) == (2, True)
    assert "All is well" not in result.stdout


def test_a_member_that_could_not_be_asked_for_is_a_member(member, run, sandbox):
    """The platform's fault makes no organization of a person."""
    sandbox.faults(operation="get_me", kind="status", status=500, times=50)
    caller = checked(run, code=2)["caller"]
    assert (caller["kind"], caller["id"]) == ("member", sandbox.ready["member_id"])


def test_settings_that_no_plugin_takes(member, run, tmp_path):
    """A misspelt name and a value that can't be are said before a run stumbles over them."""
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"start_dat": "2025-01-01", "horizon_days": "many"}))
    said = checked(run, "--config", config, code=2)["attention"]
    assert any("start_dat (is start_date meant?)" in one for one in said)
    assert any("horizon_days must be a whole number" in one for one in said)
    config.write_text(json.dumps({"start_date": "2025-13-01", "timezone": "Europe/Paris"}))
    (wrong,) = checked(run, "--config", config, code=2)["attention"]
    assert "start_date" in wrong


def test_requests_that_are_all_refused_may_come_too_fast(member, run, sandbox):
    """A 429 that stays is the day's quota or the second's rate: both ways out are named."""
    member.setattr("hootsuite_api.client.HootsuiteClient.send", refused)
    said = run("check").stderr
    assert "run again tomorrow" in said
    assert "requests_per_second" in said


def refused(*_):
    raise exhausted(RateLimited("Too fast"))


def test_a_profile_to_reconnect(member, run, sandbox):
    """It is named, and the exit code tells the monitor."""
    sandbox.reset(profiles=60)
    broken = [one["id"] for one in sandbox.truth("social_profiles") if one["isReauthRequired"]]
    assert broken
    found = checked(run, code=2)
    assert [one["id"] for one in found["social_profiles"] if one["reconnect"]] == broken
    table = run("check").stdout
    assert "to be reconnected" in table
    hidden = len(found["social_profiles"]) - 30
    assert f"and {hidden} more" in table


def journal_with_an_unknown_row():
    url = f"sqlite:///{state_folder() / 'journal.db'}"
    journal = Journal(url, "run1")
    journal.start()
    identity = Identity("here|me", "messages", "post-1", "7")
    entry = journal.begin(Intent(identity, "f" * 64, {}, 1_768_000_000.0))
    result = Result("run1", "messages", "post-1", "create", "unknown", social_profile_id="7")
    journal.settle(entry, "unknown", result)
    journal.close()


def test_an_unknown_row_in_the_journal(member, run):
    """Somebody has to look: exit code 2 and how."""
    journal_with_an_unknown_row()
    found = checked(run, code=2)
    assert found["journal"]["entries"] == {"unknown": 1}
    assert any("hootsuite results --status unknown" in one for one in found["attention"])


def test_a_damaged_journal(member, run):
    """It is a finding, not a crash."""
    state_folder().mkdir(parents=True)
    (state_folder() / "journal.db").write_bytes(b"not a database" * 100)
    found = checked(run, code=2)
    assert "journal" in found["journal"]["problem"]


def test_a_foreign_database_is_no_journal(member, run):
    """A SQLite file of something else is left alone."""
    state_folder().mkdir(parents=True)
    with sqlite3.connect(state_folder() / "journal.db") as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    assert "no journal" in checked(run, code=2)["journal"]["problem"]


def test_an_open_token_store(member, run):
    """Others may read it: said, with the command that helps."""
    checked(run)
    store = state_folder() / "tokens.json"
    store.chmod(0o644)
    found = checked(run, code=2)
    assert f"chmod 600 {store}" in found["tokens"]["problem"]


def test_token_age(member, run):
    """How old, and when it will be renewed."""
    checked(run)
    tokens = checked(run)["tokens"]
    assert 0 <= tokens["age_seconds"] < 60
    assert 3000 < tokens["renewed_in_seconds"] <= 3540


def test_after_a_sign_in(environment, browser, run, sandbox):
    """With nothing but the sign-in: no settings are needed."""
    assert run("login", "--port", "0").exit_code == 0
    for name in ("API_URL", "CLIENT_ID", "CLIENT_SECRET"):
        environment.delenv(f"HOOTSUITE_{name}")
    found = checked(run)
    assert found["caller"]["auth_method"] == "refresh_token"
    assert found["tokens"]["problem"] is None


def test_the_table_for_people(member, run, sandbox):
    """Names, verdicts and a last word."""
    result = run("check")
    assert result.exit_code == 0
    assert sandbox.ready["organization_id"] in result.stdout
    assert "All is well." in result.stdout
    assert "organization_member_permissions" in result.stdout


def test_no_account(run):
    """What to do is said; no stack trace."""
    result = run("check")
    assert result.exit_code == 1
    assert "hootsuite login" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["CLIENT_SECRET", "API_URL", "MEMBER_ID"])
def test_a_wrong_setting(name, member, run, sandbox):
    """Exit code 1 and a sentence, without the secret."""
    wrong = {
        "CLIENT_SECRET": "wrong-secret-value",
        "API_URL": "http://127.0.0.1:9",
        "MEMBER_ID": "1",
    }
    member.setenv(f"HOOTSUITE_{name}", wrong[name])
    result = run("check")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert "wrong-secret-value" not in result.output
    assert sandbox.ready["client_secret"] not in result.output


def test_a_spent_refresh_token(member, run):
    """The way out is named, as in tap and target."""
    member.setenv("HOOTSUITE_AUTH_METHOD", "refresh_token")
    member.setenv("HOOTSUITE_REFRESH_TOKEN", "a-token-that-was-spent")
    result = run("check")
    assert result.exit_code == 1
    assert "Sign in again: hootsuite login" in result.stderr
    assert "a-token-that-was-spent" not in result.output
