import ast
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator
from singer_sdk.helpers import capabilities

from target_hootsuite.actions import ACTIONS
from tools import columns, generate, staging, tables

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("*.md")),
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")),
    "examples/README.md",
]


@pytest.mark.parametrize("path", list(generate.documents()), ids=lambda path: path.name)
def test_generated_parts_are_up_to_date(path):
    """What documents say of streams, settings and actions is what the code says."""
    text = path.read_text(encoding="utf-8")
    assert generate.rewrite(text) == text


def test_generated_parts_follow_the_code():
    """A stale table is noticed."""
    stale = "<!-- begin streams -->\n| old |\n<!-- end streams -->"
    assert "organization_members" in generate.rewrite(stale)
    assert "| old |" not in generate.rewrite(stale)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_lead_somewhere(document):
    """Every relative link of a document names a file of the repository."""
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
    local = [target for target in targets if "://" not in target and "mailto:" not in target]
    folder = (ROOT / document).parent
    assert [target for target in local if not (folder / target).exists()] == []


@pytest.mark.parametrize("plugin", tables.PLUGINS)
def test_every_setting_explains_itself(plugin):
    """Each setting has a title and a description; a secret is marked."""
    for name, field in tables.settings(plugin).items():
        assert field.get("title"), name
        assert field.get("description"), name
        if name.endswith(("secret", "token")) or name == "journal_url":
            assert field.get("secret"), name


@pytest.mark.parametrize("plugin", tables.PLUGINS)
def test_every_setting_of_ours_has_an_example(plugin):
    """Each setting that isn't the SDK's has an example, and one that the plugin would take."""
    sdk = {"properties": {}}
    tables.plugin_class(plugin).append_builtin_config(sdk)
    for one in (part for part in vars(capabilities).values() if isinstance(part, dict)):
        sdk["properties"] |= one.get("properties", {})
    titles = {name: field.get("title") for name, field in sdk["properties"].items()}
    ours = {n: f for n, f in tables.settings(plugin).items() if f["title"] != titles.get(n)}
    assert ours.keys() & {"auth_method", "path"}
    for name, field in ours.items():
        assert field.get("examples"), name
        for example in field["examples"]:
            Draft202012Validator(field).validate(example)


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.stream)
def test_every_column_of_an_action_explains_itself(action):
    """Each column has a meaning, each of a key is needed, and no meaning is of another column."""
    rows = {name.strip("`"): (needed, said) for name, _, needed, said in columns.columns_of(action)}
    assert [name for name, (_, said) in rows.items() if not said] == []
    assert all(rows[name][0] for key in action.keys for name in key)
    assert {*action.meanings, *action.needed} <= set(rows)


def test_loaders_write_where_a_clone_has_a_folder():
    """No loader's file lies in a folder that nobody makes; target-jsonl makes its own."""
    loaders = yaml.safe_load((ROOT / "meltano.yml").read_text())["plugins"]["loaders"]
    paths = [one["config"]["path"] for one in loaders if "path" in one.get("config", {})]
    assert paths
    assert [path for path in paths if Path(path).parent != Path()] == []


def _messages():
    """Every text of the code, with `…` where it holds a value."""
    packages = ("hootsuite_*", "tap_hootsuite*", "target_hootsuite*")
    for path in (one for name in packages for one in ROOT.glob(f"{name}/**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = (getattr(part, "value", None) for part in node.values)
                yield "".join(part if isinstance(part, str) else "…" for part in parts)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.sub(r"%[sdr]|\{\}", "…", node.value)


def test_troubleshooting_knows_the_messages_by_their_words():
    """What the first column quotes is in the code; a message that was reworded is noticed."""
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
    quoted = [said for cell in cells for said in re.findall(r"\*([^*]+)\*", cell)]
    assert len(quoted) > 80
    code = "\n".join(_messages())
    assert [said for said in quoted if said not in code] == []


def test_the_readme_is_short():
    """The README stays below 200 lines and holds no generated table: these stand in docs only."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 200
    assert "begin " not in text


def test_staging_models_follow_the_catalog():
    """The dbt package has one staging model for each stream of the tap, with its columns."""
    files = dict(staging.files(ROOT))
    assert {path: path.read_text(encoding="utf-8") for path in files} == files
    folder = ROOT / "transform" / "models" / "staging"
    assert {*folder.iterdir()} == {*files}
