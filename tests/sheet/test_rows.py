"""Columns, profiles, keys and problems of a plan."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_hootsuite_sheet import identity, settings, times, values
from tap_hootsuite_sheet.layouts import layout
from tap_hootsuite_sheet.problems import CellError, PlanError, SheetError
from tap_hootsuite_sheet.profiles import load_aliases

MORNING = dt.datetime(2026, 3, 14, 9, 30)  # noqa: DTZ001 - a cell's clock has no zone
ALL = ("ID", "Date", "Text", "Accounts", "Image", "Link", "Tags", "Board", "Location")


def only(plan):
    assert not plan.problems.items, plan.problems.lines()
    (record,) = plan.records
    return record


def test_every_column_becomes_its_field(books, read):
    """A row that uses every column becomes a record with every field."""
    row = (7, MORNING, "Hello", "1001; 1002\n1001", "a.png\nhttps://example.com/b.jpg; id:x=", "https://example.com/p",
           "spring; Spring;spring", "b1", "52.52, 13.405")  # fmt: skip
    assert only(read(books.xlsx(row, header=ALL))) == {
        "external_id": "plan/7",
        "text": "Hello",
        "social_profile_ids": ["1001", "1002"],
        "scheduled_send_time": "2026-03-14T08:30:00Z",
        "media": [{"path": "a.png"}, {"url": "https://example.com/b.jpg"}, {"id": "x="}],
        "tags": ["spring", "Spring"],
        "pinterest_board_id": "b1",
        "destination_url": "https://example.com/p",
        "location": {"latitude": 52.52, "longitude": 13.405},
        "plan_name": "plan",
    }


def test_a_header_is_told_on_one_line(books, read):
    """Nothing in it reaches the terminal that a terminal would obey."""
    plan = read(books.csv('Date,Text,Profiles,"Red\x1b[31m\nnote"\n2026-03-14 09:30,a,1,\n'))
    assert plan.notes == ["Columns that are not understood are ignored: Red [31m note."]


def test_a_mistyped_header_is_recognised(books, read):
    """A hint is given for columns that are missing, and for no others."""
    plan = read(books.csv("Date,Tiem,Texts,Text,Profiles,Owner\n2026-03-14,09:30,b,a,1,me\n"))
    said = (
        "Columns that are not understood are ignored: Tiem (did you mean Time?), Texts and Owner."
    )
    assert plan.notes == [said]


@pytest.mark.parametrize(
    ("given", "cell", "why", "right"),
    [
        ("DD/MM/YYYY HH:mm", "03/04/2026", "this cell has no time of day", "DD/MM/YYYY"),
        ("%d.%m.%Y %H:%M", "03.04.2026", "this cell has no time of day", "%d.%m.%Y"),
        ("DD/MM/YYYY", "03/04/2026 09:30", "has a time of day", "DD/MM/YYYY HH:mm"),
        ("DD/MM/YYYY", "3 April", "does not fit the layout DD/MM/YYYY", ""),
    ],
)
def test_a_layout_that_does_not_fit_is_named(books, read, given, cell, why, right):  # noqa: PLR0917 - pytest's
    """Who has declared a layout is told why it is not enough, and the right one."""
    path = books.csv(f"Date,Time,Text,Profiles\n{cell},09:30,a,1\n")
    (problem,) = read(path, date_formats=(given,)).problems.items
    assert f"does not fit the layout {given}" in problem.message
    assert why in problem.message
    assert (problem.setting, problem.setting_value) == ("date_formats", right)


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("facebook: ACME, linkedin: ACME", ["1002", "1001"]),
        ("1001, 1002", ["1001", "1002"]),
        ("1001,1002; 1003", ["1001", "1002", "1003"]),
    ],
)
def test_a_comma_separates_profiles(books, read, directory, cell, ids):
    """No id has one, and a name that has one is tried as a whole before."""
    (record,) = read(books.xlsx((MORNING, "Hello", cell)), directory).records
    assert record["social_profile_ids"] == ids


@pytest.mark.parametrize(
    ("cell", "ids"),
    [
        ("acme_news", ["1003"]),
        ("@acme_news", ["1003"]),
        ("pinterest", ["1004"]),
        ("LinkedIn", ["1001"]),
        ("x; pinterest", ["1003", "1004"]),
    ],
)
def test_a_profile_goes_by_its_name_or_its_network_alone(books, read, directory, cell, ids):
    """Where only one profile of the account fits."""
    (record,) = read(books.xlsx((MORNING, "Hello", cell)), directory).records
    assert record["social_profile_ids"] == ids


@pytest.mark.parametrize("cell", ["ACME", "facebook", "nobody", "youtube: ACME", "facebook: x"])
def test_candidates_are_always_listed(books, read, directory, cell):
    """Who writes a name that is not clear sees what can be written."""
    (problem,) = read(books.xlsx((MORNING, "Hello", cell)), directory).problems.items
    assert "facebook: ACME" in problem.remedy


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": 5},
        {"sheet": True},
        {"columns": ["a"]},
        {"profiles": [1.5]},
        {"date_formats": [5]},
    ],
)
def test_a_setting_of_the_wrong_type_is_named(wrong):
    """A configuration in JSON may hold anything; the person gets a sentence."""
    (name,) = wrong
    with pytest.raises(SheetError, match=f"The setting {name} must be"):
        settings.options(wrong)


def test_a_link_ends_the_text_unless_it_is_there(books, read):
    """Without a board a link belongs to the text, once."""
    header = ("Date", "Text", "Profiles", "Link")
    plan = read(
        books.xlsx(
            (MORNING, "Look", 1001, "https://example.com/p"),
            (MORNING, "https://example.com/p is up", 1001, "https://example.com/p"),
            header=header,
        )
    )
    assert [record["text"] for record in plan.records] == [
        "Look https://example.com/p",
        "https://example.com/p is up",
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("Link", "example.com", "not a web address"),
        ("Link", "javascript:alert(1)", "not a web address"),
        ("Link", "https://a.example; https://b.example", "more than one address"),
        ("Link", "https://a.example,https://b.example", "more than one address"),
        ("Image", "ftp://example.com/a.png", "cannot be fetched"),
        ("Image", 7, "a number, not text"),
        ("Location", "52,52 13,405", "not a place"),
        ("Location", "91, 0", "off the globe"),
        ("Text", "bell \a", "control characters"),
    ],
)
def test_a_bad_cell_is_named_with_its_reason(books, read, column, value, reason):
    """The problem names the column and says what is wrong and what to write."""
    row = {"ID": 7, "Date": MORNING, "Text": "Hello", "Accounts": 1001} | {column: value}
    path = books.csv("")
    if value == "bell \a":
        path = books.csv('Date,Text,Accounts\n2026-03-14 09:30,"bell \a",1001\n')
    else:
        path = books.xlsx([row.get(name, "") for name in ALL], header=ALL)
    (problem,) = read(path).problems.items
    assert reason in problem.message
    assert column in problem.column
    assert problem.remedy


def test_profiles_by_name_ask_the_account_once(books, read, directory):
    """However many rows name a profile by network and name, the account is listed once."""
    rows = [
        (MORNING, f"{n}", name)
        for n, name in enumerate(["LinkedIn: acme", "facebook: ACME", "x: @acme_news"] * 3)
    ]
    plan = read(books.xlsx(*rows), directory)
    assert [record["social_profile_ids"] for record in plan.records[:3]] == [
        ["1001"],
        ["1002"],
        ["1003"],
    ]
    assert directory.asked == ["profiles"]


def test_a_plan_of_ids_asks_nothing(books, read, directory):
    """Who writes ids and declares a zone needs no account."""
    read(books.xlsx((MORNING, "Hello", 1001)), directory)
    assert directory.asked == []


def test_a_name_that_fits_two_profiles_is_refused_with_their_ids(books, read, directory):
    """The person decides which one was meant."""
    (problem,) = read(books.xlsx((MORNING, "Hello", "facebook: Twin")), directory).problems.items
    assert "1005 (FACEBOOKPAGE) and 1006 (FACEBOOK)" in problem.remedy


def test_the_zone_of_the_member_is_used_and_told(books, read, directory):
    """Without a declared zone it is the member's, and the plan says so."""
    plan = read(books.xlsx((MORNING, "Hello", 1001)), directory, timezone=None)
    assert only(plan)["scheduled_send_time"] == "2026-03-14T08:30:00Z"
    assert "Europe/Berlin, the time zone of the member" in plan.notes[0]


