"""How long a plan of 10,000 or 50,000 rows takes, beside the parsing library alone."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import zipfile

import openpyxl
import pytest

MANY = [10_000, pytest.param(50_000, marks=pytest.mark.soak)]
HEADER = ("ID", "Date", "Text", "Profiles", "Media", "Link", "Tags")
MEASURE = """
import json, re, sys, time
from pathlib import Path
import python_calamine
from tap_hootsuite_sheet.model import Options
from tap_hootsuite_sheet.plan import read_plan

def timed(work):
    start, busy = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - start, time.process_time() - busy, result

path = Path(sys.argv[1])
plans, alone = [], []
for _ in range(3):
    *spent, plan = timed(lambda: read_plan(path, Options(timezone="UTC")))
    plans.append(spent)
    counts = len(plan.records), len(plan.problems.items)
    del plan
    *spent, rows = timed(
        lambda: python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()
    )
    alone.append(spent)
    del rows
# Not ru_maxrss: it begins with the peak of the process that started this one, which is pytest.
peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024
ratio = min(busy for _, busy in plans) / min(busy for _, busy in alone)
seconds = min(busy for _, busy in plans)
print(json.dumps({"counts": counts, "seconds": seconds, "ratio": ratio, "megabytes": peak}))
"""


def row_xml(template, n):
    """The XML of the row `n` of the plan, made of row 2, which openpyxl wrote."""
    days = 46_082 + 7 * n / 1440  # from 2026-03-01 on, every seven minutes
    changes = {"<v>46082<": f"<v>{days}<", "1000;2000": f"{1000 + n % 12};{2000 + n % 7}"}
    changes |= {"images/0": f"images/{n % 100}", "com/0": f"com/{n}", "Post 0": f"Post {n}"}
    changes |= {"<v>0<": f"<v>{n}<"}
    text = re.sub(r'r="([A-Z]?)2"', rf'r="\g<1>{n + 2}"', template)
    for old, new in changes.items():
        text = text.replace(old, str(new))
    return text


@pytest.fixture
def large(tmp_path, count):
    """A plan of many rows, in the XML of openpyxl, which itself takes eight seconds for them."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Plan")
    sheet.append(HEADER)
    start = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - a cell's clock has no zone
    text = "Post 0: the spring collection is here, come and see it today! #spring"
    link = "https://example.com/0"
    sheet.append([0, start, text, "1000;2000", "images/0.png", link, "spring;sale"])
    book.save(tmp_path / "small.xlsx")
    path = tmp_path / "large.xlsx"
    part = "xl/worksheets/sheet1.xml"
    with (
        zipfile.ZipFile(tmp_path / "small.xlsx") as small,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in set(small.namelist()) - {part}:
            target.writestr(name, small.read(name))
        head, mark, rest = small.read(part).decode().partition('<row r="2">')
        row, end, tail = rest.partition("</row>")
        rows = "".join(row_xml(mark + row + end, n) for n in range(count))
        target.writestr(part, head + rows + tail)
    return path


@pytest.mark.xdist_group("figures")
@pytest.mark.parametrize("count", MANY)
def test_rows_are_read_and_validated_in_time(large, count):
    """50,000 rows: under 8 s of processor time, 400 MB, and at most 6 times the library alone.

    It was 3 before a hostile file could no longer reach the library: now the whole XML is parsed
    once more before the library sees it, and searched, which takes as long as the library does.

    Both are measured in turns in the same run; processor time, since other tests run meanwhile.
    """
    result = subprocess.run(
        [sys.executable, "-c", MEASURE, str(large)], capture_output=True, text=True, check=True
    )
    found = json.loads(result.stdout)
    assert found["counts"] == [count, 0]
    assert found["seconds"] < 8 * count / 50_000, found
    assert found["megabytes"] < 400, found
    assert found["ratio"] <= 6, found
