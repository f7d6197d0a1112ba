"""The promises of the layout: who may import whom, and a test file for each module."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "apns_connector"
MODULES = sorted(PACKAGE.rglob("*.py"))

# What the modules of a part may import of ours, beside their own part.
ALLOWED = {
    "errors": set(),
    "apns": {"errors"},
    "mediation": {"errors"},
    "operations": {"errors", "apns", "mediation"},
    "packaging": {"operations"},
    "gateway": {"errors", "mediation"},
    "simulator": {"errors", "apns.reasons"},
    "rest": {"errors", "apns", "mediation", "operations", "gateway"},
    "settings": {"errors", "apns", "gateway", "rest.options"},
    "inspection": {"errors", "apns", "mediation", "settings"},
    "hot_deployment": {"errors"},
    "task_runner": {"errors", "mediation"},
    "delivery": {"errors"},
    "processing": {"errors", "apns.reasons", "mediation", "delivery"},
    "flow_tests": {"errors", "apns", "mediation", "operations", "gateway", "simulator"},
    "own_library": {"errors", "mediation"},
    "deployment_stores": {"errors", "mediation", "operations", "own_library"}
    | {"settings", "processing"},
    "examination": {"errors", "mediation", "operations", "own_library", "deployment_stores"}
    | {"settings", "inspection", "rest"},
    "runtime": {"errors", "apns", "mediation", "operations", "gateway", "settings", "inspection"}
    | {"hot_deployment", "rest", "task_runner", "delivery", "processing"}
    | {"own_library", "deployment_stores"},
    "cli": {"errors", "apns", "mediation", "operations", "runtime", "settings", "simulator"}
    | {"packaging", "flow_tests", "delivery", "processing"}
    | {"own_library", "deployment_stores", "examination"},
    "__main__": {"cli"},
    "__init__": set(),
}


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """``apns`` for apns_connector.apns.client; ``__init__`` for the package itself."""
    return module.split(".")[1] if "." in module else "__init__"


def imports(file: Path, *, at_import_time: bool = False) -> Iterator[str]:
    """The modules of ours that ``file`` imports, as full names."""
    tree = ast.parse(file.read_text())
    nodes = _outside_functions(tree) if at_import_time else ast.walk(tree)
    known = {name_of(module) for module in MODULES}
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in known else str(node.module)
                        for name in inner if str(node.module) in known)  # fmt: skip


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        type_checking = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not type_checking:
            yield node
            yield from _outside_functions(node)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_imports_only_what_its_part_may(file):
    part = part_of(name_of(file))
    for imported in imports(file):
        if part_of(imported) in (part, "__init__"):
            continue
        inside = imported.removeprefix("apns_connector.")
        assert part_of(imported) in ALLOWED[part] or inside in ALLOWED[part], imported


def test_there_is_no_import_cycle():
    graph = {
        name_of(file): {
            imported
            for imported in imports(file, at_import_time=True)
            # A part's __init__ gathers names of its own part; that is no dependency of theirs.
            if imported not in ("apns_connector", name_of(file.parent / "__init__.py"))
        }
        for file in MODULES
    }
    TopologicalSorter(graph).prepare()  # raises CycleError with the cycle


def test_only_the_xml_door_parses_xml():
    doors = [
        file.relative_to(PACKAGE).as_posix()
        for file in MODULES
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in {"XMLParser", "fromstring", "iterparse", "XMLPullParser", "HTMLParser"}
    ]
    assert set(doors) == {"mediation/xml.py"}


def test_the_client_needs_no_other_part_when_it_is_imported():
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, apns_connector.apns; print(*(m for m in sys.modules))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    strangers = {"lxml", "uvicorn", "click", "h2", "yaml", "apns_connector.mediation"}
    assert strangers.isdisjoint(loaded)


def test_every_module_has_a_test_file_at_the_same_place():
    without = [
        name_of(file)
        for file in MODULES
        if file.name not in ("__init__.py", "__main__.py") and not test_files(file)
    ]
    assert without == []


def test_files(file: Path) -> list[Path]:
    """Unit tests mirror the package; what only does I/O is tested over sockets or as a process."""
    folder = file.parent.relative_to(PACKAGE)
    candidates = [
        ROOT / "tests" / kind / folder / f"test_{file.stem}.py"
        for kind in ("unit", "integration", "acceptance")
    ]
    return [candidate for candidate in candidates if candidate.is_file()]


test_files.__test__ = False


def test_every_public_name_of_a_part_exists():
    for file in PACKAGE.rglob("__init__.py"):
        module = __import__(name_of(file), fromlist=["_"])
        for name in getattr(module, "__all__", ()):
            assert hasattr(module, name), f"{name_of(file)}.{name}"
