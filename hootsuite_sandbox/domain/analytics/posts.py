"""Posts in analytics: published by messages, or made in the networks' own apps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from heapq import merge

from hootsuite_sandbox.clock import parse_instant
from hootsuite_sandbox.domain.analytics import growth
from hootsuite_sandbox.domain.analytics.networks import (
    DAY,
    NETWORKS,
    Metric,
    Network,
    day_of,
    ends_at,
    starts_at,
)
from hootsuite_sandbox.domain.analytics.requests import unfit
from hootsuite_sandbox.domain.chance import bits, share
from hootsuite_sandbox.domain.records import Document, Message, NativePost, Profile, iso
from hootsuite_sandbox.domain.world import World

Key = tuple[int, str]
"""Sort key of a post: its creation time, and its id on the network."""
CAMPAIGNS = frozenset({"spring-launch", "event:summit", "hiring"})
"""Tags that people use for campaigns."""
_BOOSTED = 15  # one in so many posts is paid, too
_TAGGED_LATER = 9  # one in so many posts gets its tag in the reports, not in the composer
_STORY_SECONDS = DAY


@dataclass(frozen=True, slots=True)
class Post:
    """A published post, made by a message or natively."""

    created: int
    external_id: str
    link: str
    profile: Profile
    kind: str
    text: str
    chance: int
    author_id: str | None = None
    tags: tuple[str, ...] = ()
    pictures: int = 0

    @property
    def key(self) -> Key:
        """Its sort key."""
        return self.created, self.external_id


@dataclass(frozen=True, slots=True)
class Choice:
    """The requested posts; days are the network's own, both ends included."""

    profiles: tuple[Profile, ...]
    since: date
    until: date
    datatype: str = "ORGANIC"
    modified_since: date | None = None
    modified_until: date | None = None
    before: Key | None = None
    after: Key | None = None
    by_refresh: bool = True  # whether its last refresh counts as a post's last change
    deleted: bool = False  # instead: those deleted on their network


def newest(world: World, choice: Choice) -> Iterator[Document]:
    """Yield the requested posts as shown now, newest first."""
    for post in descending(world, choice):
        yield show(world, post, choice.datatype)


def descending(world: World, choice: Choice) -> Iterator[Post]:
    """Yield the requested posts that have appeared, newest first."""
    now = world.now()
    for post in _all(world, choice):
        if choice.before is not None and post.key >= choice.before:
            continue
        if choice.after is not None and post.key <= choice.after:
            return
        if _is_chosen(world, post, choice, now):
            yield post


def _all(world: World, choice: Choice) -> Iterator[Post]:
    bounds = [_bounds(choice, profile) for profile in choice.profiles]
    if not bounds:
        return iter(())
    high = max(end for _, end in bounds)
    if choice.before is not None:
        high = min(high, choice.before[0] + 1)
    low = min(start for start, _ in bounds)
    sources = [_published(world, choice.profiles, low, high)]
    sources += [_native(world, profile, low, high) for profile in choice.profiles]
    return merge(*sources, key=lambda post: post.key, reverse=True)


def _bounds(choice: Choice, profile: Profile) -> tuple[int, int]:
    network = NETWORKS[profile.type]
    return starts_at(network, choice.since), ends_at(network, choice.until)


def _is_chosen(world: World, post: Post, choice: Choice, now: int) -> bool:
    network = NETWORKS[post.profile.type]
    if (post.external_id in world.deleted_posts) != choice.deleted or post.created > now:
        return False
    if not choice.since <= day_of(network, post.created) <= choice.until:
        return False
    account = post.profile.network_id
    if now < growth.first_shown(network, account, post.created, post.chance):
        return False
    if choice.datatype == "PAID" and post.chance // 3 % _BOOSTED:
        return False
    return _is_modified(network, post, choice, now)


def _is_modified(network: Network, post: Post, choice: Choice, now: int) -> bool:
    if choice.modified_since is None and choice.modified_until is None:
        return True
    changed = post.created
    if choice.by_refresh:
        account = post.profile.network_id
        changed = growth.refreshed(network, account, post.created, post.chance, now)
    day = day_of(network, changed)
    least = choice.modified_since or date.min
    return least <= day <= (choice.modified_until or date.max)


