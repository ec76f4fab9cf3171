"""The queries of docs/queries.md run in PostgreSQL and DuckDB and give the same, right rows."""

import json
import re
from collections import Counter
from decimal import Decimal

import duckdb
import pytest
import sqlalchemy as sa

from demo.pipeline import ROOT
from demo.postgres import database
from tests.tap.conftest import run

pytestmark = pytest.mark.xdist_group("queries")  # read and loaded once
_BLOCK = re.compile(
    r"^## (?P<title>.+?)$|^```sql\n-- (?P<engines>[^\n]+)\n(?P<sql>.*?)```",
    re.MULTILINE | re.DOTALL,
)
_TYPES = {"boolean": "boolean", "integer": "bigint", "number": "double precision"}


def queries():
    """Yield title, engine and SQL of every block."""
    title = ""
    for found in _BLOCK.finditer((ROOT / "docs/queries.md").read_text(encoding="utf-8")):
        title = found["title"] or title
        for engine in (found["engines"] or "").split(" and "):
            if engine:
                yield title, engine, found["sql"]


QUERIES = {(title, engine): sql for title, engine, sql in queries()}
TITLES = sorted({title for title, _ in QUERIES})


def kind(field, document):
    types = [one for one in field["type"] if one != "null"]
    if types in (["array"], ["object"]):
        return document
    if "format" in field:
        return {"date": "date", "date-time": "timestamp"}[field["format"]]
    return _TYPES.get(types[0], "text")


def tables(output, document):
    """Yield statements and values that load the tap's output as loaders do."""
    for line in output.lines:
        if line["type"] == "SCHEMA":
            fields = line["schema"]["properties"]
            columns = ", ".join(f'"{name}" {kind(one, document)}' for name, one in fields.items())
            rows = [
                {n: json.dumps(v) if kind(fields[n], "doc") == "doc" else v for n, v in row.items()}
                for row in output.rows(line["stream"])
            ]
            yield line["stream"], f"create table {line['stream']} ({columns})", list(fields), rows


@pytest.fixture(scope="module")
def output(sandbox_process, tmp_path_factory):
    """What the tap writes of a fresh world, with one deleted message."""
    sandbox_process.reset()
    ready = sandbox_process.ready
    config = {
        "api_url": sandbox_process.url, "auth_method": "member_app", "scope": "analytics:read",
        "client_id": ready["client_id"], "client_secret": ready["client_secret"],
        "member_id": ready["member_id"], "start_date": "2024-12-01", "requests_per_second": 1000,
        "token_store": str(tmp_path_factory.mktemp("tokens") / "tokens.json"),
    }  # fmt: skip
    found, failure = run(config)
    assert failure is None
    return found


@pytest.fixture(scope="module")
def postgres(output):
    with database() as url:
        engine = sa.create_engine(url)
        with engine.begin() as link:
            link.execute(sa.text("create schema queries"))
            link.execute(sa.text("set search_path to queries"))
            for name, create, columns, rows in tables(output, "jsonb"):
                link.execute(sa.text(create))
                places = ", ".join(f":p{n}" for n in range(len(columns)))
                values = [{f"p{n}": row[one] for n, one in enumerate(columns)} for row in rows]
                if values:
                    link.execute(sa.text(f"insert into {name} values ({places})"), values)  # noqa: S608 - our own names
            yield lambda sql: [tuple(row) for row in link.exec_driver_sql(sql)]
        engine.dispose()


@pytest.fixture(scope="module")
def duck(output, tmp_path_factory):
    file = tmp_path_factory.mktemp("duck") / "rows.jsonl"
    with duckdb.connect() as link:
        for name, create, columns, _ in tables(output, "json"):
            link.execute(create)
            lines = [json.dumps({one: row[one] for one in columns}) for row in output.rows(name)]
            if lines:
                file.write_text("".join(f"{line}\n" for line in lines))
                link.execute(f"copy {name} from '{file}' (format json)")
        yield lambda sql: link.execute(sql).fetchall()


def test_every_query_is_there_for_both():
    """Each title has a query for PostgreSQL and one for DuckDB."""
    assert len(TITLES) >= 12
    assert set(QUERIES) == {(title, one) for title in TITLES for one in ("PostgreSQL", "DuckDB")}


@pytest.mark.parametrize("title", TITLES)
def test_both_engines_give_the_same_rows(postgres, duck, title):
    """Each query runs, and gives the same rows in both."""
    mine, other = postgres(QUERIES[title, "PostgreSQL"]), duck(QUERIES[title, "DuckDB"])
    assert sorted(map(plain, mine)) == sorted(map(plain, other))
    empty = {
        "Deleted",
        "Upcoming",
        "Best posts of the last 30 days",
    }  # the world is of January 2026
    assert mine or title in empty


def plain(row):
    return tuple(
        str(round(float(one), 1)) if isinstance(one, (int, float, Decimal)) else str(one)[:19]
        for one in row
    )


def test_the_figures_are_right(postgres, output):
    """Counts are those of the rows themselves; a missing document is none."""
    rows = output.rows("messages")
    tags = Counter(tag for row in rows for tag in row["tags"] or ())
    assert dict(postgres(QUERIES["Tags", "PostgreSQL"])) == tags
    targeted = sum(one[2] for one in postgres(QUERIES["Targeted posts", "PostgreSQL"]))
    assert 0 < targeted == sum(row["targeting"] is not None for row in rows) < len(rows)
    sent = sum(one[3] for one in postgres(QUERIES["Posts per profile and week", "PostgreSQL"]))
    assert sent == sum(row["state"] == "SENT" for row in rows)
