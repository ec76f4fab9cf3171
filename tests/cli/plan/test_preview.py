"""The calendar: escaped, self-contained, and readable in a browser."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import io
import json
import os
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import pytest
from PIL import Image

from hootsuite_api.text_length import TEXT_LIMITS
from hootsuite_cli.plan import preview
from hootsuite_cli.plan.forecast import Forecast, network, posts_of, warn_about_texts
from hootsuite_cli.plan.preview import render, thumbnail
from tap_hootsuite_sheet.profiles import Profile

STYLE = (Path(preview.__file__).parent / "templates" / "preview.css").read_text(encoding="utf-8")
MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \"&' </style> javascript:1"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
BROWSER = next(filter(None, map(shutil.which, NAMES)), None)
LONG = "A long word: " + "Donaudampfschifffahrt" * 8


@pytest.fixture
def page(books, read):
    """A preview of three weeks, with hostile text, a picture, warnings and a problem."""
    Image.new("RGB", (1200, 900), "teal").save(books.folder / "a.png")
    rows = [
        (MORNING, HOSTILE, "1001;1002", "a.png"),
        (MORNING, LONG, "1002", "https://example.com/b.png;missing.png"),
        *((MORNING + dt.timedelta(days=n, hours=n), f"Post {n}", "1003", "") for n in range(20)),
    ]
    plan = read(books.xlsx(*rows, header=("Date", "Text", "Profiles", "Media")))
    assert not plan.problems.items
    forecast = Forecast(posts_of(plan))
    forecast.profiles = {
        "1001": Profile("1001", "LINKEDINCOMPANY", "<b>ACME</b>"),
        "1002": Profile("1002", "TWITTER", None, "acme"),
        "1003": Profile("1003", 'NEW"><SCRIPT SRC=X', "acme"),
    }
    warn_about_texts(forecast)
    path = books.folder / "plan.html"
    text = render(f"Plan {HOSTILE}", forecast, [f"Plan, row 9: {HOSTILE}"], books.folder)
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_is_escaped(page):
    """No text, name, title or problem becomes markup."""
    text = page.read_text(encoding="utf-8")
    body = text.partition("</style>")[2]
    assert "<script" not in text
    assert "onerror=alert(2)&gt;" in body
    assert "<b>ACME</b>" not in body
    assert set(re.findall(r"<img src=\"([a-z]+:)", body)) == {"data:"}
    assert not re.findall(r"\s(?:on\w+|style|href)=\"", body)


def test_the_policy_allows_our_style_and_nothing_else(page):
    """The policy forbids scripts and the network, and names the one style by its hash."""
    text = page.read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    style = text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert "default-src 'none'" in policy
    assert f"style-src 'sha256-{digest}'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_warnings_stand_at_their_posts(page):
    """A text that is too long for its network says so."""
    text = page.read_text(encoding="utf-8")
    assert '<p class="warning">' in text
    assert "gets row 2 at the same time" in text


def test_every_network_has_a_colour_of_its_own(books, read):
    """In both views, for each network that is posted to."""
    types = sorted(TEXT_LIMITS)
    plan = read(books.xlsx(*((MORNING, kind, str(1001 + n)) for n, kind in enumerate(types))))
    forecast = Forecast(posts_of(plan))
    forecast.profiles = {str(n): Profile(str(n), kind, kind) for n, kind in enumerate(types, 1001)}
    text = render("Plan", forecast, [], None)
    networks = {kind: network(kind).lower() for kind in types}
    for name in networks.values():
        assert f'<span class="chip {name}">' in text
        assert f'<li class="{name}">' in text or text.count("<li class") == 3
    for rule in (r"\.chip\.{}\{{background:(#\w+)", r"li\.{}\{{border-color:(#\w+)"):
        colours = {n: re.search(rule.format(n), STYLE)[1] for n in networks.values()}
        assert len(set(colours.values())) == len(colours)


def test_only_pictures_beside_the_plan_are_shown(books):
    """No path leads out of the folder, and no file but a picture is embedded."""
    (books.folder / "secret.txt").write_text("secret")
    (books.folder / "inner").mkdir()
    Image.new("RGB", (10, 10)).save(books.folder / "a.png")
    (books.folder / "inner" / "link.png").symlink_to(books.folder / "a.png")
    inner = books.folder / "inner"
    for path in (
        "../a.png",
        "../secret.txt",
        str(books.folder / "a.png"),
        "link.png",
        "/etc/passwd",
    ):
        assert thumbnail(inner, path) == ""
    assert thumbnail(books.folder, "a.png").startswith("data:image/jpeg;base64,")
    assert thumbnail(books.folder, "secret.txt") == ""


def test_a_picture_too_large_to_look_at_is_not_shown(books):
    """A few bytes that claim to be 900 million pixels cost the calendar nothing but a thumbnail."""
    image = io.BytesIO()
    Image.new("RGB", (1, 1)).save(image, "PNG")
    head = struct.pack(">4sIIBBBBB", b"IHDR", 30_000, 30_000, 8, 2, 0, 0, 0)
    content = bytearray(image.getvalue())
    content[12:33] = head + struct.pack(">I", zlib.crc32(head))
    (books.folder / "a.png").write_bytes(content)
    assert thumbnail(books.folder, "a.png") == ""


class Devtools:
    """Speaks to a browser over a pair of pipes."""

    def __init__(self, profile: Path) -> None:
        reader, self._out = os.pipe()
        self._in, writer = os.pipe()
        self._process = subprocess.Popen(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=lambda: (_place(reader, 3, writer, 4)),  # noqa: PLW1509 - two descriptors only
            close_fds=False,
        )  # fmt: skip
        os.close(reader)
        os.close(writer)
        self._buffer = b""
        self._number = 0
        self.session = None
        self.events = []

    def ask(self, method, **params):
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self._read())

    def _read(self):
        while b"\0" not in self._buffer:
            chunk = os.read(self._in, 65536)
            assert chunk, "the browser went away"
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)


def _place(reader, to_reader, writer, to_writer):
    """Put the two ends where the browser expects them."""
    spare_reader, spare_writer = os.dup(reader), os.dup(writer)
    os.dup2(spare_reader, to_reader)
    os.dup2(spare_writer, to_writer)


MEASURE = """
(() => {
  const box = e => {
    const r = e.getBoundingClientRect(); return [r.left, r.right, r.width, r.height];
  };
  const seen = s => [...document.querySelectorAll(s)].filter(e => e.offsetParent !== null).map(box);
  const size = e => parseFloat(getComputedStyle(e).fontSize);
  return JSON.stringify({
    scroll: document.documentElement.scrollWidth,
    articles: seen('article'), texts: seen('article .text'), squares: seen('td'),
    columns: getComputedStyle(document.querySelector('.week'))
      .gridTemplateColumns.split(' ').length,
    smallest: Math.min(...[...document.querySelectorAll('article .text')].map(size)),
    pictures: [...document.images].map(i => i.naturalWidth),
  });
})()
"""


@pytest.fixture
def browser(tmp_path):
    if BROWSER is None:
        pytest.skip(f"needs one of: {', '.join(NAMES)} (Debian: chromium-headless-shell)")
    devtools = Devtools(tmp_path / "browser")
    yield devtools
    devtools.close()


def look(browser, page, width, height):
    """Open the page at a size; return what was measured in both views, and the events."""
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    browser.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)[
        "sessionId"
    ]
    for domain in ("Page", "Network", "Log", "Runtime"):
        browser.ask(f"{domain}.enable")
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                deviceScaleFactor=1, mobile=width < 500)  # fmt: skip
    browser.events.clear()
    browser.ask("Page.navigate", url=page.as_uri())
    browser.wait("Page.loadEventFired")

    def evaluate(code):
        return browser.ask("Runtime.evaluate", expression=code)["result"].get("value")

    weeks = json.loads(evaluate(MEASURE))
    evaluate("document.getElementById('by-month').click()")
    months = json.loads(evaluate(MEASURE))
    return weeks, months, list(browser.events)


@pytest.mark.parametrize(("width", "height", "columns"), [(1280, 800, 7), (390, 844, 1)])
def test_a_person_can_read_it_at_both_widths(browser, page, width, height, columns):
    """Nothing is cut off or overlaps the edge, text is no smaller than 14 pixels, pictures show."""
    weeks, months, events = look(browser, page, width, height)
    assert weeks["scroll"] <= width
    assert months["scroll"] <= width
    assert weeks["columns"] == columns
    assert len(weeks["articles"]) == 22
    for left, right, box_width, box_height in weeks["articles"] + weeks["texts"]:
        assert 0 <= left < right <= width
        assert box_width >= 90
        assert box_height > 10
    assert weeks["smallest"] >= 14
    assert months["articles"] == []
    # On a phone the days with posts stand one below the other; seven columns would not fit.
    assert len(months["squares"]) == 20 if columns == 1 else len(months["squares"]) >= 35
    assert all(0 <= left < right <= width for left, right, *_ in months["squares"])
    assert all(square[2] >= 90 for square in months["squares"])
    assert weeks["pictures"]
    assert all(weeks["pictures"])
    said = {"Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown"}
    assert [event for event in events if event.get("method") in said] == []
    asked = [e["params"]["request"]["url"] for e in events
             if e.get("method") == "Network.requestWillBeSent"]  # fmt: skip
    assert [url for url in asked if not url.startswith("data:")] == [page.as_uri()]


def test_the_legend_tells_colours_kinds_and_warnings(books, read):
    """Only what the plan has; each network by its colour, each kind with what it means."""
    plan = read(books.xlsx((MORNING, "One", "1001"), (MORNING, "Two", "1002")))
    outlook = Forecast(posts_of(plan))
    outlook.profiles = {
        "1001": Profile("1001", "LINKEDINCOMPANY", "ACME"),
        "1002": Profile("1002", "TWITTER", "acme"),
    }
    outlook.kinds = {2: "new", 3: "changed"}
    outlook.differences = {3: "text “Too” -> “Two”"}
    outlook.removed = ["No longer in the plan, stays scheduled: message 7"]
    outlook.warn(2, "look")
    text = render("plan", outlook, [], books.folder)
    legend = text[text.index('<ul class="legend"') : text.index("</ul>")]
    for words in ("chip linkedin", "chip x", "kind new", "replaces its scheduled post", "warning"):
        assert words in legend
    assert "unchanged" not in legend
    assert "message 7" in text
    assert "text “Too” -&gt; “Two”" in text


@pytest.mark.parametrize(
    ("username", "number", "name"),
    [(None, "998877", "LinkedIn our page"), ("ACME", "998877", "LinkedIn ACME")],
)
def test_a_profile_that_is_a_number_goes_by_its_alias(books, read, username, number, name):
    """Where the platform has a name, that is shown."""
    outlook = Forecast(posts_of(read(books.xlsx((MORNING, "One", "1001")))))
    outlook.profiles = {"1001": Profile("1001", "LINKEDINCOMPANY", username, number)}
    outlook.aliases = {"1001": "our page"}
    assert outlook.name("1001") == name
