"""`hootsuite-sandbox`: starts the server and prints one JSON line when it is ready."""

from __future__ import annotations

import json
import socket
import sys
from dataclasses import fields
from typing import Any, get_args, get_type_hints

import click

from hootsuite_sandbox.arrivals import StampingListener
from hootsuite_sandbox.options import PRESENT, Options

DEFAULT_PORT = 8765
_HELP = {
    "seed": "Decides the world: equal seeds give equal worlds.",
    "messages": "Messages in the world, past and scheduled.",
    "years": "Years before --now over which the past messages are spread.",
    "members": "Members of all organizations.",
    "teams": "Teams of all organizations.",
    "profiles": "Social profiles of all organizations.",
    "organizations": "Organizations; the main member belongs to each.",
    "role": "What the main member may do.",
    "requests_per_second": "Limit in any sliding second; 0 for none.",
    "daily_quota": "Requests per day of the sandbox's clock; 0 for no limit.",
    "latency_ms": "Time from a request's arrival to its answer.",
    "token_ttl": "Seconds that an access token lives.",
    "now": "Where the clock starts, such as 2026-01-15T12:00:00Z; or the present time.",
    "quirks": "Answer as documented, or as recorded on the wire.",
    "clock_rate": "Sandbox seconds per second; 0 stops the clock between advances.",
    "lag_seconds": "How long a new message, or one being uploaded, is not found.",
    "lead_minutes": "How far ahead messages must be scheduled, ten more with a video; 0 for any.",
    "media_seconds": "How long an upload takes to become READY.",
    "text_change": "What the server does to the text of new messages.",
    "activity": "Whether people in the dashboard go on working while the clock runs.",
    "consent": "The sign-in page: ask, or allow or deny at once.",
    "date_skew_seconds": "How far the Date header is off.",
    "truncate_lists": "Leave out the cursor of a full page of messages, as once seen.",
    "scheduled_quota": "Messages that an organization may have scheduled; 0 for any number.",
    "interactions": "Whether the retired interactions operation still answers.",
    "analytics": "Whether the account has the analytics add-on.",
    "new_ids": "Ids of what is created: the same after each start, or never seen before.",
}
# The platform never gives an id twice, and people keep the journal of an earlier sandbox. Their
# queries ask for what is new today. Tests want the same world every time.
_FOR_PEOPLE = {"new_ids": "growing", "now": PRESENT}


def _option(name: str, default: Any, hint: Any) -> click.Option:
    flag = "--" + name.replace("_", "-")
    kind: Any = click.Choice(get_args(hint)) if get_args(hint) else hint
    declaration = [f"{flag}/--no-{flag[2:]}"] if hint is bool else [flag]
    return click.Option(
        [*declaration, name],
        type=None if hint is bool else kind,
        default=default,
        show_default=True,
        help=_HELP.get(name),
    )


def _parameters() -> list[click.Parameter]:
    hints = get_type_hints(Options)
    own: list[click.Parameter] = [
        click.Option(["--host"], default="127.0.0.1", show_default=True, help="Address to bind."),
        click.Option(
            ["--port"],
            type=click.IntRange(0, 65535),
            default=DEFAULT_PORT,
            show_default=True,
            help="Port to listen on; 0 picks a free one.",
        ),
    ]
    return own + [
        _option(item.name, _FOR_PEOPLE.get(item.name, item.default), hints[item.name])
        for item in fields(Options)
    ]


def _start(host: str, port: int, **options: Any) -> None:
    try:
        chosen = Options(**options)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    listener = _bind(host, port)
    # Starlette, uvicorn and the contract take a moment; `--help` and refusals need none of them.
    from hootsuite_sandbox.sandbox import Sandbox  # noqa: PLC0415
    from hootsuite_sandbox.server import run  # noqa: PLC0415

    sandbox = Sandbox(chosen)
    sandbox.base_url = f"http://{host}:{listener.getsockname()[1]}"

    def ready() -> None:
        sys.stdout.write(json.dumps(sandbox.ready()) + "\n")
        sys.stdout.flush()

    run(sandbox, listener, ready)


def _bind(host: str, port: int) -> StampingListener:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = StampingListener(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise click.ClickException(
            f"cannot listen on {host}:{port} ({error.strerror}). Is another sandbox running? "
            "Use --port 0 for any free port."
        ) from error
    return listener


main = click.Command(
    "hootsuite-sandbox",
    params=_parameters(),
    callback=_start,
    help="Emulate the Hootsuite platform on this machine.",
)
