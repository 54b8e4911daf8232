"""Syntax trees to definitions: names looked up, index ranges inferred, equations put in order.

Contract: `parse(text, functions)` gives the definitions of a text or raises a DeriveError that points at
the place. A name is looked up in the definition's own tables and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from lark import Token, Tree

from derive.language.calls import Calls
from derive.language.definition import Definition, Equation, Input, applied_functions
from derive.language.errors import DeriveError, Place
from derive.language.indices import Dimension, Index
from derive.language.parser import read
from derive.language.primitives import REDUCTIONS
from derive.language.syntax import Syntax, names_in, place_of, quantities_in, tokens
from derive.language.terms import MAX_SIZE
from derive.language.trees import references

Resolve = Callable[[str, Tree[Token], list[Tree[Token]], Mapping[str, Definition]], Definition]
"""From the trees of one definition, and the functions it may apply, to the definition."""


def plain(
    text: str, header: Tree[Token], equations: list[Tree[Token]], functions: Mapping[str, Definition]
) -> Definition:
    """A definition without layers."""
    found = first_layered(header, equations)
    if found is not None:
        hint = "indices stand in square brackets, as in x[i]"
        raise DeriveError(f"{found} has a layer, and here is no recurrence", place_of(text, found), hint)
    return Resolver(text, header, equations, functions).definition()


def first_layered(header: Tree[Token], equations: list[Tree[Token]]) -> Token | None:
    """The first name that carries a layer."""
    return next((t for tree in (header, *equations) for t in tokens(tree) if "{" in t), None)


def parse(text: str, functions: Iterable[Definition] = (), resolve: Resolve = plain) -> tuple[Definition, ...]:
    """The definitions of a text; each may apply those before it and the given ones."""
    known = {f.name: f for f in functions}
    found: dict[str, Definition] = {}
    for header, equations in grouped(text, read(text)):
        name = str(header.children[0])
        if name in found:
            raise DeriveError(f"{name} is defined twice", place_of(text, header))
        found[name] = resolve(text, header, equations, {**known, **found})
    if not found:
        raise DeriveError("no definition found", Place(text, 1, 1), "a definition starts with name(inputs) -> output")
    return tuple(found.values())


def grouped(text: str, statements: list[Tree[Token]]) -> Iterator[tuple[Tree[Token], list[Tree[Token]]]]:
    header: Tree[Token] | None = None
    equations: list[Tree[Token]] = []
    for statement in statements:
        if statement.data == "header":
            if header is not None:
                yield header, equations
            header, equations = statement, []
        elif header is None:
            hint = "a definition starts with a line such as softmax(a[n]) -> p"
            raise DeriveError("an equation before any definition", place_of(text, statement), hint)
        else:
            equations.append(statement)
    if header is not None:
        yield header, equations


@dataclass
class Resolver(Calls):
    """Resolves one definition; lives for one call of `definition`."""

    def definition(self) -> Definition:
        name, *outputs = names_in(self.header)
        if str(name) not in REDUCTIONS:  # an index stands first in a reduction: there is nothing to confuse
            self.check_new(name, ())
        groups = [c for c in self.header.children if isinstance(c, Tree)]
        for group, shared in zip(groups, (False, True), strict=False):
            for entry in group.children:
                self.read_input(entry, shared)
        trees = self.equation_table()
        for place, output in enumerate(outputs):
            if output in outputs[:place]:
                raise self.error(f"{output} is returned twice", output)
            if str(output) not in trees:
                hint = f"write {output} = ..., or return one of: {', '.join(trees) or '(no equation)'}"
                raise self.error(f"the output {output} has no equation", output, hint)
        for key in self.ordered(trees):
            self.read_equation(trees[key])
        in_text_order = tuple(self.equations[k] for k in self.text_order(trees))
        used = {f for e in in_text_order for f in applied_functions(e.body)}
        functions = tuple(self.borrowed.get(f) or self.functions[f] for f in sorted(used))
        self.check_namesakes(functions)
        lines = "\n".join(line.rstrip() for line in self.source_lines())
        return Definition(
            str(name), tuple(self.inputs.values()), tuple(map(str, outputs)), in_text_order, functions, lines
        )

    def check_namesakes(self, functions: tuple[Definition, ...]) -> None:
        """One name means one function, also in the closed forms, which name what the functions apply."""
        seen: dict[str, Definition] = {}
        for function in functions:
            for inner in (function, *function.function_table.values()):
                if seen.setdefault(inner.name, inner) != inner:
                    message = f"{function.name} applies another {inner.name} than this definition does"
                    raise self.error(message, self.header, f"give the {inner.name} of your own another name")

    def source_lines(self) -> list[str]:
        first = place_of(self.text, self.header).line
        last = max(t.end_line or t.line or 1 for tree in (self.header, *self.equation_trees) for t in tokens(tree))
        return self.text.splitlines()[first - 1 : last]

    def read_input(self, entry: Syntax, shared: bool) -> None:
        assert isinstance(entry, Tree)
        token = entry.children[0]
        assert isinstance(token, Token)
        self.check_new(token, self.inputs)
        dimensions = tuple(self.read_dimension(d) for d in entry.children[1:])
        self.inputs[str(token)] = Input(str(token), dimensions, shared)

    def read_dimension(self, tree: Syntax) -> Dimension:
        assert isinstance(tree, Tree)
        token = tree.children[0]
        assert isinstance(token, Token)
        if token.type == "INTEGER":
            if len(token) > 9 or not 0 < int(token) <= MAX_SIZE:
                hint = f"a size is a name or a positive number up to {MAX_SIZE}"
                raise self.error(f"{token} is no size", token, hint)
            return int(token)
        if str(token) in self.inputs:
            raise self.error(f"{token} is an input and cannot be a size too", token)
        self.check_name(token)
        return str(token)

    def equation_table(self) -> dict[str, Tree[Token]]:
        table: dict[str, Tree[Token]] = {}
        for tree in self.equation_trees:
            token = next(tokens(tree))
            self.check_new(token, (*self.inputs, *table))
            if str(token) in self.sizes:
                raise self.error(f"{token} is a size and cannot be a quantity too", token)
            table[str(token)] = tree
        return table

    def ordered(self, trees: Mapping[str, Tree[Token]]) -> list[str]:
        """Names in an order in which each equation uses only earlier ones; a cycle is an error."""
        uses = {name: [t for t in quantities_in(tree.children[-1]) if str(t) in trees] for name, tree in trees.items()}
        done: dict[str, None] = {}
        for start in trees:
            path: list[str] = []
            stack: list[tuple[str, Token | None, bool]] = [(start, None, False)]
            while stack:
                name, token, leaving = stack.pop()
                if leaving:
                    done.setdefault(path.pop())
                elif name in path:
                    circle = " -> ".join([*path[path.index(name) :], name])
                    raise self.error(f"{name} is defined by itself: {circle}", token or trees[name])
                elif name not in done:
                    path.append(name)
                    stack.append((name, token, True))
                    stack.extend((str(t), t, False) for t in reversed(uses[name]))
        return list(done)

    def text_order(self, trees: Mapping[str, Tree[Token]]) -> list[str]:
        """The order of the text where it is an order of computation too, else that of the computation."""
        seen: set[str] = set()
        in_text = [name for tree in trees for name in (*self.added.get(tree, ()), tree)]
        for name in in_text:
            if any(r.name in trees and r.name not in seen for r in references(self.equations[name].body)):
                return list(self.equations)
            seen.add(name)
        return in_text

    def read_equation(self, tree: Tree[Token]) -> None:
        target, body = tree.children
        assert isinstance(target, Tree)
        name, *index_tokens = names_in(target)
        scope: dict[str, Index] = {}
        for place, token in enumerate(index_tokens):
            self.check_index(token, scope)
            dimension = self.range_on_left(str(name), place, token, body)
            if dimension is None:
                raise self.error(f"index {token} stands on the left only", token, "its range would be unknown")
            scope[str(token)] = Index(str(token), dimension)
        self.current = str(name)
        value = self.build(body, scope, 0)
        self.equations[str(name)] = self.adopted(Equation(str(name), tuple(scope.values()), value))

    def range_on_left(self, name: str, place: int, token: Token, body: Syntax) -> Dimension | None:
        """The size that an index on the left runs up to: what the right side says."""
        return self.range_of(token, body)
