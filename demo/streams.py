"""How each stream is compared with the truth, and which differences are right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.warehouse import Row, Table, differences, flatten
from hootsuite_sandbox.testing import SandboxProcess


@dataclass(frozen=True)
class Rule:
    """In what a table may differ from the API.

    Args:
        ignore: columns that cannot be equal.
        gone_in: table whose first column names the rows that the API has deleted.
        keeps: whether the table keeps rows that the API forgets in time.
        lifts: prefixes of parts whose fields are columns of the row itself.
        since: column of the day from which the table holds rows.
        moves: whether values change by themselves, so that those of a moment ago are right, too.
    """

    ignore: frozenset[str] = frozenset()
    gone_in: str | None = None
    keeps: bool = False
    lifts: tuple[str, ...] = ()
    since: str | None = None
    moves: bool = False


RULES: Mapping[str, Rule] = {
    "messages": Rule(gone_in="deleted_messages"),
    # Addresses are signed anew for each answer; media are deleted 90 days after their use.
    "media": Rule(frozenset({"download_url", "download_url_duration_seconds"}), keeps=True),
    # The organization is not in the API's object but in the path that listed it.
    "teams": Rule(frozenset({"organization_id"})),
    # Rows of messages that are deleted stay, as their messages do.
    "message_history": Rule(keeps=True),
    "scim_users": Rule(lifts=("meta", "urn:ietf:params:scim:schemas:extension:")),
    "scim_groups": Rule(lifts=("meta",)),
    "comments": Rule(moves=True),
    # The profile's id is social_profile_id; figures are read from the start date on.
    "post_metrics": Rule(since="created_at", moves=True),
    "profile_metrics": Rule(since="date", moves=True),
    **dict.fromkeys(
        ("ad_campaign_metrics", "ad_set_metrics", "ad_metrics"), Rule(since="date", moves=True)
    ),
    **dict.fromkeys(("ad_campaigns", "ad_sets", "ads"), Rule(moves=True)),
}
# The API has no such list: the tap finds out, or makes it of what it reads.
UNLISTED = frozenset({"deleted_messages", "deleted_post_metrics", "post_metric_snapshots"})
MOVING = frozenset(name for name, rule in RULES.items() if rule.moves)
Truths = Mapping[str, Sequence[Row]]


def moving(sandbox: SandboxProcess) -> Truths:
    """Return the truth of the streams whose values change by themselves, as it is now."""
    return {name: sandbox.truth(name) for name in MOVING}


def compare(
    sandbox: SandboxProcess,
    tables: Mapping[str, Table],
    since: str | None = None,
    earlier: Truths | None = None,
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Hold every loaded table against the sandbox's truth.

    Args:
        sandbox: The platform.
        tables: What was loaded.
        since: The first day of figures that is held against the truth; None if none were loaded.
        earlier: What `moving` returned before the last load.

    Returns:
        The number of rows in the API by stream, and the differences by stream where there are any.
    """
    counts: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    for stream in sorted(tables.keys() - UNLISTED - (MOVING if since is None else set())):
        rule = RULES.get(stream, Rule())
        truth = [_row(one, rule) for one in sandbox.truth(stream)]
        before = [_row(one, rule) for one in (earlier or {}).get(stream, ())]
        table = tables[stream]
        if rule.since and since:
            truth, before = _from(rule.since, since, truth), _from(rule.since, since, before)
            table = Table(_from(rule.since, since, table.rows), table.key)
        counts[stream] = len(truth)
        absent = _gone(rule, tables)
        said = differences(truth, table, ignore=rule.ignore, absent=absent, earlier=before)
        if rule.keeps:
            said = [one for one in said if not one.startswith("surplus")]
        if said:
            wrong[stream] = said
    return counts, wrong


def _gone(rule: Rule, tables: Mapping[str, Table]) -> set[tuple[str, ...]]:
    table = tables.get(rule.gone_in) if rule.gone_in else None
    return set(table.by_key()) if table else set()


def _row(document: Row, rule: Rule) -> Row:
    """Return an object of the API as a row."""
    names = [one for one in document if rule.lifts and one.startswith(rule.lifts)]
    lifted = {k: v for name in names for k, v in (document[name] or {}).items()}
    return flatten(lifted | {k: v for k, v in document.items() if k not in names})


def _from(column: str, since: str, rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if str(row[column])[: len(since)] >= since]
