"""Generates organizations, members, teams and social profiles."""

from __future__ import annotations

import unicodedata
from random import Random

from hootsuite_sandbox.domain.records import Grant, Interaction, Member, Organization, Profile, Team
from hootsuite_sandbox.domain.rules import ORGANIZATION_GRANTS, TEAM_ADMIN, TEAM_DEFAULT
from hootsuite_sandbox.domain.world import World
from hootsuite_sandbox.seed.texts import (
    CITIES,
    COMPANIES,
    FIRST_NAMES,
    LANGUAGES,
    LAST_NAMES,
    TAGS,
    TEAMS,
    TITLES,
)

MAIN_MEMBER = 1_000_001
FIRST_ORGANIZATION = 814_001
FIRST_TEAM = 320_001
FIRST_PROFILE = 130_000_001
DAY = 86_400

# The smallest worlds need a profile for each rule: a second Twitter account, Pinterest, a profile
# with approval (the third), a private one, one that lost its connection (the ninth).
NETWORKS = (
    "TWITTER", "FACEBOOKPAGE", "LINKEDINCOMPANY", "PINTEREST", "TWITTER", "LINKEDIN",
    "INSTAGRAMBUSINESS", "YOUTUBECHANNEL", "THREADS", "TIKTOKBUSINESS", "FACEBOOK", "INSTAGRAM",
    "WHATSAPP", "FACEBOOKPAGE",
)  # fmt: skip
PRIVATE = frozenset({"LINKEDIN", "FACEBOOK"})
APPROVAL_INDEX = 2
REAUTH_INDEX = 8
_SITES = {
    "TWITTER": "https://twitter.com/",
    "FACEBOOKPAGE": "https://www.facebook.com/",
    "FACEBOOK": "https://www.facebook.com/",
    "LINKEDINCOMPANY": "https://www.linkedin.com/company/",
    "LINKEDIN": "https://www.linkedin.com/in/",
    "PINTEREST": "https://www.pinterest.com/",
    "INSTAGRAMBUSINESS": "https://www.instagram.com/",
    "INSTAGRAM": "https://www.instagram.com/",
    "YOUTUBECHANNEL": "https://www.youtube.com/channel/",
    "THREADS": "https://www.threads.net/@",
    "TIKTOKBUSINESS": "https://www.tiktok.com/@",
}
TARGETS = ("5550001", "5550002", "5550003")
_KINDS = {
    "TWITTER": ("MENTION", "DIRECT_MESSAGE", "MENTION"),
    "FACEBOOK": ("COMMENT", "REPLY", "POST", "POST_LIKE", "COMMENT_LIKE"),
}


def seed_organizations(world: World) -> None:
    """Add the organizations, without members."""
    for number in range(world.options.organizations):
        name, handle = COMPANIES[number % len(COMPANIES)]
        round_ = number // len(COMPANIES)
        organization_id = str(FIRST_ORGANIZATION + 97 * number)
        world.organizations[organization_id] = Organization(
            id=organization_id,
            name=f"{name} {round_ + 1}" if round_ else name,
            logo_url=f"https://static.hootsuite.example/logos/{handle}.png",
            tags=set(TAGS),
        )
    world.main_organization_id = str(FIRST_ORGANIZATION)


def seed_members(world: World, random: Random) -> None:
    """Add the members and their seats; the main member has a seat in every organization."""
    organizations = list(world.organizations.values())
    for number in range(world.options.members):
        member = make_member(world, random, str(MAIN_MEMBER + 7 * number), number)
        world.members[member.id] = member
        homes = organizations if number == 0 else [organizations[number % len(organizations)]]
        for organization in homes:
            organization.seats[member.id] = _seat(world, number)
            if number > 0 and not organization.payer_id:
                organization.payer_id = member.id
                organization.seats[member.id] = ORGANIZATION_GRANTS["PAYING_SUPER_ADMIN"]
    world.main_member_id = str(MAIN_MEMBER)


def make_member(world: World, random: Random, member_id: str, number: int) -> Member:
    """Invent a person.

    Args:
        world: The world, for its clock and company.
        random: The source of names and dates.
        member_id: The id.
        number: Part of the e-mail address, to make it unique.
    """
    given, family = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    company, handle = COMPANIES[0]
    created = world.now() - random.randrange(30 * DAY, 1000 * DAY)
    email = f"{_ascii(given)}.{_ascii(family)}{number or ''}@{handle}.example"
    return Member(
        id=member_id,
        email=email,
        full_name=f"{given} {family}",
        created=created,
        modified=created + random.randrange(DAY, world.now() - created),
        company_name=company,
        bio=random.choice(("", "", "Coffee first.", "Writes, edits, schedules.")),
        timezone=random.choice(CITIES)[1],
        language=LANGUAGES[number % len(LANGUAGES)],
        is_active=number % 10 != 9,  # noqa: PLR2004 - one of ten has left
        given_name=given,
        family_name=family,
        title=random.choice(TITLES),
        user_name=email,
        emails=[{"primary": True, "value": email, "type": "work"}],
    )


