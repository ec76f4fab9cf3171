"""Runs `hootsuite schedule` by its options: writes a template or a copy with IDs, or schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from singer_sdk.exceptions import ConfigValidationError

from hootsuite_api.errors import ConfigError
from hootsuite_api.phrases import counted
from hootsuite_cli.account import Account
from hootsuite_cli.console import say
from hootsuite_cli.errors import Failure, WrongUsage
from hootsuite_cli.plan import changes, duplicates, edits, template
from hootsuite_cli.plan.previous_run import keys_to_write, scheduled_before
from hootsuite_cli.plan.results_copy import Source, replace, write_copy
from hootsuite_cli.plan.wording import OPTIONS
from hootsuite_cli.plan.workflow import Choices, Scheduling
from tap_hootsuite_sheet import account as platform
from tap_hootsuite_sheet import google, identity, kept_options
from tap_hootsuite_sheet import settings as plan_settings
from tap_hootsuite_sheet.model import Options, Plan
from tap_hootsuite_sheet.plan import build, read_plan
from tap_hootsuite_sheet.problems import SettingError, SheetError
from tap_hootsuite_sheet.profiles import Profile, network_name
from tap_hootsuite_sheet.reader import MAX_FILE
from tap_hootsuite_sheet.safe_zip import read_bytes
from target_hootsuite.errors import TargetError
from target_hootsuite.messages.preflight import NO_PUBLISHING


def run(account: Account, file: str | None, given: Mapping[str, Any]) -> int:
    """Run the command.

    Args:
        account: The account that the posts are scheduled for.
        file: The plan.
        given: The options.

    Returns:
        The exit code.

    Raises:
        Failure: The command fails; the message says why.
    """
    try:
        return _dispatch(account, file, given)
    except SheetError as error:
        raise Failure(error.said(OPTIONS)) from error
    except TargetError as error:
        raise Failure(str(error)) from error
    except ConfigValidationError as error:
        raise Failure(" ".join(error.errors) or str(error)) from error


def _dispatch(account: Account, file: str | None, given: Mapping[str, Any]) -> int:
    settings = _settings(account)
    if given["new"]:
        return _template(given["new"], settings)
    if file is None:
        raise WrongUsage("Name the plan: hootsuite schedule plan.xlsx")
    said = _said(given)
    kept = {} if file.startswith(google.ADDRESS) else kept_options.read(Path(file))
    hosts = _hosts(given["media_hosts"] or kept.pop("media_url_hosts", None))
    options = _options({**kept, **said}, settings or account.given)
    source = _source(file, options, given["google_credentials"], settings or account.given)
    if given["add_ids"]:
        return _add_ids(source, options, settings, edited_are_new=given["edited_rows_are_new"])
    target = _results(given["results_file"], source)
    _keep(given["preview"], source.path, target)
    if given["keep_options"]:
        _keep_options(source, {**kept, **said, "media_url_hosts": hosts})
    choices = Choices(
        results=target,
        preview=given["preview"],
        dry=given["dry_run"],
        yes=given["yes"],
        skip_bad=given["skip_bad"],
        edited_are_new=given["edited_rows_are_new"],
        post_again=given["post_again"],
        delete_removed=given["delete_removed"],
        media_hosts=hosts,
        media_root=given["media_root"],
    )
    return Scheduling(source, options, settings, choices).run()


def _hosts(given: Any) -> tuple[str, ...]:
    """Return hosts, given as one text or as a list.

    Raises:
        SettingError: They are not texts.
    """
    texts = [given] if isinstance(given, str) else given or ()
    if not isinstance(texts, (list, tuple)) or not all(isinstance(one, str) for one in texts):
        raise SettingError("must be a list of texts.", setting="media_url_hosts")
    return tuple(one for text in texts for one in text.replace(",", " ").split())


def _keep_options(source: Source, options: Mapping[str, Any]) -> None:
    if source.sheet is not None:
        raise WrongUsage("--keep-options keeps options beside a file; a Google sheet is none.")
    replace(kept_options.place(source.path), kept_options.write(source.path, options))
    say(f"The options are kept in {kept_options.place(source.path)}.", err=True)


def _source(
    file: str, options: Options, credentials: Path | None, settings: Mapping[str, Any]
) -> Source:
    """Return the plan's file, or a Google sheet, whose copies are written to the current folder."""
    if not file.startswith(google.ADDRESS):
        return Source(Path(file), read_bytes(Path(file), MAX_FILE))
    key = credentials or settings.get("google_credentials_file")
    if not key:
        raise WrongUsage("A Google sheet needs --google-credentials FILE.")
    sheet = google.read_google(google.open_session(Path(key)), file, options.sheet)
    name = "".join(c if c.isalnum() or c in " -_." else "_" for c in sheet.source)
    return Source(Path.cwd() / name, b"", sheet)


def _results(wanted: Path | None, source: Source) -> Path:
    usual = source.beside(identity.RESULTS_SUFFIX)
    if wanted is not None and wanted.suffix.lower() != usual.suffix.lower():
        raise WrongUsage(f"The results of this plan are a {usual.suffix} file: --results {usual}")
    return wanted or usual


