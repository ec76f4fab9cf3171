"""The report: figures equal SQL, hostile text stays text, the page asks nothing of the network."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys

import duckdb
import pytest
from click.testing import CliRunner

from hootsuite_cli.main import main

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
HOSTILE = (
    "</script><script>document.title='hacked'</script><img src=x onerror=alert(1)>"
    " \u2028 &amp; שלום 🎉"
)
AS_OF = "2026-01-22 15:00:00"


@pytest.fixture
def report(tmp_path, monkeypatch):
    """Runs `hootsuite report` on a DuckDB file; gives the result and the page's path."""
    for name in ("TARGET_POSTGRES_SQLALCHEMY_URL", "TARGET_DUCKDB_PATH", "HOOTSUITE_AS_OF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    def run(*arguments, **env):
        output = tmp_path / "report.html"
        words = ["report", "--as-of", AS_OF, "--output", str(output), *arguments]
        return CliRunner().invoke(main, words, env=env), output

    return run


@pytest.fixture
def warehouse(tmp_path):
    return tmp_path / "warehouse.duckdb"


def embedded(page):
    """The data that the page carries."""
    text = page.read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def browse(page, width=1280, *, dump=True, query=""):
    """The page's document after its scripts ran, and what the console said."""
    if BROWSER is None:
        pytest.skip("no browser")
    profile_folder = page.parent / "browser"
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
        "--disable-background-networking --disable-component-update --enable-logging=stderr"
    )
    command = [
        BROWSER,
        *flags.split(),
        f"--user-data-dir={profile_folder}",
        f"--window-size={width},1000",
        "--virtual-time-budget=20000",
        "--dump-dom",
        page.as_uri() + query,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, console


def figure(document, name):
    return re.search(rf'id="figure-{name}">([^<]*)<', document)[1]


def test_figures_equal_sql_over_the_marts(report, warehouse, marts):
    """Each number on the page is the number that SQL finds in the marts."""
    marts.world(warehouse)
    result, page = report()
    assert result.exit_code == 0, result.output
    document, console = browse(page)
    assert console == []
    with duckdb.connect(str(warehouse), read_only=True) as link:

        def ask(what, where):
            query = f"select {what} from hootsuite_marts.fct_post where {where}"  # noqa: S608
            return link.execute(query).fetchone()[0]

        period = "local_date between date '2026-01-22' - 89 and date '2026-01-22'"
        sent = ask("count(*)", f"status = 'sent' and {period}")
        assert figure(document, "sent") == str(sent)
        content = ask("count(distinct content_id)", f"status = 'sent' and {period}")
        assert figure(document, "content") == str(content)
        for status in ("failed", "deleted"):
            assert figure(document, status) == str(
                ask("count(*)", f"status = '{status}' and {period}")
            )
        ahead = "local_date >= date '2026-01-22' and local_date < date '2026-01-22' + 28"
        planned = ask("count(*)", f"status in ('scheduled', 'pending_approval') and {ahead}")
        assert figure(document, "upcoming") == str(planned)
        minutes = ask("median(review_minutes)", f"last_decision is not null and {period}")
        assert figure(document, "approve") == f"{minutes / 1440:.1f} d"
        by_hour = ask("count(*)", f"status = 'sent' and {period} and local_weekday = 1")
    monday = re.search(r'<th scope="row">Mon</th>(.*?)</tr>', document, re.DOTALL)[1]
    assert sum(map(int, re.findall(r">(\d+)</td>", monday))) == by_hour


def test_figures_of_performance_equal_sql_over_the_marts(report, warehouse, marts):
    """Engagement, best posts, followers and hours are SQL's; what nobody counted is unknown."""
    marts.world(warehouse)
    period = "local_date between date '2026-01-22' - 89 and date '2026-01-22'"
    with duckdb.connect(str(warehouse)) as link:  # the best of all was deleted meanwhile
        mart = "hootsuite_marts.fct_post_performance"
        best = f"select max_by(post_key, engagement) from {mart} where {period}"  # noqa: S608
        change = f"update {mart} set deleted_at = published_local where post_key = ({best})"  # noqa: S608
        link.execute(change)
    _, page = report()
    document, console = browse(page)
    assert console == []
    with duckdb.connect(str(warehouse), read_only=True) as link:

        def ask(what, where="true", mart="fct_post_performance"):
            query = f"select {what} from hootsuite_marts.{mart} where {where}"  # noqa: S608
            return link.execute(query).fetchall()[0][0]

        total = ask("sum(engagement)", period)
        assert figure(document, "engagement") == f"{total:,.0f}"
        assert figure(document, "typical") == f"{ask('median(engagement)', period):,g}"
        known, posts = ask("count(engagement)", period), ask("count(*)", period)
        assert 0 < known < posts
        assert f"known for {known} of {posts} posts" in document
        native = ask("count(*)", f"match_status = 'native' and {period}")
        assert figure(document, "native") == str(native)
        matched = ask("count(*)", f"match_status in ('post_id', 'permalink') and {period}")
        assert figure(document, "matched") == str(matched)
        unmeasured = ask("count(*)", f"match_status = 'not_measured' and {period}")
        assert figure(document, "unmeasured") == str(unmeasured)
        last = "metric_date = date '2026-01-20'"
        followers = ask("sum(total)", last, "fct_profile_metric_daily")
        assert figure(document, "followers") == f"{followers:,.0f}"
        earlier = ask("sum(total)", "metric_date = date '2025-10-24'", "fct_profile_metric_daily")
        assert f"{followers - earlier:+,.0f} in the period, 3 of 4 profiles" in document
        posts = link.sql("from hootsuite_marts.fct_post_performance").filter(period)
        gone = "case when deleted_at is not null then ' (deleted since)' else '' end"
        address = "case when deleted_at is null then post_url end"
        columns = f"text || {gone}, engagement, engagement_ratio, views, {address}"
        best = posts.filter("engagement is not null").order("engagement desc").limit(10)
        best = best.project(columns).fetchall()
        ratios = "local_hour, count(*), count(engagement_ratio), median(engagement_ratio)"
        hours = posts.aggregate(ratios, "local_hour").order("local_hour").fetchall()
    assert cells(document, "best")[:10] == [
        [
            text,
            f"{engagement:,.0f}",
            times(ratio),
            "unknown" if views is None else f"{views:,.0f}",
        ]
        for text, engagement, ratio, views, _ in best
    ]
    assert [url is None for *_, url in best] == [True, *[False] * 9]
    assert all(f'href="{url}"' in document for *_, url in best[1:])
    assert cells(document, "performing-table") == [
        [f"{hour}:00", str(count), str(known), times(ratio)] for hour, count, known, ratio in hours
    ]


def times(ratio):
    return "unknown" if ratio is None else f"{ratio:.1f}\N{MULTIPLICATION SIGN}"


def cells(document, name):
    """The texts of a table's cells, row by row; a post's time and profile left out."""
    part = document.partition(f'id="{name}"')[2].partition("</table>")[0].partition("<tbody>")[2]
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in part.split("</tr>") if "<td" in row]
    plain = [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in rows]
    return [row[2:] for row in plain] if name == "best" else plain


