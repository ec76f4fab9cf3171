"""Names of plan settings in messages of the CLI: its own options."""

from __future__ import annotations

from tap_hootsuite_sheet.problems import Words

_NAMES = {
    "alias_file": "--aliases",
    "as_is": "--as-is",
    "columns": "--column",
    "composer_date_format": "--composer",
    "date_formats": "--date-format",
    "encoding": "--encoding",
    "google_credentials_file": "--google-credentials",
    "media_root": "--media-root",
    "media_url_hosts": "--media-hosts",
    "plan_name": "--same-plan",
    "profiles": "--to",
    "sheet": "--sheet",
    "timezone": "--timezone",
}
_USUAL = {"as_is": "ROW", "date_formats": "LAYOUT"}


class OptionWords(Words):
    """Words for settings: an option if there is one, `hootsuite login` for the account."""

    def name(self, setting: str) -> str:
        """Return an option, to begin a sentence with."""
        return _NAMES.get(setting) or super().name(setting)

    def hint(self, setting: str, value: str) -> str:
        """Return what to type on the command line."""
        if setting == "auth_method":
            return "sign in with hootsuite login"
        if setting not in _NAMES:
            return f"set HOOTSUITE_{setting.upper()}" + (f" to {value}" if value else "")
        given = value or _USUAL.get(setting, "")
        shown = f'"{given}"' if " " in given else given
        return f"say {_NAMES[setting]} {shown}".rstrip()


OPTIONS = OptionWords()
