"""Generates realistic texts: names, teams, and posts with hashtags and links."""

from __future__ import annotations

FIRST_NAMES = (
    "Amara", "Anders", "Beatriz", "Björn", "Camille", "Chiara", "Dae-jung", "Dilnoza", "Eero",
    "Elif", "Farah", "Fionn", "Giulia", "Hana", "Henrik", "Ikram", "Ines", "Jamal", "Jana", "Kaito",
    "Katarzyna", "Laszlo", "Leilani", "Lucía", "Mads", "Maëlle", "Nadia", "Noah", "Olu", "Oskar",
    "Priya", "Quentin", "Rania", "Rohan", "Saskia", "Soo-ah", "Tomás", "Ulrike", "Viktor", "Yara",
)  # fmt: skip
LAST_NAMES = (
    "Abebe", "Almeida", "Andersen", "Banerjee", "Bianchi", "Brennan", "Castillo", "Chen", "Dubois",
    "Eriksson", "Fischer", "Fofana", "García", "Haddad", "Hoang", "Ivanova", "Jansen", "Kowalski",
    "Kumar", "Larsen", "Lindqvist", "Marchetti", "Mbeki", "Moreau", "Nakamura", "Novák", "O'Neill",
    "Okafor", "Park", "Petrov", "Quispe", "Rossi", "Sato", "Schneider", "Silva", "Tanaka", "Ueda",
    "Varga", "Weber", "Yildiz",
)  # fmt: skip
TITLES = (
    "Social Media Manager", "Content Editor", "Community Lead", "Campaign Planner", "Copywriter",
    "Customer Care Agent", "Brand Strategist", "Video Producer", "Data Analyst", "Press Officer",
)  # fmt: skip
COMPANIES = (
    ("Larkspur Outfitters", "larkspur"),
    ("Northwind Coffee", "northwindcoffee"),
    ("Harbour & Vale Museums", "harbourvale"),
    ("Brightline Cycles", "brightline"),
)
TEAMS = (
    "Brand", "Customer Care", "Campaigns", "Community", "Product News", "Press Office", "Events",
    "Recruiting", "Video Studio", "Partnerships", "Regional North", "Regional South", "Research",
)  # fmt: skip
CITIES = (
    ("Vancouver", "America/Vancouver"),
    ("Toronto", "America/Toronto"),
    ("London", "Europe/London"),
    ("Berlin", "Europe/Berlin"),
    ("Paris", "Europe/Paris"),
    ("São Paulo", "America/Sao_Paulo"),
    ("Sydney", "Australia/Sydney"),
    ("Tokyo", "Asia/Tokyo"),
)
LANGUAGES = ("en", "fr", "de", "pt_BR", "ja", "es", "it", "nl")
TAGS = ("spring-launch", "evergreen", "hiring", "Customer Story", "event:summit", "always-on")

OPENERS = (
    "New on the blog:", "Meet the team:", "Behind the scenes:", "Save the date:", "Did you know?",
    "From our customers:", "This week only:", "Long read:", "Quick tip:", "We're hiring:",
    "Throwback to", "Coming soon:", "You asked, we listened:", "In numbers:", "Good morning!",
    "Just published:",
)  # fmt: skip
SUBJECTS = (
    "how a small workshop ships to forty countries",
    "the autumn collection, photographed at dawn",
    "five habits of calm planners",
    "our annual summit and who will be on stage",
    "what a year of feedback taught us",
    "a repair guide that saves the old favourite",
    "the people who answer at night",
    "a map of every route our readers sent in",
    "three mistakes we made so that you need not",
    "the sound of the roastery in the morning",
    "an open day for families, rain or shine",
    "a scholarship for apprentices, open until Friday",
    "why we changed the box and what it saves",
    "the winner of the photo contest",
    "a longer life for everything with wheels",
    "opening hours over the holidays",
)
CLOSERS = (
    "Read more:", "Tell us what you think.", "Sign up today:", "See you there!", "Link below.",
    "Which one is yours?", "Thank you for a great year.", "Details:", "Share it with a friend.",
    "Photos by our readers.", "More soon.", "Reply with your story.",
)  # fmt: skip
HASHTAGS = (
    "#behindthescenes", "#community", "#craft", "#customerstory", "#design", "#ecofriendly",
    "#events", "#handmade", "#hiring", "#innovation", "#mondaymotivation", "#museum", "#arrivals",
    "#photography", "#repair", "#smallbusiness", "#sustainability", "#teamwork", "#throwback",
    "#tips", "#travel", "#weekend",
)  # fmt: skip
EMOJI = ("", "", "", " ✨", " 🚲", " ☕", " 🎉", " 📷", " 👋🏽", " 🌿")


def compose(bits: int, handle: str) -> str:
    """Write a post.

    Args:
        bits: 64 random bits; the same bits give the same post.
        handle: The domain of links, such as `larkspur`.
    """
    opener = OPENERS[bits & 15]
    subject = SUBJECTS[(bits >> 4) & 15]
    closer = CLOSERS[(bits >> 8) % 12]
    link = f" https://{handle}.example/{bits >> 40:x}" if bits & 0x30000 else ""
    # Of two draws the earlier one in the list: few hashtags are used often, many now and then.
    first = HASHTAGS[min((bits >> 18) % 22, (bits >> 33) % 22)]
    second = f" {HASHTAGS[min((bits >> 24) % 22, (bits >> 45) % 22)]}" if bits & 0x400000 else ""
    return f"{opener} {subject}. {closer}{link}{EMOJI[(bits >> 30) % 10]} {first}{second}"