def test_without_analytics_performance_is_unknown(report, warehouse, marts):
    """An account without analytics sees one sentence, and no figure that reads 0."""
    link = marts.create(warehouse)
    marts.add(link, "dim_social_profile", [marts.profile(0)])
    marts.add(link, "fct_post", [marts.post(0, "100", 3)])
    row = {"post_key": "m0", "match_status": "not_measured", "social_profile_id": "100"}
    day = {"local_date": "2026-01-19", "local_hour": 9}
    marts.add(link, "fct_post_performance", [row | day])
    link.close()
    _, page = report()
    document, console = browse(page)
    assert console == []
    assert re.search(r'<section id="performance"[^>]* hidden', document)
    assert re.search(r'<p id="unmeasured" class="card">How posts perform is unknown', document)


def test_filters_of_the_command_line_are_applied(report, warehouse, marts):
    """`--profile`, `--network` and `--period` choose what the page shows first."""
    marts.world(warehouse)
    _, page = report("--profile", "ACME_2", "--period", "30")
    document, _ = browse(page)
    with duckdb.connect(str(warehouse), read_only=True) as link:
        (sent,) = link.execute(
            "select count(*) from hootsuite_marts.fct_post where status = 'sent'"
            " and social_profile_id = '102'"
            " and local_date between date '2026-01-22' - 29 and date '2026-01-22'"
        ).fetchone()
    assert figure(document, "sent") == str(sent)
    result, _ = report("--network", "myspace")
    assert result.exit_code == 1
    assert "knows no network 'myspace'. It knows: facebook, x" in result.output


