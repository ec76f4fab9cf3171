"""Calendar of a plan as one HTML file that works offline: weeks, months, warnings."""

from __future__ import annotations

import base64
import calendar
import io
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from hootsuite_api.phrases import counted
from hootsuite_cli.pages import own_file, policy, template_environment
from hootsuite_cli.plan.forecast import Forecast, Post, network
from target_hootsuite.errors import RowRejected
from target_hootsuite.media.local_files import open_under

_HERE = "hootsuite_cli.plan"
_THUMBNAIL = 160
_MOST_PIXELS = 64_000_000
_MOST_THUMBNAILS = 400
_WEEK = 7
_SHOWN = 3
_NO_PICTURE = (RowRejected, OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError)
_PICTURES = ("PNG", "JPEG", "GIF")
_MEANINGS = {
    "new": "will be scheduled",
    "changed": "replaces its scheduled post",
    "unchanged": "is scheduled already",
    "waiting": "waits for approval in Hootsuite",
    "stopped": "stands in Hootsuite and does not go out; see its warning",
    "unknown": "may be scheduled; the next run looks for it",
    "deferred": "is still to be sent",
}
_OTHER = "other"


def render(title: str, forecast: Forecast, problems: Sequence[str], root: Path | None) -> str:
    """Return the calendar as one HTML document without a script.

    Args:
        title: The plan's name.
        forecast: The posts and their warnings.
        problems: The problems of rows that won't be sent.
        root: The folder of the pictures; None shows none.
    """
    css = own_file(_HERE, "templates", "preview.css")
    page = _Page(forecast, root)
    return (
        template_environment(_HERE)
        .get_template("preview.html.j2")
        .render(
            title=title,
            policy=policy(css, images="data:"),
            css=css,
            problems=problems,
            removed=forecast.removed,
            **page.content(),
        )
    )


class _Page:
    """Collects the template's values."""

    def __init__(self, forecast: Forecast, root: Path | None) -> None:
        self._forecast = forecast
        self._root = root
        self._pictures: dict[str, str] = {}
        self._days: dict[date, list[Post]] = {}
        for post in sorted(forecast.posts, key=lambda one: (one.at, one.row)):
            self._days.setdefault(post.at.date(), []).append(post)

    def content(self) -> dict[str, Any]:
        """Return the values by their names in the template."""
        return {
            "summary": self._summary(),
            "warned": sum(1 for said in self._forecast.warnings.values() if said),
            "networks": self._networks(),
            "kinds": self._kinds(),
            "weeks": list(self._weeks()),
            "months": [
                self._month(*month) for month in sorted({(d.year, d.month) for d in self._days})
            ],
            "day_names": list(calendar.day_abbr),
        }

    def _summary(self) -> str:
        posts = counted(self._forecast.count_posts(), "post")
        zones = ", ".join(sorted({post.zone for post in self._forecast.posts})) or "-"
        return f"{posts} on {counted(len(self._days), 'day')}, times in {zones}"

    def _networks(self) -> list[dict[str, str]]:
        """Return the legend: a colour per network."""
        used = {profile for post in self._forecast.posts for profile in post.profiles}
        named = {
            self._network(one): network(known.type)
            for one in used
            if (known := self._forecast.profiles.get(one)) is not None
        }
        return [{"network": key, "name": name} for key, name in sorted(named.items())]

    def _kinds(self) -> list[dict[str, str]]:
        used = set(self._forecast.kinds.values())
        return [{"name": name, "means": means} for name, means in _MEANINGS.items() if name in used]

    def _weeks(self) -> Iterator[dict[str, Any]]:
        for monday in sorted({day - timedelta(days=day.weekday()) for day in self._days}):
            days = (monday + timedelta(days=n) for n in range(_WEEK))
            name = f"Week {monday.isocalendar().week}, {monday:%d %B %Y}"
            yield {"name": name, "days": [self._day(day) for day in days]}

    def _day(self, day: date) -> dict[str, Any]:
        posts = [self._post(post) for post in self._days.get(day, ())]
        return {"name": f"{day:%a %d %b}", "posts": posts}

    def _post(self, post: Post) -> dict[str, Any]:
        kind = self._forecast.kinds.get(post.row, "")
        return {
            **self._line(post),
            "iso": post.at.isoformat(),
            "row": post.row,
            "kind": kind if kind in _MEANINGS else "",
            "difference": self._forecast.differences.get(post.row, ""),
            "media": list(self._media(post.media)),
            "warnings": self._forecast.warnings.get(post.row, ()),
        }

    def _line(self, post: Post) -> dict[str, Any]:
        chips = [
            {"network": self._network(one), "name": self._forecast.name(one)}
            for one in post.profiles
        ]
        return {"time": f"{post.at:%H:%M}", "text": post.text, "chips": chips}

    def _network(self, profile: str) -> str:
        known = self._forecast.profiles.get(profile)
        return network(known.type).lower() if known else _OTHER

    def _media(self, media: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
        for item in media:
            name = item.get("path") or item.get("url") or item.get("id") or ""
            picture = self._picture(item["path"]) if "path" in item else ""
            yield {"name": name, "picture": picture}

    def _picture(self, path: str) -> str:
        if path not in self._pictures:
            room = len(self._pictures) < _MOST_THUMBNAILS and self._root is not None
            self._pictures[path] = thumbnail(self._root, path) if room and self._root else ""
        return self._pictures[path]

    def _month(self, year: int, month: int) -> dict[str, Any]:
        weeks = calendar.Calendar().monthdatescalendar(year, month)
        return {
            "name": f"{calendar.month_name[month]} {year}",
            "weeks": [[self._square(day, day.month == month) for day in week] for week in weeks],
        }

    def _square(self, day: date, inside: bool) -> dict[str, Any]:  # noqa: FBT001 - private, named by its use
        posts = self._days.get(day, []) if inside else []
        return {
            "inside": inside,
            "number": day.day,
            "name": f"{day:%a %d %b}",
            "posts": [self._line(post) for post in posts[:_SHOWN]],
            "more": max(len(posts) - _SHOWN, 0),
        }


def thumbnail(root: Path, path: str) -> str:
    """Return a small picture as a data URL; empty if the file can't be shown.

    Args:
        root: The folder that must contain the pictures.
        path: The path in the plan.
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
