"""The NumPy module of a definition: generated/kernels/NAME.py, which imports nothing but NumPy.

Contract: `emit_module` is a pure function from a definition and its derivations to the text of a module that a
person can copy into a project; `kernel_names` are its functions; `emit_kernels_init` is the text of the package
that holds such modules. The same input gives the same text. The layout is templates/kernel.py.jinja, the
handling of arguments templates/partials/kernel_arguments.py.jinja.
"""

from __future__ import annotations

import builtins
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from derive.emit.kernel_body import body, sizes_used
from derive.emit.kernel_docs import docstring, equations, escaped, formula
from derive.emit.kernel_helpers import helpers
from derive.emit.kernel_parts import Kernel, Result
from derive.emit.kernel_plan import kernels
from derive.emit.kernel_spelling import Locals
from derive.emit.kernel_split import split
from derive.emit.kernel_sums import sums
from derive.emit.kernel_tiles import quoted, tiled
from derive.emit.templating import render
from derive.ir.graph import BATCH
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation
from derive.language.errors import DeriveError
from derive.language.indices import Dimension, Fixed, Index, Less, Shifted
from derive.language.trees import bound_index, subscripts, walk

INDENT = "    "
CLASS_SUFFIX = {"value": "Values", "grad": "Gradient", "value_and_grad": "Gradient", "jacobian": "Jacobian"}


def emit_module(
    definition: Definition,
    derivations: Sequence[Derivation],
    *,
    title: str,
    remark: str = "",
    accuracy: Mapping[str, str] | None = None,
) -> str:
    """The source of a module with the kernels of a definition.

    accuracy: by function name, a sentence about its error, for the docstring.
    Raises DeriveError where a closed form cannot be computed or a name cannot be used.
    """
    found = kernels(definition, derivations)
    check_names(definition, found)
    classes = class_names(definition, found)
    known = all_equations(definition, derivations)
    functions = [Function(definition, k, class_of(classes, k), known).values(title, accuracy or {}) for k in found]
    needed = walkers(functions)
    options = {str(o).partition("=")[0] for f in functions for o in f["options"]}
    return render(
        "kernel.py.jinja",
        title=escaped(title),
        definition=[escaped(line) for line in textwrap.dedent(definition.text).strip().splitlines()],
        remark=[escaped(line) for line in textwrap.wrap(remark, 100)],
        names=[k.name for k in found],
        classes=[row for name, kernel in classes.items() for row in class_rows(name, kernel)],
        functions=functions,
        helpers=helpers(line for f in functions for line in code_of(f)),
        walkers=", ".join(f"{name} as _{name}" for name in needed),
        absent=" = ".join([*(f"_{name}" for name in needed), "None"]),
        uses_tiles="walk" in needed,
        uses_flat=any(f["tile"] and f["tile"].flat for f in functions),
        uses_rows=any(f["tile"] and any("_rows(" in line for line in f["tile"].fast) for f in functions),
        **{f"uses_{name}": name in options for name in ("labels", "least", "derived", "views")},
    )


