from pathlib import Path

import pytest

from tools.lockcheck import strangers

ROOT = Path(__file__).resolve().parents[2]


def test_lock_names_pypi_only():
    """The lock file of this repository can be installed from on any machine."""
    assert strangers((ROOT / "uv.lock").read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        'url = "https://mirror.example/six.whl"',
        'source = { registry = "http://10.0.0.1/simple" }',
        'source = { path = "../six" }',
        'source = { git = "git+ssh://git@example.org/six" }',
    ],
)
def test_lock_check_sees_strangers(line):
    """Each way to name another source is refused."""
    assert strangers(line)
