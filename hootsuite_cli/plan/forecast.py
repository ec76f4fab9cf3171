"""Forecast of a plan: posts by day and profile, number of requests, and warnings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hootsuite_api.calls import Call
from hootsuite_api.client import HootsuiteClient
from hootsuite_api.errors import HootsuiteError
from hootsuite_api.text_length import too_long
from hootsuite_cli.plan.in_process import Result, Run
from hootsuite_cli.plan.platform_states import States, ask
from tap_hootsuite_sheet.model import Plan
from tap_hootsuite_sheet.profiles import Profile
from tap_hootsuite_sheet.times import zone
from target_hootsuite.errors import RowRejected
from target_hootsuite.lookup.listing import Found, Listing, Place, comparable, read
from target_hootsuite.media.local_files import open_under
from target_hootsuite.statuses import ResultStatus

_POSTED = frozenset({ResultStatus.PLANNED, ResultStatus.UNCHANGED, ResultStatus.ADOPTED})
_LINKS = 200
_DEAD = frozenset({"REJECTED", "SEND_FAILED_PERMANENTLY"})


@dataclass(frozen=True)
class Post:
    """A row of the plan, as shown to people."""

    row: int
    at: datetime
    zone: str
    text: str
    profiles: tuple[str, ...]
    media: tuple[Mapping[str, str], ...]
    key: str


@dataclass
class Forecast:
    """Everything known about a plan before it is sent."""

    posts: list[Post]
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    warnings: dict[int, list[str]] = field(default_factory=dict)
    creates: int = 0
    replaces: int = 0
    standing: int = 0
    unknown: int = 0
    deferred: int = 0
    uploads: int = 0
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Aliases of profiles, by id; for profiles without a name on the platform."""
    kinds: dict[int, str] = field(default_factory=dict)
    """What happens to each row: new, changed, unchanged ..."""
    differences: dict[int, str] = field(default_factory=dict)
    """The changes in each row, with old and new values."""
    removed: Sequence[str] = ()
    """Posts that stay scheduled although their rows left the plan, a line each."""
    moved: list[str] = field(default_factory=list)
    """New times of replaced posts, a line each."""
    too_long: int = 0
    """How many posts have a text that is too long for their network."""
    states: States = field(default_factory=States)
    """Posts on the platform that are not published without further action."""
    stop: str = ""
    """Why nothing will be sent although all rows are valid."""
    requests: int = 0
    per_second: int = 20
    quota_total: int = 0
    quota_used: int = 0

    def warn(self, row: int, sentence: str) -> None:
        """Add a warning to a row, once."""
        known = self.warnings.setdefault(row, [])
        if sentence not in known:
            known.append(sentence)

    def needs_a_run(self) -> bool:
        """Whether there is anything to post, or an unknown outcome to resolve."""
        return self.creates + self.replaces + self.unknown + self.deferred > 0

    def by_day(self) -> dict[str, Counter[str]]:
        """Return how many posts each profile gets on each day."""
        days: dict[str, Counter[str]] = {}
        for post in sorted(self.posts, key=lambda one: one.at):
            days.setdefault(f"{post.at:%a %d %b %Y}", Counter()).update(post.profiles)
        return days

    def name(self, profile: str) -> str:
        """Return the name of a profile for people."""
        known = self.profiles.get(profile)
        alias = self.aliases.get(profile)
        if known is None:
            return alias or profile
        name = known.username or known.network_id or known.id
        return f"{network(known.type)} {alias if alias and name.isdigit() else name}"

    def count_posts(self) -> int:
        """Return the number of posts: a row for two profiles is two posts."""
        return sum(len(post.profiles) for post in self.posts)


def network(kind: str) -> str:
    """Return a network's name for people from a profile's type."""
    names = {
        "FACEBOOK": "Facebook",
        "INSTAGRAM": "Instagram",
        "LINKEDIN": "LinkedIn",
        "PINTEREST": "Pinterest",
        "THREADS": "Threads",
        "TIKTOK": "TikTok",
        "TWITTER": "X",
        "WHATSAPP": "WhatsApp",
        "YOUTUBE": "YouTube",
    }
    return next((name for prefix, name in names.items() if kind.startswith(prefix)), kind.title())


def posts_of(plan: Plan) -> list[Post]:
    """Return the valid rows of a plan."""
    posts = []
    for row, record, where in zip(plan.rows, plan.records, plan.zones, strict=True):
        sent = datetime.fromisoformat(record["scheduled_send_time"]).astimezone(zone(where))
        posts.append(
            Post(
                row,
                sent,
                where,
                record["text"],
                tuple(record["social_profile_ids"]),
                tuple(record.get("media", ())),
                record["external_id"],
            )
        )
    return posts


def warn_about_texts(forecast: Forecast) -> None:
    """Warn of texts longer than their network is known to show, and of posts at the same minute."""
    first: dict[tuple[str, datetime], int] = {}
    for post in forecast.posts:
        for profile in post.profiles:
            kind = forecast.profiles[profile].type if profile in forecast.profiles else ""
            if said := too_long(post.text, kind):
                forecast.too_long += 1
                forecast.warn(post.row, f"TOO LONG for {forecast.name(profile)}: {said}")
            other = first.setdefault((profile, post.at), post.row)
            if other != post.row:
                said = f"{forecast.name(profile)} gets row {other} at the same time"
                forecast.warn(post.row, said)


