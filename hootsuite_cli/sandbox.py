"""`hootsuite sandbox`: the same program as `hootsuite-sandbox`."""

from __future__ import annotations

import click


@click.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def sandbox(arguments: tuple[str, ...]) -> None:
    """Start the emulated platform; all options of hootsuite-sandbox."""
    try:
        from hootsuite_sandbox.cli import main  # noqa: PLC0415 - needs the extra `sandbox`
    except ModuleNotFoundError as error:
        raise click.ClickException(
            f'The sandbox needs {error.name}: pip install "meltano-hootsuite[sandbox]"'
        ) from error
    raise SystemExit(main(list(arguments)))