# -- sources of posts ---------------------------------------------------------------------


def _published(world: World, profiles: tuple[Profile, ...], low: int, high: int) -> Iterator[Post]:
    """Yield posts that Hootsuite published, newest first, also under former ids of an account."""
    by_id = {
        profile_id: profile
        for profile in profiles
        for profile_id in (profile.id, *world.former_ids.get(profile.network_id, ()))
    }
    # Within a second, messages are sorted by their own ids, posts by those of the network.
    waiting: list[Post] = []
    for message in world.messages.newest(low, high, by_id.keys()):
        post = _of_message(world, message, by_id[message.profile_id])
        if waiting and waiting[0].created != post.created:
            yield from sorted(waiting, key=lambda one: one.key, reverse=True)
            waiting = []
        waiting.append(post)
    yield from sorted(waiting, key=lambda one: one.key, reverse=True)


def _of_message(world: World, message: Message, profile: Profile) -> Post:
    chance = bits(world.options.seed, "post", message.number)
    kind = "video" if message.video else "picture" if message.media else "text"
    external_id = message.post_id or message.id
    link = message.post_url or _link(profile, external_id)
    if profile.type == "FACEBOOKPAGE" and kind == "video":
        # There videos have an id of their own, without the page's; only the URL is the same.
        external_id = external_id.rpartition("_")[2]
    return Post(
        created=message.time or 0,
        external_id=external_id,
        link=link,
        profile=profile,
        kind=kind,
        text=message.text,
        chance=chance,
        author_id=message.created_by,
        tags=tuple(message.tags or ()),
        pictures=len(message.media or ()),
    )