def count(
    forecast: Forecast, run: Run, root: Path | None = None, there: AbstractSet[str] = frozenset()
) -> None:
    """Count the posts and requests that the target planned.

    Args:
        forecast: Gets the counts.
        run: The dry run.
        root: The folder of the plan's files.
        there: Digests of files that are uploaded already.
    """
    actions = Counter((one["status"], one["action"]) for one in run.results)
    statuses = Counter(one["status"] for one in run.results)
    forecast.replaces = actions[ResultStatus.PLANNED, "replace"]
    forecast.creates = statuses[ResultStatus.PLANNED] - forecast.replaces
    forecast.standing = actions[ResultStatus.UNCHANGED, "none"] + statuses[ResultStatus.ADOPTED]
    forecast.unknown = statuses[ResultStatus.UNKNOWN]
    forecast.deferred = statuses[ResultStatus.DEFERRED]
    fresh = {one["key"] for one in run.results if one["status"] == ResultStatus.PLANNED}
    media = [item for post in forecast.posts if post.key in fresh for item in post.media]
    paths = {item["path"] for item in media if item.get("path")}
    names = {_digest(root, path) or path for path in paths} if there and root else paths
    forecast.uploads = len(names - there) + len({one["url"] for one in media if one.get("url")})
    forecast.requests = forecast.creates + 3 * forecast.replaces + 3 * forecast.uploads


def _digest(root: Path, path: str) -> str:
    """Return the digest by which the target identifies a file; empty if it can't be read."""
    try:
        with open_under(str(root), path, "media") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # a file
    except (RowRejected, OSError):
        return ""


def look_around(forecast: Forecast, run: Run, client: HootsuiteClient) -> None:
    """Warn of posts on the platform at the same time or with the same text; read the quota.

    The same lists give the states of the plan's own posts.

    Args:
        forecast: Gets the warnings.
        run: The dry run: the plan's own posts.
        client: Lists the days of the plan, a request per hundred posts.
    """
    own = {str(one["remote_id"]) for one in run.results if one["remote_id"]}
    planned = {one["key"] for one in run.results if one["status"] in _POSTED}
    wanted = [post for post in forecast.posts if post.key in planned and post.profiles]
    standing = _standing(wanted, client)
    _learn_states(forecast, run, [one for day in standing.values() for one in day], client)
    for post in wanted:
        for profile in post.profiles:
            others = [one for one in standing.get((profile, _day(post)), ()) if one.id not in own]
            for said in _conflicts(post, others):
                forecast.warn(post.row, f"{forecast.name(profile)} {said}")
    quota = client.quota
    forecast.quota_total, forecast.quota_used = quota.total or 0, quota.used or 0


def _learn_states(
    forecast: Forecast, run: Run, found: Sequence[Found], client: HootsuiteClient
) -> None:
    """Find which of the plan's posts wait or will not be published, and warn at their rows."""
    known = {one.id: one.state for one in found}
    states = States(known, {post.key: post.at for post in forecast.posts}, client.now())
    ask(states, run.results, client)
    forecast.states = states
    results = run.by_key()
    for post in forecast.posts:
        mine = results.get(post.key, ())
        stuck = [
            (forecast.name(str(one["social_profile_id"])), why)
            for one in mine
            if (why := states.of(one)) is not None
        ]
        if stuck and forecast.kinds.get(post.row) == "unchanged":
            forecast.kinds[post.row] = min(why.kind for _, why in stuck)
        said = [forecast.differences.get(post.row, ""), *(f"{at} {why.one}" for at, why in stuck)]
        forecast.differences[post.row] = "; ".join(filter(None, said))
        for name, why in stuck:
            if not why.waits:
                forecast.warn(post.row, f"{name}: the post {why.one}. {why.remedy}")


def _day(post: Post) -> float:
    """Return the start of a post's day, in seconds since the epoch."""
    return post.at.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _standing(
    posts: Sequence[Post], client: HootsuiteClient
) -> dict[tuple[str, float], list[Found]]:
    """List whole days, to find the same text at another time, too."""
    days = sorted({(profile, _day(post)) for post in posts for profile in post.profiles})
    places = [Place(profile, start, start + 86_399) for profile, start in days]
    listing = read(client, places) if places else Listing()
    return {(place.profile, place.since): listing.at(place) for place in places}


def _conflicts(post: Post, standing: Sequence[Found]) -> list[str]:
    said = []
    for found in (one for one in standing if one.state not in _DEAD):
        same_time = found.at == post.at.timestamp()
        same_text = found.text == comparable(post.text)
        if same_time and not same_text:
            said.append(f"has another post at that time already (message {found.id})")
        elif same_text and not same_time:
            said.append(f"has a post with the same text that day already (message {found.id})")
    return said


def links(forecast: Forecast, run: Run, client: HootsuiteClient) -> dict[str, str]:
    """Return the URLs of published posts by message id, for a few posts at most.

    Args:
        forecast: The posts and their times.
        run: The run: the posts on the platform.
        client: Requests one message each (operation `get_message`).
    """
    now = client.now()
    out = {post.key for post in forecast.posts if post.at <= now}
    ids = [str(one["remote_id"]) for one in run.results if one["remote_id"] and one["key"] in out]
    addresses = {one: _address(one, client) for one in ids[:_LINKS]}
    return {one: address for one, address in addresses.items() if address}


def _address(message_id: str, client: HootsuiteClient) -> str:
    try:
        data = client.send(Call("get_message", path={"messageId": message_id})).data
    except HootsuiteError:
        return ""
    message = data[0] if isinstance(data, list) and data else data
    return str(message.get("postUrl") or "") if isinstance(message, dict) else ""


def rejected(results: Sequence[Result]) -> list[Result]:
    """Return the results of rejected rows."""
    return [one for one in results if one["status"] == ResultStatus.REJECTED]
