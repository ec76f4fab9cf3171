"""Writes marts into a DuckDB file, with the columns of the models' contract in `transform/`."""

import datetime as dt
import json
import random
import sys
import tempfile
from pathlib import Path

import duckdb
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
CONTRACT = yaml.safe_load((ROOT / "transform/models/marts/_marts.yml").read_text(encoding="utf-8"))
NOW = dt.datetime(2026, 1, 22, 15, 0)  # noqa: DTZ001 - UTC, as warehouses keep it
NETWORKS = [("FACEBOOKPAGE", "facebook", "Facebook"), ("TWITTER", "x", "X (Twitter)")]


@pytest.fixture
def marts():
    """The functions of this module."""
    return sys.modules[__name__]


def create(path, organizations=("ACME",), without=()):
    """Make empty marts; `without` leaves columns out."""
    link = duckdb.connect(str(path))
    link.execute("create schema hootsuite_marts")
    link.execute("create schema hootsuite_staging")
    link.execute("create table hootsuite_staging.stg_hootsuite__organizations (id text, name text)")
    for name in organizations:
        link.execute(
            "insert into hootsuite_staging.stg_hootsuite__organizations values ('1', ?)", [name]
        )
    for model in CONTRACT["models"]:
        columns = [
            f'"{one["name"]}" {one["data_type"]}'
            for one in model["columns"]
            if one["name"] not in without
        ]
        link.execute(f"create table hootsuite_marts.{model['name']} ({', '.join(columns)})")
    return link


def add(link, mart, rows):
    """Insert rows that name their columns; the others are null."""
    if not rows:
        return
    types = {
        one["name"]: one["data_type"]
        for model in CONTRACT["models"]
        if model["name"] == mart
        for one in model["columns"]
        if one["name"] in rows[0]
    }
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
        file.writelines(json.dumps(row, default=str) + "\n" for row in rows)
        file.flush()
        found = f"read_json('{file.name}', format='newline_delimited', columns={types})"
        link.execute(f"insert into hootsuite_marts.{mart} by name select * from {found}")  # noqa: S608


def profile(place, **columns):
    kind, network, label = NETWORKS[place % len(NETWORKS)]
    name = f"acme_{place}"
    return {
        "social_profile_id": str(100 + place),
        "type": kind,
        "network": network,
        "network_label": label,
        "name": name,
        "label": f"{name} · {label}",
        "is_visible": True,
        "is_reauth_required": False,
        "time_zone": "UTC",
        **columns,
    }


def post(place, profile_id, days, status="sent", **columns):
    """A post so many days before now; negative days lie ahead."""
    moment = NOW - dt.timedelta(days=days, hours=place % 5)
    return {
        "message_id": f"m{place}",
        "social_profile_id": profile_id,
        "status": status,
        "scheduled_at": moment,
        "scheduled_local": moment,
        "local_date": moment.date(),
        "local_hour": moment.hour,
        "local_weekday": moment.isoweekday(),
        "content_id": f"c{place // 2}",
        "text": f"Post {place}",
        "text_length": 6 + len(str(place)),
        "media_count": place % 2,
        "link_count": place % 3,
        "created_by_member_id": f"u{place % 4}",
        **columns,
    }


def world(path, profiles=4, posts=400, seed=7, **create_options):
    """A world of any size: posts of a year in all statuses, decisions, hashtags, upcoming ones."""
    rng = random.Random(seed)  # noqa: S311 - a world, not a secret
    link = create(path, **create_options)
    add(
        link, "dim_social_profile", [profile(n, is_reauth_required=n == 1) for n in range(profiles)]
    )
    add(link, "dim_member", [{"member_id": f"u{n}", "name": f"Person {n}"} for n in range(4)])
    rows = []
    for place in range(posts):
        days = rng.randrange(-27, 380)
        status = rng.choice(
            ["scheduled", "pending_approval"]
            if days < 0
            else ["sent"] * 6 + ["failed", "rejected", "expired", "deleted"]
        )
        reviewed = status in ("sent", "rejected") and rng.random() < 0.3
        decision = {
            "last_decision": "REJECT" if status == "rejected" else "APPROVE",
            "decided_by_member_id": f"u{rng.randrange(4)}",
            "review_minutes": float(rng.randrange(1, 9000)),
        }
        nothing = dict.fromkeys(decision)
        own = str(100 + rng.randrange(profiles)) if profiles else "none"
        rows.append(post(place, own, days, status, **(decision if reviewed else nothing)))
    add(link, "fct_post", rows)
    add(
        link,
        "fct_post_hashtag",
        [
            {"message_id": f"m{place}", "hashtag": f"#tag{place % 7}"}
            for place in range(0, posts, 2)
        ],
    )
    ahead = [row for row in rows if row["status"] in ("scheduled", "pending_approval")]
    add(
        link,
        "calendar_upcoming",
        [
            {
                name: row[name]
                for name in (
                    "message_id",
                    "social_profile_id",
                    "status",
                    "scheduled_at",
                    "scheduled_local",
                    "local_date",
                    "text",
                )
            }
            | {
                "risk": "reconnect"
                if row["social_profile_id"] == "101"
                else "not_approved"
                if row["status"] == "pending_approval"
                else "none"
            }
            for row in ahead
        ],
    )
    add_performance(link, rng, rows, profiles)
    link.close()


def add_performance(link, rng, posts, profiles):
    """Figures for most of the sent posts, native posts, and followers with days that lack."""
    found = [performance(rng, row, row["message_id"]) for row in posts if row["status"] == "sent"]
    for place in range(len(posts) // 4 if profiles else 0):
        row = post(place, str(100 + rng.randrange(profiles)), rng.randrange(380))
        found.append(performance(rng, row, f"native{place}", "native"))
    add(link, "fct_post_performance", found)
    link.execute(
        "update hootsuite_marts.fct_post_performance as post set usual_engagement = usual.middle,"
        " engagement_ratio = engagement / usual.middle from (select social_profile_id,"
        " median(engagement) as middle from hootsuite_marts.fct_post_performance group by 1)"
        " as usual where post.social_profile_id = usual.social_profile_id"
    )
    days = [NOW.date() - dt.timedelta(days=n) for n in range(2, 130) if n != 40]
    add(
        link,
        "fct_profile_metric_daily",
        [
            {
                "social_profile_id": str(100 + place),
                "datatype": "ORGANIC",
                "metric_date": day,
                "metric": "followers_count",
                "total": 5000 + 100 * place + day.toordinal() % 1000,
                "meaning": "followers",
            }
            for place in range(min(profiles, 50))
            if place != 2  # it has no figures
            for day in days
        ],
    )


def performance(rng, row, key, match=None):
    """A row of fct_post_performance; one of five has no figures."""
    match = match or rng.choice(["post_id"] * 6 + ["permalink", "unmatched", "not_measured"])
    known = match not in ("unmatched", "not_measured") and rng.random() < 0.9
    return {
        "post_key": key,
        "match_status": match,
        "message_id": None if match == "native" else key,
        "social_profile_id": row["social_profile_id"],
        "published_local": row["scheduled_local"],
        "local_date": row["local_date"],
        "local_hour": row["local_hour"],
        "text": row["text"],
        "post_url": f"https://network.example/{key}",
        "engagement": rng.randrange(1, 3000) if known else None,
        "views": rng.randrange(3000, 90_000) if known and rng.random() < 0.8 else None,
    }