def _native(world: World, profile: Profile, low: int, high: int) -> Iterator[Post]:
    if world.native_posts is None:
        return
    for day in range((high - 1) // DAY, low // DAY - 1, -1):
        found = [_of_native(world, one, profile) for one in world.native_posts(profile, day)]
        for post in sorted(found, key=lambda one: one.key, reverse=True):
            if low <= post.created < high:
                yield post


def _of_native(world: World, native: NativePost, profile: Profile) -> Post:
    number = str(native.number)
    external_id = number
    if profile.type == "FACEBOOKPAGE" and native.kind != "video":
        external_id = f"{profile.network_id}_{number}"
    return Post(
        created=native.created,
        external_id=external_id,
        link=_link(profile, external_id),
        profile=profile,
        kind=native.kind,
        text=native.text,
        chance=bits(world.options.seed, "native", native.number),
        pictures=0 if native.kind == "text" else 1,
    )


def _link(profile: Profile, external_id: str) -> str:
    site = NETWORKS[profile.type].site
    return site.format(account=profile.username or profile.network_id, post=external_id)


# -- JSON objects ------------------------------------------------------------------------


def show(world: World, post: Post, datatype: str) -> Document:
    """Show a post; keys without a value are left out, as recorded."""
    profile, network = post.profile, NETWORKS[post.profile.type]
    now = world.now()
    refreshed = growth.refreshed(network, profile.network_id, post.created, post.chance, now)
    viral_at = growth.viral_at(post.created, post.chance)
    is_viral = growth.is_viral(post.chance) and viral_at <= refreshed
    shown: Document = {
        "createdAt": iso(post.created),
        "lastRefreshed": iso(refreshed),
        "profileId": profile.id,
        "externalProfileId": profile.network_id,
        "sourceLink": post.link,
        "externalId": post.external_id,
        "isViral": is_viral,
        "detectedViralAt": iso(viral_at) if is_viral else None,
        "content": post.text or None,
        "title": post.text.partition(".")[0] if profile.type == "YOUTUBECHANNEL" else None,
        "postType": _post_type(network, post),
        "metrics": _metrics(network, post, refreshed, datatype),
        "attachmentTypes": _attachments(post),
        "media": _media(post),
        "links": _links(post),
        "metadata": _metadata(profile, post),
        **_labels(world, post),
        **_people(world, post),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _post_type(network: Network, post: Post) -> str:
    if post.kind == "story":
        return "INSTAGRAM_STORY"
    return network.kinds[("text", "picture", "video").index(post.kind)]


def _metrics(network: Network, post: Post, refreshed: int, datatype: str) -> dict[str, float]:
    age = refreshed - post.created
    if post.kind == "story":
        age = min(age, _STORY_SECONDS) * 20  # a story disappears after a day
    account = post.profile.network_id
    views = growth.audience(account, post.profile.timezone, post.created, post.chance)
    views *= growth.grown(network, age)
    if datatype == "PAID":
        paid = {"paid_impressions": int(views * 3), "paid_clicks": int(views * 0.02)}
        return {name: value for name, value in paid.items() if value}
    found: dict[str, float] = {
        metric.name: int(views * metric.share * (0.6 + 0.8 * share(post.chance, metric.name)))
        for metric in network.metrics
        if _has(metric, post)
    }
    if post.profile.type == "INSTAGRAMBUSINESS" and post.kind != "story":
        _add_engagement(found)
    # An absent metric is unknown. The networks leave out what they have not counted yet.
    return {name: value for name, value in found.items() if value}


def _has(metric: Metric, post: Post) -> bool:
    if metric.kinds and post.kind not in metric.kinds:
        return False
    return not metric.lacking or bool(bits(post.chance, metric.name, 7) % metric.lacking)


def _add_engagement(found: dict[str, float]) -> None:
    engagement = sum(found.get(name, 0) for name in ("likes", "comments", "shares", "saves"))
    found["engagement"] = engagement
    reach = found.get("reach")
    if reach:
        found["engagement_rate"] = round(100 * engagement / reach, 2)


def _attachments(post: Post) -> list[str] | None:
    if post.kind == "video":
        return ["ATTACHMENT_VIDEO"]
    if post.kind in {"picture", "story"}:
        return ["ATTACHMENT_PHOTO"]
    return ["ATTACHMENT_LINK"] if "https://" in post.text else None


def _media(post: Post) -> list[Document] | None:
    if not post.pictures:
        return None
    mime, ending = ("MEDIA_VIDEO", "mp4") if post.kind == "video" else ("MEDIA_PHOTO", "jpg")
    address = f"https://media.hootsuite.example/{post.external_id}"
    length = {"length": 10 + post.chance % 170} if post.kind == "video" else {}
    addresses = {"url": f"{address}.{ending}", "thumbnailUrl": f"{address}_t.jpg"}
    return [{"mimeType": mime, **addresses, **length}]


def _links(post: Post) -> list[Document] | None:
    found = [word for word in post.text.split() if word.startswith("https://")]
    return [{"extendedUrl": link} for link in found] or None


def _metadata(profile: Profile, post: Post) -> Document | None:
    if profile.type == "FACEBOOKPAGE":
        boosted = post.chance // 3 % _BOOSTED == 0
        return {"is_boosted_post": boosted, "is_eligible_for_promotion": not boosted}
    if profile.type == "TIKTOKBUSINESS" and post.kind == "video":
        return {"video_duration": 10 + post.chance % 170, "embed_url": f"{post.link}?embed=1"}
    return None


def _labels(world: World, post: Post) -> Document:
    tags = list(post.tags)
    if not tags and post.chance // 5 % _TAGGED_LATER == 0 and world.report_tags:
        tags = [world.report_tags[post.chance // 64 % len(world.report_tags)]]
    campaign = next((tag for tag in tags if tag in CAMPAIGNS), None)
    auto = ["video"] if post.kind == "video" else []
    auto += ["question"] if "?" in post.text else []
    return {
        "tags": [_label(tag) for tag in tags] or None,
        "autoTags": [_label(tag) for tag in auto] or None,
        "campaign": _label(campaign) if campaign else None,
    }


def _label(text: str) -> Document:
    return {"id": str(10**6 + bits("label", text) % 10**6), "label": text}


def _people(world: World, post: Post) -> Document:
    author = world.members.get(post.author_id or "")
    if author is None:
        return {"source": {"name": "native"}}
    return {
        "createdMember": {"id": author.id, "name": author.full_name},
        "source": {"name": "Hootsuite Inc."},
    }


def instant(text: str) -> int:
    """Parse an instant in the format of posts.

    Raises:
        ProblemError: 422 for another text: somebody has changed a cursor.
    """
    try:
        return parse_instant(text)
    except (TypeError, ValueError):
        raise unfit("The cursor is malformed.") from None
