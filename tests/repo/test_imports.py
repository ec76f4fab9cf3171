"""No circle of imports, those for types and those inside functions included."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "root_packages"
]


def modules(root, packages):
    """Dotted names of all modules, with their files."""
    found = {}
    for package in packages:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            found[name] = path
    return found


def imported(name, path, known):
    """Modules of ours that a module imports, wherever the import stands in it."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name in known)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            for one in node.names:
                inner = f"{base}.{one.name}"
                if inner in known:
                    yield inner
                elif base in known and base != name:
                    yield base


def circles(graph):
    """Groups of modules that import each other, directly or by others (Tarjan)."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in graph[node]:
            if other not in order:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == order[node]:
            at = stack.index(node)
            group = sorted(stack[at:])
            del stack[at:]
            if len(group) > 1:
                found.append(group)

    for node in graph:
        if node not in order:
            visit(node)
    return found


def graph_of(root, packages):
    """Who imports whom."""
    known = modules(root, packages)
    return {name: sorted(set(imported(name, path, known))) for name, path in known.items()}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_circle_of_imports(package):
    """A module can be read without those that read it: 0 circles, typing included."""
    assert circles(graph_of(ROOT, [package])) == []


def test_no_circle_between_packages():
    """The same over all packages together."""
    assert circles(graph_of(ROOT, PACKAGES)) == []


def test_a_circle_is_found(tmp_path):
    """The test can fail: imports for types, relative ones and late ones make a circle."""
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "a.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import b\n"
    )
    (folder / "b.py").write_text("def late():\n    from made.c import x\n")
    (folder / "c.py").write_text("import made.a\n")
    assert circles(graph_of(tmp_path, ["made"])) == [["made.a", "made.b", "made.c"]]
