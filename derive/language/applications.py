"""Definitions applied by name: a function of scalars as a node, one of vectors as equations of its own.

Contract: `entry_of` gives an entry of the output of softmax(a); what softmax needs becomes equations of this text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lark import Token, Tree

from derive.language.definition import Application, Definition, Equation, Input, Row
from derive.language.expressions import Applied, Expression, Ref
from derive.language.indices import Dimension, Index
from derive.language.inlining import fitted, inlined, resized
from derive.language.layered import base_of
from derive.language.primitives import REDUCTIONS
from derive.language.syntax import Syntax, shown_reference
from derive.language.terms import MAX_NODES, Terms
from derive.language.trees import count_nodes, freshen, references, rename


@dataclass
class Applications(Terms):
    """Reads applications of definitions."""

    def build_applied(self, token: Token, values: list[Expression]) -> Expression:
        function = self.functions[str(token)]
        self.check_arity(token, values, len(function.inputs), signature(function))
        return Applied(function.name, tuple(values))

    def is_of_vectors(self, name: str, arguments: list[Tree[Token]]) -> bool:
        """Whether the name is that of a definition with indices: logsumexp(a) is, logsumexp(k, a[k]) is a reduction."""
        function = self.functions.get(name)
        is_reduction = name in REDUCTIONS and len(arguments) > 1
        return function is not None and not function.is_scalar_function and not is_reduction

    def build_entry(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        """softmax(a)[i]"""
        call, *places = tree.children
        assert isinstance(call, Tree)
        token, arguments = call.children[0], [c for c in call.children[1:] if isinstance(c, Tree)]
        assert isinstance(token, Token)
        if not self.is_of_vectors(str(token), arguments):
            self.build(call, scope, depth)  # an unknown function and wrong arguments come first
            raise self.error(f"{token}(...) is a number and has no index", token)
        return self.entry_of(token, arguments, places, scope, depth)

    def entry_of(
        self, token: Token, arguments: list[Tree[Token]], places: list[Syntax], scope: Mapping[str, Index], depth: int
    ) -> Expression:
        function = self.functions[str(token)]
        self.check_applicable(token, arguments)
        sizes: dict[str, Dimension] = {}
        pairs = zip(function.inputs, arguments, strict=True)
        parts = tuple(self.argument(token, entry, tree, sizes, scope, depth) for entry, tree in pairs)
        indices = function.output_indices
        if len(places) != len(indices):
            letters = f"[{', '.join(i.name for i in indices)}]" if indices else ""
            message = f"{signature(function)} has {counted(len(indices), 'index', 'indices')}, not {len(places)}"
            raise self.error(message, token, f"as in {signature(function)}{letters}")
        application = Application(function, parts, tuple(sizes.items()))
        own = tuple(
            self.subscript(place, resized(i.size, sizes), scope, depth)
            for place, i in zip(places, indices, strict=True)
        )
        return Ref(self.inlined(token, application), (*application.carried, *own))

    def check_applicable(self, token: Token, arguments: list[Tree[Token]]) -> None:
        function = self.functions[str(token)]
        if any("{" in name for name in function.names):
            hint = "write its equations into the definition"
            raise self.error(f"{token} is a recurrence and cannot be applied by name", token, hint)
        if len(function.outputs) > 1:
            hint = "write the equation of the one that is meant into the definition"
            raise self.error(f"{token} has several outputs and cannot be applied by name", token, hint)
        self.check_arity(token, arguments, len(function.inputs), signature(function))
        for inner in function.function_table.values():
            if self.functions.get(inner.name, inner) != inner:
                hint = f"give the {inner.name} of your own another name"
                raise self.error(f"{token} applies another {inner.name} than this definition does", token, hint)

    def argument(
        self,
        token: Token,
        entry: Input,
        tree: Tree[Token],
        sizes: dict[str, Dimension],
        scope: Mapping[str, Index],
        depth: int,
    ) -> Row | Expression:
        """What stands for an input: any number for a scalar, a quantity with some indices left for any other."""
        if not entry.dimensions:
            value = self.build(tree, scope, depth)
            if entry.labels is not None:
                label = value.name if isinstance(value, Ref) else ""
                self.mark_label(tree, label, resized(entry.labels, sizes))
            return value
        shape = f"{entry.name}[{', '.join(map(str, entry.dimensions))}]"
        if tree.data != "reference":
            hint = f"give it a name first, such as z[i] = ..., and write {token}(z)"
            raise self.error(f"{token} takes {shape}: a quantity by its name", tree, hint)
        name, *places = tree.children
        assert isinstance(name, Token)
        given = self.dimensions_of(str(name))
        if given is None:
            raise self.unknown(name, scope)
        left = given[len(places) :]
        if len(left) != len(entry.dimensions):
            shown = shown_reference(tree) if places else str(name)
            message = f"{token} takes {shape}, but {shown} has {counted(len(left), 'index', 'indices')} left"
            raise self.error(message, name, f"{name} is {name}[{', '.join(map(str, given))}]" if given else None)
        problem = fitted(entry.dimensions, left, sizes)
        if problem is not None:
            raise self.error(f"the sizes do not fit {signature(self.functions[str(token)])}: {problem}", name)
        if entry.labels is not None:
            self.mark_label(tree, str(name), resized(entry.labels, sizes))
        pairs = zip(places, given[: len(places)], strict=True)
        return Row(str(name), tuple(self.subscript(place, size, scope, depth) for place, size in pairs))

    def mark_label(self, tree: Syntax, name: str, size: Dimension) -> None:
        """The argument becomes a label here too."""
        entry = self.inputs.get(name)
        if entry is None or entry.labels not in (None, size):
            hint = None if entry is None else f"it counts up to {entry.labels} elsewhere and up to {size} here"
            raise self.error("a label is an input with one range", tree, hint)
        self.inputs[name] = replace(entry, labels=size)

    def inlined(self, token: Token, application: Application) -> str:
        """The name of the application's output here; its equations are added where it is met first."""
        function = application.function
        key = (function.name, application.arguments, self.layer_suffix)
        if key not in self.applied:
            names = {e.name: "" for e in function.equations}
            for inner in names:
                names[inner] = self.name_for(function, inner, names.values())
            taken = {*self.names_taken, *names.values()}
            for equation in inlined(application, names.__getitem__, taken):
                self.nodes += count_nodes(equation.body)
                self.equations[equation.name] = equation
                self.added.setdefault(self.current, []).append(equation.name)
            if self.nodes > MAX_NODES:
                raise self.error(f"a definition of more than {MAX_NODES} terms", token)
            self.borrowed.update(function.function_table)
            self.applied[key] = names[function.output]
        return self.applied[key]

    def name_for(self, function: Definition, inner: str, others: Iterable[str]) -> str:
        """The output is called as the function is, all else as there; with a longer name where that is taken."""
        longer = f"{function.name}_{inner}"
        wishes = (function.name if inner == function.output else inner, longer, *(f"{longer}{k}" for k in range(2, 99)))
        taken = self.names_taken | {base_of(o) for o in others}
        return next(w for w in wishes if w not in taken) + self.layer_suffix

    def adopted(self, equation: Equation) -> Equation:
        """p[i] = softmax(a)[i] gives p the equation of softmax: one name is enough."""
        added = self.added.get(equation.name, [])
        value = equation.body
        if not (added and isinstance(value, Ref) and value.name == added[-1] and value.indices == equation.indices):
            return equation
        source = self.equations[value.name]
        if any(r.name == value.name for other in added for r in references(self.equations[other].body)):
            return equation
        del self.equations[added.pop()]
        self.applied.update({k: equation.name for k, v in self.applied.items() if v == value.name})
        letters = dict(zip(source.indices, equation.indices, strict=True))
        body = freshen(source.body, {i.name for i in equation.indices})
        return Equation(equation.name, equation.indices, rename(body, letters), source.origin)


def signature(function: Definition) -> str:
    """softmax(a)"""
    return f"{function.name}({', '.join(i.name for i in function.inputs)})"


def counted(number: int, one: str, several: str) -> str:
    return f"{number or 'no'} {one if number == 1 else several}"
