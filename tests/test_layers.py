"""The layer law, read from the source of every module: who may import whom, and who may run text.

    language < {catalogue, calculus < closedform, ir < emit, verify, descent, pictures} < pipeline < cli

Inside the braces nobody imports a neighbour unless `<` stands between them; verify may import ir.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "derive"

MAY_IMPORT = {
    "language": set(),
    "catalogue": {"language"},
    "calculus": {"language"},
    "closedform": {"language", "calculus"},
    "ir": {"language"},
    "emit": {"language", "ir"},
    "verify": {"language", "ir"},
    "descent": {"language"},
    "pictures": {"language"},
    "pipeline": {"language", "catalogue", "calculus", "closedform", "ir", "emit", "verify", "descent", "pictures"},
}
ABOVE = {*MAY_IMPORT}
"""cli, __main__ and the package's own __init__ stand above every room."""

THIRD_PARTY = {
    "language": {"lark"},
    "catalogue": set(),
    "calculus": set(),
    "closedform": {"sympy"},
    "ir": {"sympy", "numpy", "mpmath"},
    "emit": {"jinja2"},
    "verify": {"sympy", "mpmath", "numpy"},
    "descent": {"numpy"},
    "pictures": {"numpy", "matplotlib"},
    "pipeline": set(),
}
"""What a room may use beside the standard library."""

RUNS_TEXT = {"exec", "eval", "compile", "__import__"}
LOADER = "derive.pipeline.load"
"""The one module that may run text: the kernels that were just generated."""

FORBIDDEN = {"sympify", "parse_expr", "simplify"}
"""Functions that run a string as Python, or that hang, by whatever way they are called."""

FORBIDDEN_IN_SYMPY = {"S", "lambdify", "symbols", "var", "nsimplify"}
"""More that run strings, under names that others may use too."""


def modules() -> dict[str, Path]:
    paths = sorted(PACKAGE.rglob("*.py"))
    return {".".join(p.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): p for p in paths}


MODULES = modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def room(name: str) -> str:
    """The room of a module; empty for the modules on top."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else ""


def imported(name: str, node: ast.AST) -> Iterator[str]:
    """Absolute names of the modules that an import statement loads."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            package = name.split(".") if MODULES[name].name == "__init__.py" else name.split(".")[:-1]
            base = ".".join([*package[: len(package) - node.level + 1], *([base] if base else [])])
        submodules = [f"{base}.{alias.name}" for alias in node.names if f"{base}.{alias.name}" in MODULES]
        yield from submodules or [base]


def imports(name: str) -> Iterator[str]:
    """All modules that a module imports, inside functions too."""
    for node in ast.walk(TREES[name]):
        yield from imported(name, node)


def own_imports(name: str) -> set[str]:
    return {i for i in imports(name) if i.split(".")[0] == "derive"}


def law(name: str, other: str) -> bool:
    """Whether the module may import the other one of the package."""
    here, there = room(name), room(other)
    if not here:
        return True
    return there == here or there in MAY_IMPORT[here]


def test_there_is_something_to_read() -> None:
    assert {room(name) for name in MODULES} >= {"language", "calculus", "closedform", "ir", "emit", "verify"}
    folders = {p.name for p in PACKAGE.iterdir() if (p / "__init__.py").exists()}
    assert folders == set(MAY_IMPORT)


@pytest.mark.parametrize("name", MODULES)
def test_imports_keep_the_layer_law(name: str) -> None:
    broken = sorted(other for other in own_imports(name) if not law(name, other))
    assert not broken, f"{name} may import only {sorted(MAY_IMPORT[room(name)])}, not {broken}"


@pytest.mark.parametrize("name", MODULES)
def test_nothing_of_the_package_is_imported_inside_a_function(name: str) -> None:
    functions = [n for n in ast.walk(TREES[name]) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    inside = {i for f in functions for n in ast.walk(f) for i in imported(name, n) if i.split(".")[0] == "derive"}
    assert not inside, f"{name} imports {sorted(inside)} inside a function"


@pytest.mark.parametrize("name", MODULES)
def test_rooms_use_only_their_libraries(name: str) -> None:
    known = {*sys.stdlib_module_names, "derive"}
    used = {i.split(".")[0] for i in imports(name)} - known
    if room(name):
        assert used <= THIRD_PARTY[room(name)], f"{name} uses {sorted(used - THIRD_PARTY[room(name)])}"
    assert "generated" not in used
    assert "tests" not in used


def test_no_circular_imports() -> None:
    graph = {name: own_imports(name) & MODULES.keys() - {name} for name in MODULES}
    assert len(list(TopologicalSorter(graph).static_order())) >= len(MODULES)


def called(node: ast.Call) -> str:
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def of_sympy(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("sympy", "sp")


def sympy_names(tree: ast.AST) -> set[str]:
    """What a module takes from SymPy: sympy.name, or from sympy import name."""
    names = {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and of_sympy(n)}
    sources = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and (n.module or "").startswith("sympy")]
    return names | {alias.name for n in sources for alias in n.names}


@pytest.mark.parametrize("name", MODULES)
def test_no_text_is_run(name: str) -> None:
    calls = [n for n in ast.walk(TREES[name]) if isinstance(n, ast.Call)]
    plain = {n.func.id for n in calls if isinstance(n.func, ast.Name)} & RUNS_TEXT
    assert not plain or name == LOADER, f"{name} calls {sorted(plain)}"
    found = {called(n) for n in calls} & FORBIDDEN | sympy_names(TREES[name]) & FORBIDDEN_IN_SYMPY
    assert not found - {"S"}, f"{name} uses {sorted(found)}"
    assert not any(of_sympy(n.func) and called(n) == "S" for n in calls), f"{name} calls sympy.S"


def test_the_loader_is_where_text_is_run() -> None:
    calls = {called(n) for n in ast.walk(TREES[LOADER]) if isinstance(n, ast.Call)}
    assert {"exec", "compile"} <= calls


@pytest.mark.parametrize("source", ["from derive.calculus import engine", "import derive.closedform.close"])
def test_the_law_can_be_broken(source: str) -> None:
    (node,) = ast.parse(source).body
    assert not all(law("derive.verify.steps", other) for other in imported("derive.verify.steps", node))
    assert all(law("derive.pipeline.study", other) for other in imported("derive.pipeline.study", node))
