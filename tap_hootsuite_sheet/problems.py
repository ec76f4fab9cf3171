"""Errors of sheets and cells, and the list of problems shown to the author of a plan.

Tree:
    SheetError                the whole file cannot be used (locked, damaged, not a sheet)
      SettingError           as the value of a setting is wrong
    CellError                 one cell cannot be used; becomes a Problem
      AccountError           as there is no account: one Problem for all such cells
    PlanError              the file was read and some of its rows are bad
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hootsuite_api.phrases import counted

SHOWN = 100
KEPT = 50_000
"""Problems that are kept; more are only counted. Their rows are known all the same."""
_VALUE_LIMIT = 60

Value = str | tuple[str, ...]
"""What a setting can be set to: one value, or the ones of which a person has to choose."""


class Words:
    """How a front end names settings; this one names them as a configuration file does."""

    def name(self, setting: str) -> str:
        """Return a setting as the beginning of a sentence."""
        return f"The setting {setting}"

    def hint(self, setting: str, value: str) -> str:
        """Return what to do about a setting, as the end of a sentence."""
        return f"set {setting} to {value}" if value else f"use the setting {setting}"


SETTINGS = Words()


class SheetError(Exception):
    """The file as a whole cannot be used.

    Args:
        message: What is wrong and what to do, in whole sentences that name no setting.
        setting: The setting that helps, if there is one: each front end says how it is set.
        value: What to set it to.
        row: The row that it is about.
        column: The column that it is about.
    """

    def __init__(
        self, message: str, *, setting: str = "", value: str = "", row: int = 0, column: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.setting = setting
        self.value = value
        self.row = row
        self.column = column

    def __str__(self) -> str:
        return self.said()

    def said(self, words: Words = SETTINGS) -> str:
        """Return the message in a front end's words."""
        if not self.setting:
            return self.message
        return f"{self.message} {_sentence(words.hint(self.setting, self.value))}"


class SettingError(SheetError):
    """The value of a setting is wrong; the message is what is said about it."""

    def said(self, words: Words = SETTINGS) -> str:
        """Return the message in a front end's words."""
        return " ".join(filter(None, (words.name(self.setting), self.value, self.message)))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


class CellError(Exception):
    """One cell cannot be used.

    Args:
        message: What is wrong with it.
        remedy: What to write instead; a sentence without its full stop that names no setting.
        setting: The setting that would help as well, if there is one.
        value: What to set it to; several where only the person knows which is meant.
    """

    def __init__(self, message: str, remedy: str, *, setting: str = "", value: Value = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.setting = setting
        self.setting_value = value

    def advice(self, words: Words = SETTINGS) -> str:
        """Return the remedy and the setting that helps, in a front end's words."""
        return advice(self.remedy, self.setting, self.setting_value, words)


def advice(remedy: str, setting: str, value: Value, words: Words) -> str:
    """Return what to do: what to write, or what to set, or both."""
    values = (value,) if isinstance(value, str) else value
    hint = " or ".join(words.hint(setting, one) for one in values) if setting else ""
    if len(values) > 1:
        hint += ", whichever is meant"
    if remedy and hint:
        return f"{remedy}, or {hint}."
    return f"{remedy}." if remedy else _sentence(hint)


class AccountError(CellError):
    """The cell needs a look-up on the platform, but there is no account to ask."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """A cell without a readable value; it stays in the row until it is reported."""

    shown: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to correct, and where."""

    sheet: str
    row: int
    column: str
    value: str
    message: str
    remedy: str
    setting: str = ""
    setting_value: Value = ""

    def __str__(self) -> str:
        return self.placed()

    def placed(self, words: Words = SETTINGS) -> str:
        """Return the problem with its place, in a front end's words."""
        column = f", column {self.column}" if self.column else ""
        return f"{self.sheet}, row {self.row}{column}: {self.said(words)}"

    def said(self, words: Words = SETTINGS) -> str:
        """Return what is wrong with which value, and the remedy, without the place."""
        value = f"{self.value} " if self.value else ""
        remedy = advice(self.remedy, self.setting, self.setting_value, words)
        return f"{value}{self.message}. {remedy}"

    def alone(self, words: Words = SETTINGS) -> str:
        """Return the problem without its place; an empty cell is named by its column."""
        column = f"{self.column}: " if self.column and not self.value else ""
        return column + self.said(words)


def shown(value: object) -> str:
    """Return a cell's value as it can be printed on one line."""
    if isinstance(value, Flaw):
        value = value.shown
    text = value if isinstance(value, str) else plain(value)
    text = "".join(c if c.isprintable() else " " for c in text).strip()
    short = (
        text if len(text) <= _VALUE_LIMIT else text[: _VALUE_LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"
    )
    return f"\N{LEFT DOUBLE QUOTATION MARK}{short}\N{RIGHT DOUBLE QUOTATION MARK}" if short else ""


def plain(value: object) -> str:
    """Return a cell that is not text in the form that a person would write."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value)


@dataclass(slots=True)
class Problems:
    """All problems of a plan, and which rows have one."""

    sheet: str
    items: list[Problem] = field(default_factory=list)
    rows: set[int] = field(default_factory=set)
    account_needed: bool = False
    more: int = 0
    """How many problems were counted and not kept."""

    def add(self, row: int, column: str, value: object, error: CellError | Flaw) -> None:
        """Remember one problem; the row is bad from now on. A missing account is told once."""
        self.rows.add(row)
        if isinstance(error, AccountError):
            if self.account_needed:
                return
            self.account_needed = True
        if len(self.items) >= KEPT:
            self.more += 1
            return
        said = error.message, error.remedy
        helps = (error.setting, error.setting_value) if isinstance(error, CellError) else ()
        self.items.append(Problem(self.sheet, row, column, shown(value), *said, *helps))

    def lines(self, limit: int = SHOWN, words: Words = SETTINGS) -> list[str]:
        """Return the problems in the order of the sheet, at most `limit`, then a count."""
        ordered = sorted(self.items, key=lambda p: (p.row, p.column))
        more = len(ordered) - limit + self.more
        tail = [f"... and {more} more problems"] if more > 0 else []
        return [problem.placed(words) for problem in ordered[:limit]] + tail


class PlanError(SheetError):
    """Some rows are bad and nothing may be sent; the message lists what to correct."""

    def __init__(self, source: str, problems: Problems) -> None:
        self.problems = problems
        head = f"{source}: {counted(len(problems.rows), 'row')} cannot be used. Nothing was sent."
        self.lines = [head, *problems.lines()]
        super().__init__("\n".join(self.lines))
