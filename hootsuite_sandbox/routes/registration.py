"""`/oauth2/register`: dynamic client registration (RFC 7591); not in the contract."""

from __future__ import annotations

import msgspec

from hootsuite_sandbox.domain import clients
from hootsuite_sandbox.operations import Context, Result, storage

_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@storage("register_client", "POST", "/oauth2/register")
def register_client(ctx: Context) -> Result:
    """Register a client: return an id, and a secret unless the client is public."""
    kind = ctx.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        return _refused("invalid_client_metadata", "The body must be application/json.")
    try:
        body = msgspec.json.decode(ctx.raw_body)
    except (msgspec.DecodeError, RecursionError):
        return _refused("invalid_client_metadata", "The body is not JSON.")
    number = len(ctx.world.clients) + ctx.world.ids_passed
    digest = ctx.world.digest("client", number)
    client_id = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
    try:
        client = clients.read(body, client_id, f"secret-{digest[32:64]}")
    except clients.MetadataError as error:
        return _refused(error.error, error.description)
    ctx.world.clients[client.id] = client
    return Result(201, clients.show(client, ctx.now), _NO_STORE)


def _refused(error: str, description: str) -> Result:
    return Result(400, {"error": error, "error_description": description}, _NO_STORE)