def _seat(world: World, number: int) -> Grant:
    if number == 0:
        return main_seat(world.options.role)
    return ORGANIZATION_GRANTS[
        "ADMIN" if number % 10 == 5 else "CUSTOM" if number % 7 == 3 else "DEFAULT"  # noqa: PLR2004 - a mix
    ]


def main_seat(role: str) -> Grant:
    """Return the seat of the main member, by the option `role`."""
    return ORGANIZATION_GRANTS["ADMIN" if role == "admin" else "DEFAULT"]


def seed_profiles(world: World, random: Random) -> None:
    """Add the social profiles, cycling through the networks."""
    organizations = list(world.organizations.values())
    members = list(world.members.values())
    for number in range(world.options.profiles):
        organization = organizations[number % len(organizations)]
        profile = _profile(random, number, organization)
        if profile.type in PRIVATE:
            # The first private profile belongs to the main member, the others to colleagues.
            first = number == NETWORKS.index("LINKEDIN")
            profile.owner = "MEMBER"
            profile.owner_id = members[0 if first else number % len(members)].id
        if number == APPROVAL_INDEX and organization.payer_id:
            profile.approvers = (organization.payer_id,)
        world.profiles[profile.id] = profile


def _profile(random: Random, number: int, organization: Organization) -> Profile:
    network = NETWORKS[number % len(NETWORKS)]
    city, zone = CITIES[number % len(CITIES)]
    handle = f"{COMPANIES[0][1]}{'' if number < len(NETWORKS) else number}_{_ascii(city)}"
    site = _SITES.get(network)
    profile_id = str(FIRST_PROFILE + 11 * number)
    return Profile(
        id=profile_id,
        type=network,
        network_id=str(random.randrange(10**14, 10**17)),
        owner="ORGANIZATION",
        owner_id=organization.id,
        organization_id=organization.id,
        username=handle,
        avatar_url=f"https://static.hootsuite.example/avatars/{profile_id}.png",
        external_url=f"{site}{handle}" if site else None,
        timezone=zone,
        is_reauth_required=number == REAUTH_INDEX,
    )


def seed_teams(world: World, random: Random) -> None:
    """Add the teams with members and profiles; one profile has no team."""
    organizations = list(world.organizations.values())
    for number in range(world.options.teams):
        organization = organizations[number % len(organizations)]
        members = list(organization.seats)
        owned = [
            p.id
            for p in world.profiles.values()
            if p.owner == "ORGANIZATION" and p.organization_id == organization.id
        ]
        chosen = random.sample(members, min(len(members), 2 + len(members) // 3))
        created = world.now() - random.randrange(60 * DAY, 900 * DAY)
        round_ = number // len(TEAMS)
        team = Team(
            id=str(FIRST_TEAM + 13 * number),
            organization_id=organization.id,
            name=TEAMS[number % len(TEAMS)] + (f" {round_ + 1}" if round_ else ""),
            created=created,
            created_by=members[0],
            modified=created + random.randrange(DAY, world.now() - created),
            modified_by=random.choice(members),
            members={m: TEAM_ADMIN if n == 0 else TEAM_DEFAULT for n, m in enumerate(chosen)},
            profile_ids=owned[number % max(1, len(owned)) : -1 : 2],
        )
        if number == 0:
            team.members.setdefault(world.main_member_id or members[0], TEAM_DEFAULT)
        world.teams[team.id] = team


def seed_interactions(world: World, random: Random) -> None:
    """Add interactions of three people with the company's Twitter and Facebook accounts."""
    for profile in world.profiles.values():
        network = "FACEBOOK" if profile.type.startswith("FACEBOOK") else profile.type
        if network not in _KINDS:
            continue
        for target in TARGETS:
            for number in range(25):
                outward = random.random() < 0.3  # noqa: PLR2004 - most comes from outside
                world.interactions.append(
                    Interaction(
                        network_type="TWITTER" if network == "TWITTER" else "FACEBOOK",
                        from_network_id=profile.network_id if outward else target,
                        to_network_id=target if outward else profile.network_id,
                        external_message_id=str(random.randrange(10**17, 10**19)),
                        type=random.choice(_KINDS[network]),
                        at=world.now() - number * 7 * DAY - random.randrange(DAY),
                    )
                )


def _ascii(text: str) -> str:
    flat = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in flat.lower() if letter.isalnum())
