"""Both warehouses through Meltano: loaded and built by dbt. `make demo` loads them again."""

import re
import shutil
from collections import Counter

import duckdb
import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from demo.pipeline import loader_settings, tap_settings
from demo.warehouse import flatten
from hootsuite_cli.main import main
from hootsuite_sandbox.testing import SMALL_WORLD, SandboxProcess

pytestmark = [
    pytest.mark.xdist_group("meltano"),  # one .meltano folder, so one test at a time
    pytest.mark.timeout(1200),  # two loads and three builds
]
SCHEMA = "hootsuite"
START = "2025-01-01T00:00:00Z"  # before the sandbox's first message
STATUSES = {
    "SENT": "sent",
    "SEND_FAILED_PERMANENTLY": "failed",
    "SCHEDULED": "scheduled",
    "SUBMITTED": "scheduled",
    "PENDING_APPROVAL": "pending_approval",
}
TRUTHS = ("messages", "message_history", "post_metrics")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("warehouses")


@pytest.fixture(scope="module")
def world():
    """The sandbox that both warehouses are loaded from."""
    with SandboxProcess(**SMALL_WORLD) as process:
        process.advance(9 * 3600)  # in the evening, analytics lacks the posts of the afternoon
        yield process


@pytest.fixture(scope="module")
def run(meltano, world, work, postgres_url):
    """Run Meltano with the settings of the tap, of both loaders and of dbt."""
    return meltano.given(
        **tap_settings(world.ready, work, start_date=START, requests_per_second="1000"),
        **loader_settings(postgres_url, SCHEMA),
        TARGET_DUCKDB_PATH=str(work / "warehouse.duckdb"),
        HOOTSUITE_AS_OF=world.now().removesuffix("Z").replace("T", " "),
        DBT_TARGET_PATH=str(work / "target"),
        DBT_LOG_PATH=str(work / "logs"),
    )


def marts_of_duckdb(path):
    """Rows of every mart of a DuckDB file, sorted."""
    with duckdb.connect(str(path), read_only=True) as link:
        return _marts(lambda query: link.execute(query).fetchall())


def marts_of_postgres(url, zone):
    """Rows of every mart of a PostgreSQL, sorted, read in a session of any zone."""
    plain = make_url(url).set(drivername="postgresql")
    with psycopg.connect(plain.render_as_string(hide_password=False)) as link:
        link.execute(f"set timezone to '{zone}'")
        return _marts(lambda query: link.execute(query).fetchall())


def _marts(ask):
    names = ask(
        "select table_name from information_schema.tables where table_schema = 'hootsuite_marts'"
    )
    return {name: _rows(ask, name) for (name,) in sorted(names)}


def _rows(ask, mart):
    columns = ask(
        "select column_name from information_schema.columns "  # noqa: S608 - names of ours
        "where table_schema = 'hootsuite_marts' "
        f"and table_name = '{mart}' order by ordinal_position"
    )
    names = ", ".join(f'"{name}"' for (name,) in columns)
    rows = ask(f"select {names} from hootsuite_marts.{mart}")  # noqa: S608 - names of ours
    return sorted(map(tuple, rows), key=repr)


@pytest.fixture(scope="module")
def built(run, world, work, postgres_url):
    """Both warehouses as the README loads and builds them, their marts, and the truth by then."""
    state = ("--state-id-suffix", "warehouses")
    postgres = ("tap-hootsuite", "target-postgres", "dbt-postgres:build")
    duck = ("tap-hootsuite", "target-duckdb", "dbt-duckdb:build")
    run.given(TAP_HOOTSUITE_SCOPE="analytics:read")("run", *state, *postgres, *duck)
    path = shutil.copy(work / "warehouse.duckdb", work / "built.duckdb")
    return {
        "postgres": marts_of_postgres(postgres_url, "Asia/Tokyo"),
        "duckdb": marts_of_duckdb(path),
        "path": path,
        "truth": {name: world.truth(name) for name in TRUTHS},
    }


def test_both_warehouses_give_the_same_marts(built):
    """Every mart is equal row by row, whatever the zone of the PostgreSQL session."""
    assert set(built["postgres"]) == set(built["duckdb"])
    assert len(built["postgres"]) >= 13
    for name, rows in built["postgres"].items():
        assert rows == built["duckdb"][name], name
        assert rows, name