def _keep(preview: Path | None, *files: Path) -> None:
    """Refuse a calendar that would overwrite the plan or its results."""
    if preview is not None and any(_same(preview, one) for one in files):
        raise WrongUsage(f"--preview would overwrite {preview}: name another file.")


def _same(one: Path, other: Path) -> bool:
    both_there = one.exists() and other.exists()
    return one.samefile(other) if both_there else one.absolute() == other.absolute()


def _settings(account: Account) -> dict[str, Any] | None:
    """Return the account's settings; None if nobody is signed in."""
    try:
        return account.settings
    except ConfigError:
        if account.given.get("auth_method"):
            raise
        return None


def _said(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the reading options of the command line, by setting."""
    said = {
        "sheet": given["sheet"],
        "encoding": given["encoding"],
        "columns": _columns(given["column"]),
        "date_formats": given["date_format"],
        "timezone": given["timezone"],
        "profiles": given["profiles"],
        "alias_file": given["aliases"],
        "composer_date_format": given["composer"],
        "plan_name": given["same_plan"],
        "as_is": given["as_is"],
    }
    return {name: value for name, value in said.items() if value}


def _options(said: Mapping[str, Any], settings: Mapping[str, Any]) -> Options:
    config = {**settings, **said}
    for name in ("date_formats", "profiles", "as_is"):
        if isinstance(config.get(name), (str, int)):  # one value, from an environment variable
            config[name] = [config[name]]
    return plan_settings.options(config)


def _columns(pairs: tuple[str, ...]) -> dict[str, str]:
    split = [pair.partition("=") for pair in pairs]
    for name, equals, header in split:
        if not (name and equals and header):
            raise WrongUsage('Write --column "text=Post copy".')
    return {name.strip(): header.strip() for name, _, header in split}


def _template(target: Path, settings: Mapping[str, Any] | None) -> int:
    if target.suffix.lower() != ".xlsx":
        usual = target.with_suffix(".xlsx")
        raise WrongUsage(f"An empty plan is an .xlsx file: --template {usual}")
    if target.exists():
        raise SheetError(f"{target} exists already; nothing was written.")
    profiles: Sequence[Profile] = []
    if settings is not None:
        directory = platform.Account(settings)
        try:
            profiles = directory.profiles()
        finally:
            directory.close()
    usable = [one for one in profiles if not _left_out(one)]
    replace(target, template.workbook(usable))
    offered = counted(len(usable), "profile") if usable else "networks"
    say(f"{target} is ready: a row per post, with a list of {offered}.")
    for one in profiles:
        if why := _left_out(one):
            name = f"{network_name(one.type)}: {one.username or one.network_id or one.id}"
            say(f"Left out of the list: {name} ({why}).", err=True)
    if settings is None:
        say("Sign in with hootsuite login to see profiles in the list.", err=True)
    return 0


def _left_out(profile: Profile) -> str:
    """Return why a plan can't use a profile; empty if it can."""
    if network := NO_PUBLISHING.get(profile.type):
        return f"Hootsuite's API does not publish to {network}"
    return "it has to be reconnected in Hootsuite" if profile.reconnect else ""


def _add_ids(
    source: Source, options: Options, settings: Mapping[str, Any] | None, *, edited_are_new: bool
) -> int:
    if options.composer_date_format:
        raise SheetError("A bulk composer file has no column for IDs. Nothing was written.")
    directory = platform.Account(settings) if settings else None
    results = source.beside(identity.RESULTS_SUFFIX)
    try:
        sheet = source.sheet
        plan = (
            build(sheet, options, directory)
            if sheet
            else read_plan(source.path, options, directory)
        )
        before = {} if edited_are_new else scheduled_before(results, options, directory)
        edited = _edited(plan, settings, directory) if directory and not edited_are_new else {}
    finally:
        if directory is not None:
            directory.close()
    target = source.beside(identity.IDS_SUFFIX)
    if target.exists() and not _same(target, source.path):
        raise SheetError(
            f"{target} exists already and may have been edited: schedule it, or move it away. "
            "Nothing was written."
        )
    keys = keys_to_write(plan, before, edited)
    fresh = {row: key for row, key in keys.items() if not _has_id(plan, row)}
    write_copy(source, plan, [("ID", fresh)], target)
    left = len(plan.problems.rows - keys.keys())
    say(f"{target}: {counted(len(fresh), 'row')} got an ID. Edit that copy and schedule it.")
    if left:
        say(f"{counted(left, 'row')} got none: their cells can't be read yet.", err=True)
    return 0


def _edited(
    plan: Plan, settings: Mapping[str, Any] | None, directory: platform.Account
) -> dict[int, str]:
    """Return by row the key of the post that it edits, if that is certain."""
    client = directory.client()
    known = duplicates.read(settings or {}, client, plan.name)
    removed = changes.removed(plan, known, frozenset(), client.now())
    found = edits.candidates(plan, removed, known.left)
    return edits.first_versions(plan, [one.post for one in found])


def _has_id(plan: Plan, row: int) -> bool:
    column = plan.table.fields.get("id")
    cell = "" if column is None else plan.sheet.rows[row - 1][column]
    return not (isinstance(cell, str) and not cell.strip())
