"""Builds the world from a seed and the options."""

from __future__ import annotations

import base64
from random import Random

from hootsuite_sandbox.clock import Clock
from hootsuite_sandbox.domain.records import HistoryAction, Media, Message, Reviewer
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.options import Options
from hootsuite_sandbox.seed import people
from hootsuite_sandbox.seed.ads import seed_ads
from hootsuite_sandbox.seed.archive import SeededMessages
from hootsuite_sandbox.seed.calendar import DAY, Calendar
from hootsuite_sandbox.seed.comments import seed_comments
from hootsuite_sandbox.seed.native import SeededNativePosts
from hootsuite_sandbox.seed.texts import COMPANIES, TAGS, compose

WEEK = 7 * DAY
_IMAGES = ("image/jpeg", "image/png", "image/jpeg", "image/gif")
_ENOUGH = 50  # a world with fewer messages has no unscheduled ones in review


def build(options: Options) -> World:
    """Build a world; equal options give equal worlds.

    Args:
        options: The start options.
    """
    world = World(options, Clock(options.start, options.clock_rate))
    random = Random(options.seed)  # noqa: S311 - data, not secrets
    people.seed_organizations(world)
    people.seed_members(world, random)
    people.seed_profiles(world, random)
    people.seed_teams(world, random)
    people.seed_interactions(world, random)
    _seed_messages(world, random)
    # Without activity nobody posts any more, neither in Hootsuite nor on the networks.
    last = None if options.activity else options.start // DAY - 1
    world.native_posts = SeededNativePosts(options.seed, last)
    world.report_tags = TAGS
    seed_comments(world)
    seed_ads(world)
    if options.new_ids == "growing":
        world.pass_used_ids()
    if options.activity:
        world.next_event = options.start - options.start % DAY + DAY + 9 * 3600
    return world


def _seed_messages(world: World, random: Random) -> None:
    options = world.options
    weeks = _seed_media(world)
    first, last = min(weeks), max(weeks)
    archive = SeededMessages(
        seed=options.seed,
        profiles=list(world.profiles.values()),
        authors=list(world.members)[:60],
        handle=COMPANIES[0][1],
        start=options.start,
        media_of=lambda instant: weeks[min(max(instant // WEEK, first), last)],
    )
    waiting = 2 if options.messages >= _ENOUGH and options.members > 1 else 0
    calendar = Calendar(archive, options.start, random, options.messages - waiting, options.years)
    calendar.write(activity=options.activity)
    world.use(archive)
    for number in range(waiting):
        world.messages.add(_unscheduled(world, random, number))


def _seed_media(world: World) -> dict[int, tuple[list[str], str]]:
    """Create pictures and a video for every week, so that old ones can expire."""
    start = world.options.start
    images = max(1, min(6, world.options.messages // 1000))
    weeks: dict[int, tuple[list[str], str]] = {}
    for week in range(
        (start - (365 * world.options.years + 1) * DAY) // WEEK, (start + 70 * DAY) // WEEK + 1
    ):
        ids = [_medium(world, week, number).id for number in range(images + 1)]
        weeks[week] = ids[1:], ids[0]
    return weeks


def _medium(world: World, week: int, number: int) -> Media:
    digest = world.digest("media", week, number)
    key = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"
    created = min(week * WEEK - DAY, world.options.start - DAY)
    media = Media(
        id=base64.b64encode(
            f"https://hootsuite-video.s3.amazonaws.com/production/{key}_{digest[32:44]}.media".encode()
        ).decode(),
        size_bytes=20_000 + int(digest[:5], 16),
        mime_type=_IMAGES[int(digest[0], 16) % 4] if number else "video/mp4",
        created=created,
        owner_id=world.main_member_id,
        key=key,
        uploaded=created + 5,
        ready_at=created + 10,
        last_used=week * WEEK + WEEK,
        sha256=digest,
    )
    world.media[media.id] = media
    return media


def _unscheduled(world: World, random: Random, number: int) -> Message:
    """A post that will be sent as soon as somebody approves it."""
    author, reviewer = list(world.members)[:2]
    profile = list(world.profiles.values())[number % len(world.profiles)]
    created = world.options.start - DAY * (number + 1)
    return Message(
        id=world.new_id("message"),
        profile_id=profile.id,
        state="PENDING_APPROVAL",
        text=compose(random.getrandbits(64), COMPANIES[0][1]),
        time=None,
        created=created,
        created_by=author,
        updated_by=author,
        tags=[],
        sequence_number=1,
        reviewers=[Reviewer(reviewer, "MEMBER")],
        history=[HistoryAction("MEMBER", author, "CREATE", created)],
    )
