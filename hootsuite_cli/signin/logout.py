"""`hootsuite logout`: forget a sign-in."""

from __future__ import annotations

import click

from hootsuite_api.settings import parse
from hootsuite_cli.account import Account, account_options
from hootsuite_cli.console import say
from hootsuite_cli.saved_account import forget


@click.command()
@account_options
def logout(account: Account) -> None:
    """Forget the tokens of a sign-in, and what was remembered with them.

    The platform knows no way to revoke tokens: to end them there too, uninstall the app in
    Hootsuite. Exit codes: 0 forgotten, or there was nothing; 1 failed.
    """
    if not account.sign_in_settings.get("client_id"):
        say("Nobody is signed in.")
        return
    # The secret plays no part in forgetting; a sign-out must work without it.
    settings = parse({"client_secret": "-", **account.sign_in_settings})
    known = forget(account.folder, settings)
    say("Signed out." if known else "Nobody is signed in.")
