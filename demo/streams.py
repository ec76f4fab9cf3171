"""How each stream is compared with the truth, and which differences are right."""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.warehouse import Row, Table, differences
from hootsuite_sandbox.testing import SandboxProcess


@dataclass(frozen=True)
class Rule:
    """In what a table may differ from the API.

    Args:
        ignore: columns that cannot be equal.
        gone_in: table whose first column names the rows that the API has deleted.
        keeps: whether the table keeps rows that the API forgets in time.
        lifts: prefixes of parts whose fields are columns of the row itself.
    """

    ignore: frozenset[str] = frozenset()
    gone_in: str | None = None
    keeps: bool = False
    lifts: tuple[str, ...] = ()


RULES: Mapping[str, Rule] = {
    "messages": Rule(gone_in="deleted_messages"),
    # Addresses are signed anew for each answer; media are deleted 90 days after their use.
    "media": Rule(frozenset({"download_url", "download_url_duration_seconds"}), keeps=True),
    # The organization is not in the API's object but in the path that listed it.
    "teams": Rule(frozenset({"organization_id"})),
    # Rows of messages that are deleted stay, as their messages do.
    "message_history": Rule(keeps=True),
    "scim_users": Rule(lifts=("meta", "urn:ietf:params:scim:schemas:extension:")),
}
# The API has no such list: the tap finds out. Analytics needs a scope: see the tap's tests.
UNLISTED = frozenset({"deleted_messages", "post_metrics", "profile_metrics"})


def compare(
    sandbox: SandboxProcess,
    tables: Mapping[str, Table],
) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Hold every loaded table against the sandbox's truth.

    Returns:
        The number of rows in the API by stream, and the differences by stream where there are any.
    """
    counts: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}
    for stream in sorted(tables.keys() - UNLISTED):
        rule = RULES.get(stream, Rule())
        truth = [_lifted(one, rule.lifts) for one in sandbox.truth(stream)]
        counts[stream] = len(truth)
        said = differences(truth, tables[stream], ignore=rule.ignore, absent=_gone(rule, tables))
        if rule.keeps:
            said = [one for one in said if not one.startswith("surplus")]
        if said:
            wrong[stream] = said
    return counts, wrong


def _gone(rule: Rule, tables: Mapping[str, Table]) -> set[tuple[str, ...]]:
    table = tables.get(rule.gone_in) if rule.gone_in else None
    return set(table.by_key()) if table else set()


def _lifted(document: Row, prefixes: tuple[str, ...]) -> Row:
    parts = [name for name in document if prefixes and name.startswith(prefixes)]
    lifted = {k: v for name in parts for k, v in (document[name] or {}).items()}
    return lifted | {k: v for k, v in document.items() if k not in parts}
