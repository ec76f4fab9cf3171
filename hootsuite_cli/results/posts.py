"""Which post a row of unknown fate is about, in the words of a person who has to decide."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hootsuite_api import Call, HootsuiteClient, HootsuiteError
from hootsuite_api.retry import Retry
from hootsuite_api.settings import parse
from hootsuite_cli.account import Account
from target_hootsuite.journal.report import Report
from target_hootsuite.statuses import ResultStatus

COLUMNS = ("scheduled_send_time", "network", "profile_name", "text")
_WORDS = 60  # characters of the text
_NOBODY = {"network": None, "profile_name": None}

Row = Mapping[str, Any]


def with_posts(account: Account, report: Report, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Add to each row what its post is; only rows of unknown fate get values.

    Args:
        account: Asked for the names of its profiles, with one request, if one is needed.
        report: The journal, which knows what was to be posted.
        rows: The results.
    """
    unknown = [row for row in rows if row["status"] == ResultStatus.UNKNOWN]
    posts = report.posts([row["identity"] for row in unknown])
    names = _names(account) if any(row["social_profile_id"] for row in unknown) else {}
    nothing = dict.fromkeys(COLUMNS)
    return [
        {
            **row,
            **nothing,
            **(_post(row, posts, names) if row["status"] == ResultStatus.UNKNOWN else {}),
        }
        for row in rows
    ]


def _post(
    row: Row, posts: Mapping[str, Mapping[str, Any]], names: Mapping[str, Row]
) -> dict[str, Any]:
    post = posts.get(row["identity"], {})
    text = post.get("text")
    return {
        "scheduled_send_time": post.get("scheduled_send_time"),
        "text": first_words(text) if isinstance(text, str) else None,
        **names.get(str(row["social_profile_id"]), _NOBODY),
    }


def first_words(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= _WORDS else line[: _WORDS - 1].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def _names(account: Account) -> dict[str, dict[str, Any]]:
    """The account's profiles by id; without an answer rows are shown without their names."""
    try:
        settings = parse(account.settings)
        impatient = Retry(threading.Event(), tries=1)
        with HootsuiteClient(settings, retry=impatient) as client:
            found = client.send(Call("list_social_profiles")).data
    except HootsuiteError:
        return {}
    return dict(_named(found if isinstance(found, list) else []))


def _named(profiles: Iterable[Any]) -> Iterable[tuple[str, dict[str, Any]]]:
    for one in profiles:
        if isinstance(one, Mapping) and one.get("id"):
            name = one.get("socialNetworkUsername") or one.get("socialNetworkId")
            yield str(one["id"]), {"network": one.get("type"), "profile_name": name}