def test_the_statuses_of_posts_are_the_platforms(built):
    """Each message is in fct_post once, with the status that the platform's truth says."""
    history = map(flatten, built["truth"]["message_history"])
    expired = {one["message_id"] for one in history if one["action_type"] == "EXPIRE"}
    messages = built["truth"]["messages"]
    truth = {
        one["id"]: STATUSES.get(one["state"], "expired" if one["id"] in expired else "rejected")
        for one in messages
    }
    statuses = {row[0]: row[2] for row in built["duckdb"]["fct_post"]}
    assert statuses == truth
    assert len(Counter(truth.values())) >= 5


def test_every_published_post_is_counted_once(built):
    """Posts of analytics find the messages that they were; the others are native."""
    with duckdb.connect(str(built["path"]), read_only=True) as link:
        rows = link.execute(
            "select match_status, message_id, split_part(network_post_id, ':', 3)"
            " from hootsuite_marts.fct_post_performance"
        ).fetchall()
    shown = {
        one["externalId"]: one["source"]["name"]
        for one in built["truth"]["post_metrics"]
        if one["datatype"] == "ORGANIC" and one["createdAt"] >= START
    }
    assert {post for status, _, post in rows if status == "native"} == {
        post for post, source in shown.items() if source == "native"
    }
    matched = {post for status, _, post in rows if status in ("post_id", "permalink")}
    assert matched == {post for post, source in shown.items() if source != "native"}
    sent = {one["id"] for one in built["truth"]["messages"] if one["state"] == "SENT"}
    assert sorted(sent) == sorted(message for _, message, _ in rows if message)
    assert {"post_id", "permalink", "unmatched", "native", "not_measured"} == {
        one[0] for one in rows
    }


def test_the_report_is_the_same_from_both(built, world, work, postgres_url):
    """`hootsuite report` reads either warehouse, and makes a page of the same posts."""
    places = {
        "postgres": {
            "TARGET_POSTGRES_SQLALCHEMY_URL": postgres_url,
            "TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA": SCHEMA,
        },
        "duckdb": {"TARGET_DUCKDB_PATH": str(built["path"])},
    }
    pages = {}
    for name, variables in places.items():
        page = work / f"{name}.html"
        words = ["report", "--as-of", world.now(), "--output", str(page)]
        result = CliRunner().invoke(main, words, env=variables)
        assert result.exit_code == 0, result.output
        pages[name] = page.read_text(encoding="utf-8")
    # Rows come in the order of each warehouse, so texts and figures are packed in another one.
    words = {name: sorted(re.findall(r'"#[^"]+"', page)) for name, page in pages.items()}
    assert words["postgres"] == words["duckdb"] != []
    sizes = sorted(map(len, pages.values()))
    assert sizes[1] < 1.05 * sizes[0]


def test_what_is_gone_stays_and_what_was_never_loaded_is_empty(built, run, work):
    """A disconnected profile keeps its name; streams of analytics may be missing."""
    name = (
        "select name, is_visible, disconnected_at is not null"
        " from hootsuite_marts.dim_social_profile"
    )
    # The file that dbt has built before: under another name it would parse the project anew.
    path = shutil.copy(built["path"], work / "warehouse.duckdb")
    with duckdb.connect(str(path)) as link:
        link.execute("drop table hootsuite.post_metrics; drop table hootsuite.profile_metrics")
        (gone,) = link.execute("select min(social_profile_id) from hootsuite.messages").fetchone()
        where = f" where social_profile_id = '{gone}'"
        before = link.execute(name + where).fetchone()
        link.execute(f"delete from hootsuite.social_profiles where id = '{gone}'")  # noqa: S608
    chosen = ("--select", "+dim_social_profile", "+fct_post_performance")
    run("invoke", "dbt-duckdb", "build", *chosen, "--exclude-resource-type", "test", "unit_test")
    with duckdb.connect(str(path), read_only=True) as link:
        assert before[1:] == (True, False)
        assert link.execute(name + where).fetchone() == (before[0], False, True)
        statuses = "select distinct match_status from hootsuite_marts.fct_post_performance"
        assert link.execute(statuses).fetchall() == [("not_measured",)]