def test_aliases_stand_for_one_or_several_profiles(books, read, directory):
    """An alias file is YAML with ids, network and name, or lists of them."""
    path = books.folder / "aliases.yml"
    path.write_text(
        "acme: 1001\nboth: [acme-not-nested, 1]\nall:\n  - facebook: ACME\n  - '1003'\n"
    )
    aliases = load_aliases(path)
    plan = read(books.xlsx((MORNING, "Hello", "ACME; all")), directory, aliases=aliases)
    assert only(plan)["social_profile_ids"] == ["1001", "1002", "1003"]


@pytest.mark.parametrize("text", ["- a\n", "a: true\n", "a: [1.5]\n", "a: {b: [\n", "\x01"])
def test_an_alias_file_that_is_none_is_refused(books, text):
    """The message names the file."""
    path = books.folder / "aliases.yml"
    path.write_text(text)
    with pytest.raises(SheetError, match=r"aliases\.yml"):
        load_aliases(path)


def test_problems_are_listed_up_to_a_hundred_and_then_counted(books, read):
    """All problems are reported at once, in the order of the sheet."""
    plan = read(books.xlsx(*[("soon", n, 1001) for n in range(150)]))
    with pytest.raises(PlanError) as caught:
        plan.require_clean()
    lines = str(caught.value).splitlines()
    assert lines[0] == "plan.xlsx: 150 rows cannot be used. Nothing was sent."
    assert lines[1].startswith("Plan, row 2, column A (Date): “soon” is not a date")
    assert len(lines) == 102
    assert lines[-1] == "... and 200 more problems"


