"""A calendar of a plan as one HTML file that opens offline: weeks, months, warnings."""

from __future__ import annotations

import base64
import calendar
import hashlib
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from pathlib import Path

from PIL import Image

from hootsuite_cli.plan.forecast import Forecast, Post, network
from hootsuite_cli.plan.preview_style import STYLE
from tap_hootsuite_sheet.problems import counted
from target_hootsuite.errors import RowRejected
from target_hootsuite.media.local_files import open_under

_THUMBNAIL = 160
_MOST_PIXELS = 64_000_000
_MOST_THUMBNAILS = 400
_WEEK = 7
_SHOWN = 3
_NO_PICTURE = (RowRejected, OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError)
_PICTURES = ("PNG", "JPEG", "GIF")


def render(title: str, forecast: Forecast, problems: Sequence[str], root: Path | None) -> str:
    """Return the calendar as one HTML document without a script.

    Args:
        title: The plan's name.
        forecast: The posts and what there is to say about them.
        problems: What is wrong with rows that won't be sent.
        root: Where the pictures lie; None shows none.
    """
    page = _Page(forecast, root)
    body = "".join([page.head(title), _problems(problems), page.weeks(), page.months()])
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}; form-action \'none\'">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>{body}</body></html>\n"
    )


def _problems(problems: Sequence[str]) -> str:
    if not problems:
        return ""
    items = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    return f'<section class="problems"><h2>Will not be sent</h2><ul>{items}</ul></section>'


class _Page:
    """The parts of the document."""

    def __init__(self, forecast: Forecast, root: Path | None) -> None:
        self._forecast = forecast
        self._root = root
        self._pictures: dict[str, str] = {}
        self._days: dict[date, list[Post]] = {}
        for post in sorted(forecast.posts, key=lambda one: (one.at, one.row)):
            self._days.setdefault(post.at.date(), []).append(post)

    def head(self, title: str) -> str:
        """Return the heading, and the switch between the two views."""
        posts = len(self._forecast.posts)
        warned = sum(1 for said in self._forecast.warnings.values() if said)
        zones = ", ".join(sorted({post.zone for post in self._forecast.posts})) or "-"
        days = f"{counted(posts, 'post')} on {counted(len(self._days), 'day')}, times in {zones}"
        note = f'<p class="warned">{warned} with warnings</p>' if warned else ""
        return (
            f"<header><h1>{escape(title)}</h1><p>{escape(days)}</p>{note}</header>"
            '<input type="radio" name="view" id="by-week" checked>'
            '<label for="by-week">Weeks</label>'
            '<input type="radio" name="view" id="by-month"><label for="by-month">Months</label>'
        )

    def weeks(self) -> str:
        """Return a section per week that has posts."""
        mondays = sorted({day - timedelta(days=day.weekday()) for day in self._days})
        parts = []
        for monday in mondays:
            days = (monday + timedelta(days=n) for n in range(_WEEK))
            cells = "".join(self._day(day) for day in days)
            name = f"Week {monday.isocalendar().week}, {monday:%d %B %Y}"
            parts.append(f'<section><h2>{name}</h2><div class="week">{cells}</div></section>')
        return f'<main class="weeks">{"".join(parts)}</main>'

    def _day(self, day: date) -> str:
        posts = "".join(self._post(post) for post in self._days.get(day, ()))
        empty = "" if posts else " empty"
        return f'<div class="day{empty}"><h3>{day:%a %d %b}</h3>{posts}</div>'

    def _post(self, post: Post) -> str:
        said = self._forecast.warnings.get(post.row, ())
        notes = "".join(f'<p class="warning">{escape(one)}</p>' for one in said)
        media = "".join(self._media(post.media))
        return (
            f'<article><p class="at"><time datetime="{post.at.isoformat()}">{post.at:%H:%M}</time>'
            f' <span class="row">row {post.row}</span></p><p class="to">{self._chips(post)}</p>'
            f'{media}<p class="text" dir="auto">{escape(post.text)}</p>{notes}</article>'
        )

    def _chips(self, post: Post) -> str:
        return " ".join(
            f'<span class="chip {self._network(profile)}">'
            f"{escape(self._forecast.name(profile))}</span>"
            for profile in post.profiles
        )

    def _network(self, profile: str) -> str:
        known = self._forecast.profiles.get(profile)
        return escape(network(known.type).lower()) if known else "other"

    def _media(self, media: Iterable[Mapping[str, str]]) -> Iterator[str]:
        for item in media:
            name = item.get("path") or item.get("url") or item.get("id") or ""
            picture = self._picture(item["path"]) if "path" in item else ""
            if picture:
                yield f'<img src="{picture}" alt="{escape(name)}">'
            else:
                yield f'<p class="file">{escape(name)}</p>'

    def _picture(self, path: str) -> str:
        if path not in self._pictures:
            room = len(self._pictures) < _MOST_THUMBNAILS and self._root is not None
            self._pictures[path] = thumbnail(self._root, path) if room and self._root else ""
        return self._pictures[path]

    def months(self) -> str:
        """Return a table per month that has posts."""
        wanted = sorted({(day.year, day.month) for day in self._days})
        return f'<main class="months">{"".join(self._month(*month) for month in wanted)}</main>'

    def _month(self, year: int, month: int) -> str:
        weeks = calendar.Calendar().monthdatescalendar(year, month)
        names = "".join(f"<th>{name}</th>" for name in calendar.day_abbr)
        rows = "".join(
            f"<tr>{''.join(self._square(day, day.month == month) for day in week)}</tr>"
            for week in weeks
        )
        caption = f"{calendar.month_name[month]} {year}"
        return f"<table><caption>{caption}</caption><tr>{names}</tr>{rows}</table>"

    def _square(self, day: date, inside: bool) -> str:  # noqa: FBT001 - private, named by its use
        posts = self._days.get(day, []) if inside else []
        lines = [
            f'<li class="{self._network(post.profiles[0])}">{post.at:%H:%M} '
            f"<span>{escape(post.text[:60])}</span></li>"
            for post in posts[:_SHOWN]
        ]
        if len(posts) > _SHOWN:
            lines.append(f"<li>+ {len(posts) - _SHOWN}</li>")
        number = day.day if inside else ""
        return (
            f'<td class="{"in" if inside else "out"}"><b>{number}</b><ul>{"".join(lines)}</ul></td>'
        )


def thumbnail(root: Path, path: str) -> str:
    """Return a small picture as a data address; empty when the file is none that can be shown.

    Args:
        root: The folder that pictures must lie under.
        path: As the plan names it.
    """
    try:
        with open_under(str(root), path, "media") as file, warnings.catch_warnings():
            warnings.simplefilter("error")
            image = Image.open(file, formats=_PICTURES)
            if image.width * image.height > _MOST_PIXELS:
                return ""
            small = image.convert("RGB")
            small.thumbnail((_THUMBNAIL * 2, _THUMBNAIL * 2))
    except _NO_PICTURE:
        return ""
    out = io.BytesIO()
    small.save(out, "JPEG", quality=72)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()
