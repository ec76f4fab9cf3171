"""`/v1/interactions/{socialNetworkType}`: missing in the documents of 2026, kept by default.

With the option `interactions: withdrawn` it answers 404, as if the platform had removed it.
"""

from __future__ import annotations

from hootsuite_sandbox.domain import access, interactions, views
from hootsuite_sandbox.domain.records import Document
from hootsuite_sandbox.errors import ApiError, error_entry
from hootsuite_sandbox.operations import Context, Result, operation

DEFAULT_LIMIT = 10
LARGEST_LIMIT = 100
LONGEST_CURSOR = 18


@operation("list_interactions")
def list_interactions(ctx: Context) -> Document | Result:
    """Answer with a page of interactions between two accounts, oldest first.

    Neither the order nor the largest page is published. Oldest first keeps cursors valid when new
    interactions arrive. The cursor is the number of rows before the page, in digits as in the
    documents.
    """
    if ctx.options.interactions == "withdrawn":
        raise ApiError(404, 4001, "Not found.")
    cursor = ctx.query.get("cursor", "0")
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= LONGEST_CURSOR):
        return _bad_cursor(ctx)
    own = ctx.query["socialNetworkId"]
    if own not in _own_accounts(ctx):
        raise access.denied(ctx)
    first = int(cursor)
    limit = min(int(ctx.query.get("limit", DEFAULT_LIMIT)), LARGEST_LIMIT)
    rows = interactions.between(ctx.world, own, ctx.query["targetSocialNetworkId"])
    return {
        "data": {
            "interactions": [views.show_interaction(row) for row in rows[first : first + limit]],
            "metadata": {
                "cursor": {
                    "next": str(first + limit) if first + limit < len(rows) else None,
                    "previous": str(max(0, first - limit)) if first else None,
                }
            },
        }
    }


def _own_accounts(ctx: Context) -> set[str]:
    wanted = ctx.path["socialNetworkType"].upper()
    return {p.network_id for p in access.visible(ctx) if p.type.startswith(wanted)}


def _bad_cursor(ctx: Context) -> Result:
    entry = error_entry(3020, "The format of the cursor is invalid.", ctx.trace_id)
    # The document of 2024 declares a single error here; all other calls have a list of errors.
    return Result(400, entry if ctx.recorded else {"errors": [entry]})