def test_hostile_texts_stay_text(report, warehouse, marts):
    """Markup in texts, names, hashtags and organizations is shown, never run."""
    link = marts.create(warehouse, organizations=(HOSTILE,))
    marts.add(
        link, "dim_social_profile", [marts.profile(0, label=HOSTILE, is_reauth_required=True)]
    )
    marts.add(link, "dim_member", [{"member_id": "u0", "name": HOSTILE}])
    marts.add(
        link, "fct_post", [marts.post(0, "100", 3, "failed", text=HOSTILE), marts.post(4, "100", 2)]
    )
    marts.add(link, "fct_post_hashtag", [{"message_id": "m4", "hashtag": f"#{HOSTILE}"}])
    bad = {"text": HOSTILE, "post_url": "javascript:alert(1)", "engagement": 3, "post_key": "m4"}
    place = {"local_date": "2026-01-20", "local_hour": 9, "published_local": "2026-01-20 09:00:00"}
    rest = {"match_status": "native", "social_profile_id": "100"}
    marts.add(link, "fct_post_performance", [bad | place | rest])
    link.close()
    _, page = report()
    document, console = browse(page)
    assert console == []
    assert "<title>hacked" not in document
    assert "<img" not in document
    assert "&lt;img src=x onerror" in document
    assert "javascript:" not in document


def test_the_policy_names_what_the_page_holds(report, warehouse, marts):
    """Only the page's own style and scripts may run, by their hashes; nothing may be fetched."""
    marts.world(warehouse, posts=10)
    _, page = report()
    text = page.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1].replace("&#39;", "'")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    blocks = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", text, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        digest = base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert not re.findall(
        r"\s(?:on\w+|style|href|src)=", text.partition("</style>")[2].partition("<script")[0]
    )