def walkers(functions: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the module needs of the one that all share."""
    needed = {"add_up": any(f["sums"] for f in functions), "walk": any(f["tile"] or f["parts"] for f in functions)}
    return [name for name, is_needed in needed.items() if is_needed]


def code_of(function: Mapping[str, Any]) -> Iterator[str]:
    """All lines that are made of a kernel."""
    yield from (*function["setup"], *function["body"])
    yield from function["tile"].code if function["tile"] else ()
    for part in (function["parts"], function["sums"]):
        yield from part.lines if part else ()


def kernel_names(definition: Definition, derivations: Sequence[Derivation]) -> tuple[str, ...]:
    """The functions of the module, in order."""
    return tuple(k.name for k in kernels(definition, derivations))


def emit_kernels_init(modules: Mapping[str, Sequence[str]]) -> str:
    """The package's __init__: every function by its name, also where a module has the same one.

    Raises DeriveError where two modules have a function of one name.
    """
    home: dict[str, str] = {}
    for module, names in modules.items():
        for name in names:
            if home.setdefault(name, module) != module:
                raise DeriveError(f"both {home[name]} and {module} have a kernel {name}: one must be renamed")
    rows = [(module, list(names)) for module, names in sorted(modules.items())]
    return render("kernels_init.py.jinja", modules=rows, names=sorted(home))


def emit_tiles() -> str:
    """The module that all kernels of a package share: large arrays in tiles, on several threads."""
    return render("tiles.py.jinja")


def all_equations(definition: Definition, derivations: Sequence[Derivation]) -> dict[str, str]:
    """Texts of the equations, those of named adjoints too; none where two derivations mean different things."""
    found = equations(definition)
    for derivation in derivations:
        for name, text in equations(derivation.system).items():
            found[name] = text if found.get(name, text) == text else ""
    return found


# --- names -------------------------------------------------------------------------------------------------


def check_names(definition: Definition, found: Sequence[Kernel]) -> None:
    """A module-level function may not hide what Python itself offers, nor another one."""
    names = [kernel.name for kernel in found]
    for kernel in found:
        if names.count(kernel.name) > 1:
            raise DeriveError(f"two kernels would be called {kernel.name}", hint="another name for an output is right")
        if hasattr(builtins, kernel.name):
            hint = f"another name, such as {kernel.name}_, is right"
            raise DeriveError(f"{kernel.name} is a function of Python's own and cannot name a kernel", hint=hint)


def class_names(definition: Definition, found: Sequence[Kernel]) -> dict[str, Kernel]:
    """The named tuples of the module: one for each kind of several results."""
    taken = {k.name for k in found} | set(definition.names) | {p.name for k in found for p in k.parameters}
    classes: dict[str, Kernel] = {}
    for kernel in found:
        if kernel.many and class_of(classes, kernel) == "":
            name = camel(definition.name) + CLASS_SUFFIX.get(kernel.kind, camel(kernel.kind))
            while name in taken or name in classes:
                name += "_"
            classes[name] = kernel
    return classes


def class_rows(name: str, kernel: Kernel) -> list[tuple[str, list[tuple[str, str]]]]:
    """(class, fields with their types); the rows of a Hessian's blocks are a class of their own."""
    if not kernel.blocks:
        return [(name, [(r.name, "np.ndarray") for r in kernel.derivatives])]
    row = f"{name}Row"
    return [(row, [(v, "np.ndarray") for v in kernel.blocks]), (name, [(v, row) for v in kernel.blocks])]


def returned(kernel: Kernel, tuple_class: str) -> str:
    """What a kernel of several results returns."""
    if kernel.first_apart:
        return f"value, {tuple_class}(*gradient)" if tuple_class else "tuple(results)"
    count = len(kernel.blocks)
    rows = ", ".join(f"{tuple_class}Row(*results[{k * count}:{(k + 1) * count}])" for k in range(count))
    return f"{tuple_class}({rows})" if count else f"{tuple_class}(*results)"


def class_of(classes: Mapping[str, Kernel], kernel: Kernel) -> str:
    """The class whose fields are those of the kernel's results."""
    suffix = CLASS_SUFFIX.get(kernel.kind, camel(kernel.kind))
    for name, other in classes.items():
        same = [r.left for r in other.derivatives] == [r.left for r in kernel.derivatives]
        if kernel.many and same and CLASS_SUFFIX.get(other.kind, camel(other.kind)) == suffix:
            return name
    return ""


def camel(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("_"))


# --- one function --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Function:
    """What the template needs of one kernel, as finished strings."""

    definition: Definition
    kernel: Kernel
    tuple_class: str
    equations: Mapping[str, str]

    @property
    def taken(self) -> set[str]:
        names = {*self.definition.names, *self.definition.sizes, *(p.name for p in self.kernel.parameters)}
        return names | {"np", "out", "results", "value", "gradient", self.tuple_class}

    def local(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        return name

    def values(self, title: str, accuracy: Mapping[str, str]) -> dict[str, Any]:
        local = Locals(self.local("dtype"), self.local("samples"))
        call = self.local("call")
        rows = [(self.wanted_name(r), r.node, self.comment(r)) for r in self.kernel.results]
        taken = self.taken | {local.dtype, local.samples, call}
        as_, given = self.results_as, options(self.definition, self.kernel)
        tile = tiled(
            self.kernel,
            rows,
            taken,
            self.equations,
            local,
            call=call,
            results_as=as_,
            returned=self.returned,
            checked=bool(given),
        )
        added = None if tile else sums(self.kernel, rows, taken, self.equations, local, call)
        parts = None if tile or added else split(self.kernel, rows, taken, self.equations, local, call)
        statements, names = ([], []) if tile or added or parts else body(rows, taken, self.equations, local)
        lines = [line for s in statements for line in s.lines]
        filling = parts or added
        if filling:
            names, given = list(filling.results), options(self.definition, self.kernel, filling.dimensions)
        if parts:
            lines = list(parts.statements)
        if added:
            given.append("views=True")
        return {
            "name": self.kernel.name,
            "signature": ", ".join([*map(self.parameter, self.kernel.parameters), "*", "out=None"]),
            "docstring": docstring(self.kernel, self.definition, title, accuracy),
            "parameters": [p.name for p in self.kernel.parameters],
            "rows": [row_text(p) for p in self.kernel.parameters],
            "options": given,
            "call": call,
            "setup": [*setup(self.kernel, lines, local, call), *(p.call for p in (parts, added) if p)],
            "tile": tile,
            "parts": parts,
            "sums": added,
            "body": lines,
            "results": [result_row(n, r) for n, r in zip(names, self.kernel.results, strict=not tile)],
            "results_as": as_,
            "returned": self.returned,
        }

    @property
    def results_as(self) -> str:
        return "value, *gradient" if self.kernel.first_apart and self.tuple_class else "results"

    @property
    def returned(self) -> str:
        return returned(self.kernel, self.tuple_class)

    def parameter(self, parameter: Input) -> str:
        return f"{parameter.name}=1.0" if parameter.name == self.kernel.weight else parameter.name

    def wanted_name(self, result: Result) -> str:
        """dE_dw for a gradient, grad_a for what a cotangent is pulled back to, dp for a pushed tangent."""
        output = self.definition.output
        if self.kernel.kind in ("vjp", "vjp_from_output"):
            return f"grad_{result.name}"
        if self.kernel.kind == "jvp":
            return f"d{output}"
        if self.kernel.kind in ("hessian", "hvp"):
            return "_".join((self.kernel.kind, *(result.name.split(".") if self.kernel.many else ())))
        return result.name if result.name in self.definition.outputs else f"d{output}_d{result.name}"

    def comment(self, result: Result) -> str:
        if self.kernel.formulas:
            return "row by row, in the order of the inputs"
        return "" if result.name in self.definition.outputs and self.kernel.kind != "jvp" else formula(result)


def row_text(parameter: Input) -> str:
    """(name, value, dimensions, shared) of an argument."""
    return f'("{parameter.name}", {parameter.name}, {quoted(parameter.dimensions)}, {parameter.shared})'


def options(definition: Definition, kernel: Kernel, filled: Sequence[Dimension] = ()) -> list[str]:
    """What `_arguments` must know beside the rows: labels, smallest sizes, sizes that are others less a number."""
    given = [d for p in kernel.parameters for d in p.dimensions]
    dimensions = [*given, *(d for r in kernel.results for d in r.dimensions), *filled]
    tables: dict[str, dict[str, object]] = {
        "labels": {p.name: plain(p.labels) for p in kernel.parameters if p.labels is not None},
        "least": {size: least for size, least in smallest_sizes(definition).items() if size in given},
        "derived": {str(d): (d.size, d.by) for d in dimensions if isinstance(d, Less)},
    }
    return [f"{name}={quoted(table)}" for name, table in tables.items() if table]


def plain(dimension: Dimension) -> Dimension:
    return str(dimension) if isinstance(dimension, str) else dimension


def result_row(name: str, result: Result) -> str:
    return f"({name}, {quoted(result.dimensions)}, {result.shared})"


def setup(kernel: Kernel, lines: Sequence[str], local: Locals, call: str) -> list[str]:
    """Local names for the dtype, the number of samples and the sizes that the body mentions."""
    code = "\n".join(line for line in lines if not line.startswith("#"))
    # the name itself, not an attribute or the keyword that it is passed for
    is_used = re.search(rf"(?<![.\w]){re.escape(local.dtype)}(?!\w|=[^=])", code) is not None
    rows = [(local.dtype, f"{call}.dtype")] if is_used else []
    for size in sizes_used(r.node for r in kernel.results):
        row = (local.samples, f"{call}.samples") if size == BATCH else (size, f'{call}.sizes["{size}"]')
        if re.search(rf"\b{re.escape(row[0])}\b", code):
            rows.append(row)
    return [f"{name} = {value}" for name, value in rows]


def smallest_sizes(definition: Definition) -> dict[str, int]:
    """The sizes that fixed positions and shifted indices ask for: x[2] needs three entries, x[i+1] one."""
    found: dict[str, int] = {}
    for index in all_indices(definition):
        least = index.position + 1 if isinstance(index, Fixed) else 0
        size, by = (index.size.size, index.size.by) if isinstance(index.size, Less) else (index.size, 0)
        if isinstance(size, str) and least + by:
            found[size] = max(found.get(size, 0), least + by)
    return dict(sorted(found.items()))


def all_indices(definition: Definition) -> Iterator[Index]:
    """Everything that stands where an index can stand, and what is shifted in it."""
    for equation in definition.equations:
        yield from equation.indices
        for node in walk(equation.body):
            for index in (*subscripts(node), *filter(None, [bound_index(node)])):
                yield from (index, index.base) if isinstance(index, Shifted) else (index,)
