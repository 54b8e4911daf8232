"""The NumPy module of a recurrence: kernels that take lists of arrays, one for each layer.

Contract: `emit_recurrence(found, title=...)` is a pure function from a derivation to the text of a module like any
other; `recurrence_kernels(definition)` are the names of its functions: NAME, NAME_grad, NAME_value_and_grad. The
pieces of `layer_graphs` become private functions of one layer each; templates/kernel_recurrence.py.jinja lays the
loops around them: forward, where every layer's values are computed once and kept, and back.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from derive.emit.kernel_costs import Cost, cost
from derive.emit.kernel_docs import escaped
from derive.emit.kernel_helpers import helpers
from derive.emit.kernel_numpy import camel, check_names, options, plain, row_text
from derive.emit.kernel_parts import Kernel, Result, free_name
from derive.emit.kernel_recurrence_docs import docstring
from derive.emit.kernel_tiles import quoted
from derive.emit.layer_flow import Flow, gradient_name
from derive.emit.layer_functions import LOCAL, LayerFunction, function
from derive.emit.layer_graphs import Piece, layer_graphs
from derive.emit.templating import render
from derive.ir.graph import topological
from derive.language.definition import Input
from derive.language.expressions import Partial, Ref
from derive.language.indices import Dimension
from derive.language.layered import base_of, layer_of
from derive.language.recurrence import RecurrentDefinition, RecurrentDerivation

KINDS = ("value", "grad", "value_and_grad")

SUMMARIES: Mapping[str, str] = MappingProxyType(
    {
        "start": "{Place} 0.",
        "layer": "{Place} {l} from the one before.",
        "start_kept": "The same, with the values that the way back needs again.",
        "layer_kept": "The same, with the values that the way back needs again.",
        "end": "{Place} {L} and what follows it.",
        "last": "{Place} {L} and what follows it, and back to the adjoints of {place} {L}.",
        "back": "From the adjoints of {place} {l} to its gradients and the adjoints of {place} {l}-1.",
        "first": "From the adjoints of {place} 1 to the gradients that are left.",
    }
)


def emit_recurrence(found: RecurrentDerivation, *, title: str, remark: str = "") -> str:
    """The source of a module with the kernels of a recurrence; DeriveError where a name cannot be used."""
    module = Module(found)
    check_names(found.definition, module.kernels)
    functions = list(module.functions.values())
    options_used = {option.partition("=")[0] for option in module.options}
    return render(
        "kernel_recurrence.py.jinja",
        title=escaped(title),
        definition=[escaped(line) for line in textwrap.dedent(found.definition.text).strip().splitlines()],
        remark=[escaped(line) for line in textwrap.wrap(remark, 100)],
        names=[k.name for k in module.kernels],
        tuple_class=module.tuple_class,
        fields=[base_of(r.name) for r in module.gradients],
        kernels=[module.public(kernel, title) for kernel in module.kernels],
        functions=functions,
        forward=module.flow.forward(),
        backward=module.flow.backward(),
        results=[result_row(r, module.flow) for r in module.gradients],
        are_lists=[layer_of(r.name) is not None for r in module.gradients],
        gradients=[gradient_name(found.definition, r.name) for r in module.gradients],
        output=found.definition.output,
        call=module.call,
        l=module.letters[found.definition.letter],
        L=module.letters[found.definition.depth],
        place=found.definition.place,
        letter=found.definition.letter,
        depth=found.definition.depth,
        helpers=helpers(line for f in functions for line in (*f.lines, *f.returned)),
        **{f"uses_{name}": name in options_used for name in ("labels", "least", "derived", "views", "tiles", "flat")},
    )


def recurrence_kernels(definition: RecurrentDefinition) -> tuple[str, ...]:
    """The functions of the module, in order."""
    return tuple(definition.name if kind == "value" else f"{definition.name}_{kind}" for kind in KINDS)


def recurrence_costs(found: RecurrentDerivation) -> Mapping[str, Cost]:
    """The cost of each function of the module that computes a layer."""
    functions = Module(found).functions.values()
    return {f"{found.definition.name}.{f.name}": cost(Kernel(f.name, "value", (), f.piece.results)) for f in functions}


@dataclass(frozen=True)
class Module:
    """The functions of a recurrence's module and the texts that join them."""

    found: RecurrentDerivation

    @property
    def definition(self) -> RecurrentDefinition:
        return self.found.definition

    # --- names ---

    @cached_property
    def taken(self) -> set[str]:
        d = self.definition
        own = {base_of(n) for n in (*d.names, *d.sizes)}
        return own | {"np", "out", "results", *recurrence_kernels(d), LOCAL.dtype, LOCAL.samples}

    def local(self, name: str) -> str:
        while name in self.taken:
            name += "_"
        return name

    @cached_property
    def weight(self) -> str:
        return free_name("g", replace(self.definition, inputs=tuple(map(based, self.definition.inputs))))

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """The letters that count layers, as variables."""
        return {letter: self.local(letter) for letter in (self.definition.letter, self.definition.depth)}

    @property
    def last(self) -> str:
        return self.letters[self.definition.depth]

    @cached_property
    def call(self) -> str:
        return self.local("call")

    # --- kernels ---

    @cached_property
    def kernels(self) -> tuple[Kernel, ...]:
        d, weight = self.definition, Input(self.weight, ())
        output = d.equation(d.output)
        value = Result(d.output, self.functions["end"].piece.results[0].node, (), False, output.left, output.body)
        plain, grad, both = recurrence_kernels(d)
        return (
            Kernel(plain, "value", d.inputs, (value,)),
            Kernel(grad, "grad", (*d.inputs, weight), self.gradients, self.weight),
            Kernel(
                both, "value_and_grad", (*d.inputs, weight), (value, *self.gradients), self.weight, first_apart=True
            ),
        )

    @cached_property
    def gradients(self) -> tuple[Result, ...]:
        """Each gradient as it is returned: its formula, its shape, whether it is summed over the samples."""
        d, found = self.definition, []
        node = self.functions["last"].piece.results[0].node
        for one in self.found.gradients:
            entry = d.input(one.variable.name)
            total = one.total(d.letter, d.depth)
            left = Partial(Ref(d.output), one.variable)
            found.append(Result(entry.name, node, entry.dimensions, entry.shared, left, total))
        return tuple(found)

    @cached_property
    def tuple_class(self) -> str:
        """The class of several gradients; of one alone there is none."""
        if len(self.gradients) == 1:
            return ""
        return self.local(f"{camel(self.definition.name)}Gradient")

    @cached_property
    def options(self) -> list[str]:
        return options(self.definition, self.kernels[0])

    def public(self, kernel: Kernel, title: str) -> dict[str, Any]:
        """What the template needs of a kernel."""
        names = [base_of(p.name) for p in kernel.parameters]
        defaults = [f"{n}=1.0" if n == kernel.weight else n for n in names]
        rows = [
            row_text(p).replace(f'"{p.name}", {p.name}', f'"{p.name}", {base_of(p.name)}') for p in kernel.parameters
        ]
        return {
            "name": kernel.name,
            "kind": kernel.kind,
            "signature": ", ".join([*defaults, "*", "out=None"]),
            "docstring": docstring(kernel, self.found, title),
            "parameters": names,
            "rows": rows,
            "options": self.options,
        }

    # --- private functions ---

    @cached_property
    def pieces(self) -> Mapping[str, Piece]:
        """The graphs of the functions; forward alone where nothing has to be kept."""
        found = layer_graphs(self.found, self.weight)
        start, layer, last = found["start"], found["layer"], found["last"]
        rows = {
            "start": replace(start, kept=()),
            "start_kept": start,
            "layer": replace(layer, kept=()),
            "layer_kept": layer,
            "end": Piece(last.here, last.system, values=last.values),
            **{name: found[name] for name in ("last", "back", "first")},
        }
        return {name: piece for name, piece in rows.items() if piece.kept or not name.endswith("_kept")}

    @cached_property
    def functions(self) -> Mapping[str, LayerFunction]:
        place = self.definition.place
        said = {"l": self.definition.letter, "L": self.definition.depth, "place": place, "Place": place.capitalize()}
        return {
            name: function(f"_{name}", SUMMARIES[name].format(**said), piece, self.order)
            for name, piece in self.pieces.items()
        }

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Base names in the order in which functions take them: quantities of layers, inputs, the weight."""
        d = self.definition
        nodes = topological(r.node for p in self.pieces.values() for r in p.results)
        given = [base_of(str(n.data)) for n in nodes if n.op == "input"]
        inputs = [base_of(i.name) for i in d.inputs] + [self.weight]
        return tuple(dict.fromkeys((*d.carried, *(n for n in given if n not in inputs), *inputs)))

    @cached_property
    def flow(self) -> Flow:
        return Flow(self.definition, self.functions, self.call, self.letters)


def based(entry: Input) -> Input:
    """An input under its name without a layer."""
    return replace(entry, name=base_of(entry.name))


def result_row(result: Result, flow: Flow) -> str:
    """The row that `_results` takes of a gradient: of a list one for each layer."""
    name, d = gradient_name(flow.definition, result.name), flow.definition
    letter, depth = flow.letters[d.letter], flow.letters[d.depth]
    is_list, dimensions = layer_of(result.name) is not None, tuple_text(result.dimensions)
    if any(layer_of(x) is not None for x in result.dimensions if isinstance(x, str)):
        dimensions = f"_at({dimensions}, {letter if is_list else depth}, {depth})"
    if not is_list:
        return f"({name}, {dimensions}, {result.shared})"
    return f"*(({name}[{letter}], {dimensions}, {result.shared}) for {letter} in range(1, {depth} + 1))"


def tuple_text(dimensions: tuple[Dimension, ...]) -> str:
    return quoted(tuple(map(plain, dimensions)))
