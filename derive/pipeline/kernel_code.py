"""The lines of a generated module that compute: what a certificate is a certificate of.

Contract: `code_of(source)` leaves out docstrings, comments and the handling of arguments and results, which is the
same in every module and changes no digit (tests/emit/test_kernel_contract.py holds it to that): the section from MARK
to END, what a function takes from `_arguments`, and the whole of a function that only hands its arguments to a tile.
What sums what tiles have filled computes, and is kept.
Lines are kept as they stand, so the code is the same on every version of Python.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

MARK = "# --- arguments and results: the same in every module ---"
END = "# --- arithmetic of its own ---"
"""Opens what stands behind the shared section and computes again."""


def code_of(source: str) -> str:
    """The lines that compute, without blank lines and comments. ValueError where MARK does not stand in the source."""
    lines = source.splitlines()
    shared = shared_section(lines)
    body = [node for node in ast.parse(source).body if node.lineno not in shared and not is_preamble(node)]
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    kept = set[int]()
    for node in body:
        kept |= span(node) - set(handling(node, functions))
    code = (lines[number - 1].partition("  # ")[0].rstrip() for number in sorted(kept))
    return "\n".join(line for line in code if line and not line.lstrip().startswith("#"))


def shared_section(lines: list[str]) -> range:
    """The numbers of the lines from MARK to END, or to the last."""
    start = lines.index(MARK)
    return range(start + 1, (lines.index(END) if END in lines else len(lines)) + 1)


def is_preamble(node: ast.stmt) -> bool:
    """The docstring, imports, the choice of a walk over tiles and the list of public names."""
    names = (
        {part.id for part in ast.walk(node) if isinstance(part, ast.Name)} if isinstance(node, ast.Assign) else set()
    )
    return isinstance(node, ast.Import | ast.ImportFrom | ast.If | ast.Expr) or "__all__" in names


def handling(node: ast.stmt, functions: set[str]) -> Iterator[int]:
    """The lines of a definition that say what it is or handle its arguments."""
    if not isinstance(node, ast.FunctionDef):
        return
    tile = f"_{node.name}_tile"
    whole = tile in functions and all(hands_over(statement, tile) for statement in node.body)
    for statement in node.body:
        if whole or is_docstring(statement) or is_call_of_arguments(statement):
            yield from span(statement)


def hands_over(node: ast.stmt, tile: str) -> bool:
    """Whether a statement does no more than give arguments to a tile and results to the caller."""
    parts = list(ast.walk(node))
    if is_docstring(node) or is_call_of_arguments(node):
        return True
    handed = isinstance(node, ast.Return) or any(isinstance(part, ast.Name) and part.id == tile for part in parts)
    return handed and not any(isinstance(part, ast.BinOp) for part in parts)


def is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def is_call_of_arguments(node: ast.stmt) -> bool:
    value = node.value if isinstance(node, ast.Assign) else None
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "_arguments"


def span(node: ast.stmt) -> set[int]:
    """The numbers of the lines that a statement takes."""
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