def test_rows_count_as_other_posts_in_another_plan(books, read):
    """IDs 1..n of another plan are other posts; the same plan under another name can say so."""
    header = ("ID", "Date", "Text", "Profiles")
    row = (1, MORNING, "Hello", 1001)
    april = only(read(books.xlsx(row, header=header, name="april.xlsx")))["external_id"]
    may = only(read(books.xlsx(row, header=header, name="may.xlsx")))["external_id"]
    renamed = only(read(books.folder / "may.xlsx", plan_name="april"))["external_id"]
    assert april == renamed != may


def test_a_row_without_an_id_has_the_same_key_in_every_format(books, read):
    """Zone setting, order of profiles, format and file name don't matter; the cells do."""
    key = only(read(books.xlsx((MORNING, "Hello", "1002;1001"))))["external_id"]
    text = "Date,Text,Profiles\n2026-03-14 09:30,Hello,1001;1002\n"
    same = only(read(books.csv(text, name="other.csv"), timezone="UTC"))["external_id"]
    assert key == same
    assert only(read(books.csv(text.replace("Hello", "Hallo"))))["external_id"] != key


def test_keys_never_change():
    """A key that changed with a release would post a whole plan again."""
    assert (
        identity.from_cells(["1002", "1001"], MORNING, "Europe/Berlin", "Hello")
        == "hs-1415f4da1fd942583ae86a84"
    )
    assert identity.from_id("plan", "7") == "plan/7"
    assert identity.from_id("plan", "hs-" + "0" * 24) == "hs-" + "0" * 24


def test_a_copy_that_we_wrote_belongs_to_the_same_plan():
    """Results and ids are written beside the plan, under its name."""
    assert identity.plan_name("Plan v1.2") == "Plan v1.2"
    assert identity.plan_name("May.results.xlsx") == identity.plan_name("May.ids.csv") == "May"


def test_a_results_copy_keeps_the_keys(books, read):
    """The column of keys takes precedence; the other columns that we add are not unknown."""
    header = ("Date", "Text", "Profiles", "Hootsuite key", "Hootsuite status", "Hootsuite error")
    plan = read(books.xlsx((MORNING, "Hello", 1001, "old/7", "done", ""), header=header))
    assert only(plan)["external_id"] == "old/7"
    assert plan.notes == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [("DD.MM", "does not name"), ("%d.%m.%Q", "not known"), ("DD.DD.MM.YYYY", "twice")],
)
def test_a_layout_that_says_too_little_is_refused(text, reason):
    """A layout must name year, month and day, each once."""
    with pytest.raises(SheetError, match=reason):
        layout(text)


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)))  # noqa: DTZ001
def test_a_layout_reads_back_what_it_wrote(moment):
    """Whatever date is written in a declared layout is read as that date."""
    moment = moment.replace(microsecond=0)
    read = layout("DD.MM.YYYY HH:mm:ss")
    assert read(f"{moment:%d.%m.%Y %H:%M:%S}") == moment


@given(
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 12, 31)),  # noqa: DTZ001
    st.sampled_from(
        ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca"]
    ),
)
def test_a_moment_survives_the_way_to_utc_and_back(moment, name):
    """Every local time that exists once becomes the UTC time that is that local time again."""
    moment = moment.replace(microsecond=0)
    try:
        text = times.Converter().utc(moment, name)
    except CellError as error:
        assert "clocks" in error.message  # noqa: PT017 - the other outcome is checked below
        return
    back = dt.datetime.fromisoformat(text).astimezone(times.zone(name))
    assert back.replace(tzinfo=None, fold=0) == moment


@given(st.text(max_size=60))
def test_any_text_is_kept_or_refused(text):
    """Text is only trimmed, composed and given LF; reading it twice changes nothing."""
    try:
        once = values.as_text(text)
    except CellError:
        return
    assert values.as_text(once) == once