@pytest.mark.parametrize("width", [390, 768, 1280, 1600])
def test_nothing_is_wider_than_the_window(report, warehouse, marts, width):
    """At every width only the tables scroll, not the page."""
    marts.world(warehouse, profiles=12)
    _, page = report()
    probe = page.with_name("probe.html")
    frame = f'<iframe id="f" src="{page.as_uri()}" width="{width}" height="900"></iframe>'
    script = (
        "setInterval(() => {"
        " const d = document.getElementById('f').contentDocument.documentElement;"
        " if (d.dataset.ready) document.title = d.scrollWidth + ' of ' + d.clientWidth; }, 50)"
    )
    probe.write_text(f"<title>none</title>{frame}<script>{script}</script>")
    if BROWSER is None:
        pytest.skip("no browser")
    flags = (
        "--headless --no-sandbox --disable-gpu --allow-file-access-from-files"
        " --virtual-time-budget=20000 --dump-dom"
    )
    command = [
        BROWSER,
        *flags.split(),
        f"--user-data-dir={page.parent / 'b'}",
        "--window-size=1700,1000",
    ]
    done = subprocess.run(
        [*command, probe.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    found = re.search(r"<title>(\d+) of (\d+)</title>", done.stdout)
    assert found, done.stdout[:300]
    assert int(found[1]) <= int(found[2])


def test_an_empty_account_has_a_page(report, warehouse, marts):
    """Without a single post the page says so, and nothing divides by zero."""
    marts.create(warehouse, organizations=()).close()
    result, page = report()
    assert result.exit_code == 0, result.output
    document, console = browse(page)
    assert console == []
    assert figure(document, "sent") == "0"
    assert "NaN" not in re.sub(r"<script.*?</script>", "", document, flags=re.DOTALL)


def test_without_texts_and_names(report, warehouse, marts):
    """`--no-text` and `--no-names` keep both out of the file itself."""
    marts.world(warehouse)
    _, page = report("--no-text", "--no-names")
    data = embedded(page)
    assert not any(re.search(r"Post \d", str(part)) for part in (data["failed"], data["upcoming"]))
    assert data["members"] == [f"Member {n}" for n in range(1, 5)]
    assert "Person" not in page.read_text(encoding="utf-8").rpartition('id="data"')[2]


def test_what_is_missing_is_said(report, warehouse, marts, tmp_path):
    """No warehouse, no marts, old marts, a locked or foreign file, a wrong URL: a sentence each."""
    result, _ = report()
    assert result.exit_code == 1
    assert "There is no warehouse: warehouse.duckdb does not exist" in result.output
    duckdb.connect(str(warehouse)).close()
    assert "There are no marts in hootsuite_marts" in report()[0].output
    warehouse.unlink()
    marts.create(warehouse, without=("content_id",)).close()
    assert "The marts are older than this command: fct_post lacks content_id" in report()[0].output
    warehouse.write_bytes(b"no database" * 1000)
    assert "can't be opened" in report()[0].output
    secret = "postgresql+psycopg://u:hunter2secret@127.0.0.1:1/x"
    result, _ = report(TARGET_POSTGRES_SQLALCHEMY_URL=secret)
    assert "The PostgreSQL at 127.0.0.1 can't be reached" in result.output
    result, _ = report(TARGET_POSTGRES_SQLALCHEMY_URL="hunter2secret")
    assert "is not a database URL" in result.output
    assert "hunter2" not in result.output


def test_the_vendored_charts_are_what_they_say():
    """The file of Apache ECharts has the checksum that its description names, and its licence."""
    folder = main_folder()
    told = json.loads((folder / "echarts.json").read_text())
    script = (folder / "echarts.min.js").read_bytes()
    assert hashlib.sha256(script).hexdigest() == told["sha256"]
    assert b"</script" not in script
    assert "Apache License" in (folder / "echarts.LICENSE").read_text()


def main_folder():
    from importlib import resources  # noqa: PLC0415

    return resources.files("hootsuite_cli.report").joinpath("static")


@pytest.mark.soak
def test_a_hundred_thousand_posts(report, warehouse, marts):
    """100,000 posts: the page is made in 3 seconds and 300 MB, and is below 3 MB."""
    marts.world(warehouse, profiles=50, posts=100_000)
    words = ["report", "--as-of", AS_OF, "--output", str(warehouse.with_name("big.html"))]
    code = (
        "import re, sys, time\n"
        "from hootsuite_cli.main import main\n"
        "start = time.process_time()\n"
        "main(sys.argv[1:], standalone_mode=False)\n"
        "used = re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]\n"
        "print(time.process_time() - start, int(used) / 1024)\n"
    )
    command = [sys.executable, "-c", code, *words]
    done = subprocess.run(command, cwd=warehouse.parent, capture_output=True, text=True, check=True)
    seconds, megabytes = map(float, done.stdout.split("\n")[-2].split())
    assert seconds < 3
    assert megabytes < 300
    assert warehouse.with_name("big.html").stat().st_size < 3_000_000


def test_many_profiles_and_posts(report, warehouse, marts):
    """2,000 profiles and 20,000 posts make a page below 3 MB that still opens."""
    marts.world(warehouse, profiles=2000, posts=20_000)
    result, page = report()
    assert result.exit_code == 0, result.output
    assert page.stat().st_size < 3_000_000
    document, console = browse(page)
    assert console == []
    assert "more profiles" in document
