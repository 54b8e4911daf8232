"""Syntax trees to definitions: names looked up, index ranges inferred, equations put in order.

Contract: `parse(text, functions)` gives the definitions of a text or raises a DeriveError that points at
the place. A name is looked up in the definition's own tables and nowhere else.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from lark import Token, Tree

from derive.language.advice import advice_for
from derive.language.definition import Definition, Equation, Input, applied_functions
from derive.language.errors import DeriveError, Place, did_you_mean
from derive.language.expressions import (
    Applied,
    Call,
    Dimension,
    Expression,
    Index,
    Less,
    Mul,
    Number,
    Quotient,
    Ref,
    Size,
    Where,
    add,
    chosen,
    fixed,
    mul,
    negate,
    number,
    power,
    quotient,
    reduce_over,
    shifted,
    shortened,
    sum_over,
)
from derive.language.inlining import Application, Row, fitted, inlined, resized
from derive.language.layered import base_of
from derive.language.parser import read
from derive.language.primitives import BY_NAME, REDUCTIONS
from derive.language.trees import count_nodes, freshen, references, rename

RESERVED = frozenset(keyword.kwlist) | frozenset(BY_NAME) | frozenset(REDUCTIONS) | {"where", "clip", "np", "out"}
CALLABLE = frozenset(BY_NAME) | frozenset(REDUCTIONS) | {"where", "clip"}
MAX_DEPTH = 150
MAX_NODES = 3_000
MAX_NAME = 40
MAX_DIGITS = 40
MAX_EXPONENT = 400
MAX_POWER = 10_000
MAX_BITS = 2_000
MAX_SIZE = 1_000

Syntax = Tree[Token] | Token


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


def place_of(text: str, syntax: Syntax) -> Place:
    token = next(tokens(syntax), None)
    return Place(text, token.line or 1, token.column or 1) if token else Place(text, 1, 1)


def tokens(syntax: Syntax) -> Iterator[Token]:
    stack: list[Syntax] = [syntax]
    while stack:
        top = stack.pop()
        if isinstance(top, Token):
            yield top
        else:
            stack.extend(reversed(top.children))


def subtrees(syntax: Syntax) -> Iterator[Tree[Token]]:
    stack: list[Syntax] = [syntax]
    while stack:
        top = stack.pop()
        if isinstance(top, Tree):
            yield top
            stack.extend(reversed(top.children))


def names_in(tree: Tree[Token]) -> list[Token]:
    return [c for c in tree.children if isinstance(c, Token) and c.type == "NAME"]


def quantities_in(syntax: Syntax) -> Iterator[Token]:
    """The names that stand for quantities or indices, not for functions."""
    for tree in subtrees(syntax):
        name = tree.children[0] if tree.data == "reference" else None
        if isinstance(name, Token):
            yield name


def is_name(syntax: Syntax) -> bool:
    """A bare name, as the index that a reduction starts with."""
    return isinstance(syntax, Tree) and syntax.data == "reference" and len(syntax.children) == 1


@dataclass
class Resolver:
    """Resolves one definition; lives for one call of `definition`.

    applied: for each application of a definition of vectors, the name that its output has here; `added` are the names
    of the equations that each equation brings in so, `borrowed` the functions that these apply.
    """

    text: str
    header: Tree[Token]
    equation_trees: list[Tree[Token]]
    functions: Mapping[str, Definition]
    inputs: dict[str, Input] = field(default_factory=dict)
    equations: dict[str, Equation] = field(default_factory=dict)
    nodes: int = 0
    applied: dict[tuple[object, ...], str] = field(default_factory=dict)
    added: dict[str, list[str]] = field(default_factory=dict)
    borrowed: dict[str, Definition] = field(default_factory=dict)
    current: str = ""

    # --- the whole ---

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

    def error(self, message: str, at: Syntax, hint: str | None = None) -> DeriveError:
        return DeriveError(message, place_of(self.text, at), hint)

    # --- header and table of equations ---

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

    def check_name(self, token: Token) -> None:
        if base_of(token) in RESERVED:
            raise self.error(
                f"{token} is a reserved word", token, f"another name, such as {token}_ or {token}1, is right"
            )
        if len(token) > MAX_NAME:
            raise self.error(f"a name of {len(token)} characters; at most {MAX_NAME} are allowed", token)

    def check_new(self, token: Token, taken: Iterable[str]) -> None:
        self.check_name(token)
        if str(token) in taken:
            raise self.error(f"{token} is named twice", token)

    def equation_table(self) -> dict[str, Tree[Token]]:
        table: dict[str, Tree[Token]] = {}
        for tree in self.equation_trees:
            token = next(tokens(tree))
            self.check_new(token, (*self.inputs, *table))
            if str(token) in self.sizes:
                raise self.error(f"{token} is a size and cannot be a quantity too", token)
            table[str(token)] = tree
        return table

    @property
    def sizes(self) -> set[str]:
        return {d for i in self.inputs.values() for d in i.dimensions if isinstance(d, str)}

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

    # --- one equation ---

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

    def check_index(self, token: Token, scope: Mapping[str, Index]) -> None:
        self.check_name(token)
        if str(token) in scope:
            raise self.error(f"index {token} is already in use here", token, "another letter is right")
        if str(token) in self.inputs or str(token) in self.sizes or str(token) in self.equations:
            raise self.error(f"{token} is a quantity or a size and cannot be an index too", token)

    def range_of(self, index: Token, syntax: Syntax) -> Dimension | None:
        """The size that the index runs up to, from where it stands; two sizes are an error."""
        found: tuple[Dimension, str] | None = None
        shift = 0
        for reference in subtrees(syntax):
            if reference.data not in ("reference", "entry"):
                continue
            name, *places = reference.children
            sizes = self.dimensions_of(str(name)) if reference.data == "reference" else self.sizes_of_application(name)
            for dimension, place in zip(sizes or (), places, strict=False):
                token = bare_name(place)
                if token is None or str(token) != str(index):
                    continue
                shift = max(shift, shift_of(place))
                shown = shown_reference(reference)
                if found is not None and found[0] != dimension:
                    message = f"index {index} runs over {found[0]} in {found[1]} but over {dimension} in {shown}"
                    raise self.error(message, token, "an index has one range; use another letter for the other")
                found = found or (dimension, shown)
        return shortened(found[0], shift) if found else None

    def dimensions_of(self, name: str) -> tuple[Dimension, ...] | None:
        if name in self.inputs:
            return self.inputs[name].dimensions
        if name in self.equations:
            return tuple(i.size for i in self.equations[name].indices)
        return None

    # --- expressions ---

    def build(self, syntax: Syntax, scope: Mapping[str, Index], depth: int) -> Expression:
        assert isinstance(syntax, Tree)
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise self.error(f"an expression nested deeper than {MAX_DEPTH}", syntax)
        if self.nodes > MAX_NODES:
            raise self.error(f"a definition of more than {MAX_NODES} terms", syntax)
        build = getattr(self, f"build_{syntax.data}")
        result: Expression = build(syntax, scope, depth + 1)
        return result

    def build_group(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        return self.build(tree.children[0], scope, depth)

    def build_number(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        token = str(tree.children[0])
        mantissa, _, exponent = token.lower().partition("e")
        if len(mantissa) > MAX_DIGITS or (exponent and (len(exponent) > 5 or abs(int(exponent)) > MAX_EXPONENT)):
            raise self.error(f"a number of more than {MAX_DIGITS} digits or an exponent above {MAX_EXPONENT}", tree)
        return Number(Fraction(token))

    def build_negative(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        return negate(self.build(tree.children[1], scope, depth))

    def build_positive(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        return self.build(tree.children[1], scope, depth)

    def build_sum(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        terms = [self.build(tree.children[0], scope, depth)]
        for sign, part in zip(tree.children[1::2], tree.children[2::2], strict=True):
            value = self.build(part, scope, depth)
            terms.append(negate(value) if sign == "-" else value)
        return add(*terms)

    def build_product(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        total = self.build(tree.children[0], scope, depth)
        for sign, part in zip(tree.children[1::2], tree.children[2::2], strict=True):
            value = self.build(part, scope, depth)
            if sign == "*":
                total = mul(total, value)
            elif value == number(0):
                raise self.error("division by zero", part)
            else:
                total = divide(total, value)
        return total

    def build_power(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        base, exponent = (self.build(tree.children[k], scope, depth) for k in (0, 1))
        if base == number(0) and isinstance(exponent, Number) and exponent.value < 0:
            raise self.error("division by zero", tree)
        self.check_power(base, exponent, tree)
        return power(base, exponent)

    def check_power(self, base: Expression, exponent: Expression, tree: Tree[Token]) -> None:
        """Neither 9**9**9 nor x**9**9: no float holds the one, and nobody means the other."""
        if not isinstance(exponent, Number):
            return
        if abs(exponent.value) > MAX_POWER:
            raise self.error(f"an exponent above {MAX_POWER}", tree.children[1])
        if isinstance(base, Number) and base.value != 0:
            bits = max(abs(base.value.numerator), base.value.denominator).bit_length() - 1
            if bits * abs(exponent.value) > MAX_BITS:
                raise self.error("a number that no float can hold", tree)

    def build_reference(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        name, *places = tree.children
        assert isinstance(name, Token)
        dimensions = self.dimensions_of(str(name))
        if dimensions is None:
            if not places and (str(name) in self.sizes or is_constant(str(name))):
                return Size(str(name)) if str(name) in self.sizes else Call(str(name), ())
            raise self.unknown(name, scope)
        if len(places) != len(dimensions):
            shape = f"{name}[{', '.join(map(str, dimensions))}]" if dimensions else f"{name}, a scalar"
            has = f"{len(dimensions)} {'index' if len(dimensions) == 1 else 'indices'}"
            raise self.error(f"{name} has {has}, not {len(places)}", name, f"it is {shape}")
        pairs = zip(places, dimensions, strict=True)
        return Ref(str(name), tuple(self.subscript(place, size, scope, depth) for place, size in pairs))

    def subscript(self, place: Syntax, size: Dimension, scope: Mapping[str, Index], depth: int) -> Index:
        """An index in scope, a fixed position, or an integer-valued input that says the position."""
        assert isinstance(place, Tree)
        first = place.children[0]
        if isinstance(first, Token):
            return self.fixed_position(first, size)
        if len(place.children) > 1:
            return self.shifted_position(place, size, scope)
        token = next(tokens(first))
        if str(token) in scope and is_name(first):
            return scope[str(token)]
        if str(token) in self.inputs:
            return self.chosen_position(first, token, size, scope, depth)
        hint = f"write it on the left as well, or sum over it: sum({token}, ...)"
        raise self.error(f"index {token} is free on the right only", token, hint)

    def shifted_position(self, place: Tree[Token], size: Dimension, scope: Mapping[str, Index]) -> Index:
        """i+1: an index in scope and a small number."""
        token, sign, _ = tokens(place)
        if bare_name(place) is None or str(token) not in scope:
            raise self.error(f"{token} is no index here", token, "only an index can be shifted, as in x[i+1] - x[i]")
        if sign == "-":
            hint = "let the index start at 0 and shift the other way: x[i+1] - x[i]"
            raise self.error("an index is shifted forward only", sign, hint)
        return shifted(scope[str(token)], shift_of(place), size)

    def fixed_position(self, token: Token, size: Dimension) -> Index:
        if len(token) > 9 or int(token) >= (size if isinstance(size, int) else MAX_SIZE):
            hint = f"positions run from 0 to {(size if isinstance(size, int) else MAX_SIZE) - 1}"
            raise self.error(f"there is no position {token}", token, hint)
        return fixed(int(token), size)

    def chosen_position(
        self, syntax: Syntax, token: Token, size: Dimension, scope: Mapping[str, Index], depth: int
    ) -> Index:
        """The input becomes a label: an integer below the size."""
        entry = self.inputs[str(token)]
        if entry.labels not in (None, size):
            message = f"{token} counts up to {entry.labels} elsewhere and up to {size} here"
            raise self.error(message, token, "a label has one range")
        self.inputs[entry.name] = replace(entry, labels=size)
        by = self.build(syntax, scope, depth)
        assert isinstance(by, Ref)
        return chosen(by, size)

    def unknown(self, name: Token, scope: Mapping[str, Index]) -> DeriveError:
        if str(name) in scope:
            return self.error(f"{name} is an index and has no value of its own", name)
        if str(name) in self.functions or str(name) in CALLABLE:
            return self.error(f"{name} is a function and needs its arguments", name, f"as in {name}(x)")
        known = {*self.inputs, *self.equations, *self.sizes}
        base, _, letter = str(name).partition("_")
        if letter and (self.dimensions_of(base) or (str(name) == f"{base}_{letter}" and base in known)):
            return self.error(f"unknown name {name}", name, f"an index stands in brackets: {base}[{letter}]")
        return self.error(f"unknown name {name}", name, advice_for(str(name)) or did_you_mean(str(name), known))

    # --- calls ---

    def build_call(self, tree: Tree[Token], scope: Mapping[str, Index], depth: int) -> Expression:
        token, arguments = tree.children[0], [c for c in tree.children[1:] if isinstance(c, Tree)]
        assert isinstance(token, Token)
        name = str(token)
        for argument in arguments:
            if argument.data == "relation" and name != "where":
                raise self.error("a comparison stands only in where(condition, a, b)", argument)
        if name not in self.functions and name not in CALLABLE:
            known = {*self.functions, *CALLABLE}
            raise self.error(f"unknown function {name}", token, advice_for(name) or did_you_mean(name, known))
        if name == "where":
            return self.build_where(token, arguments, scope, depth)
        if self.is_of_vectors(name, arguments):
            return self.entry_of(token, arguments, [], scope, depth)
        if name in REDUCTIONS and self.is_reduction(name, arguments, scope):
            return self.build_reduction(token, arguments, scope, depth)
        values = [self.build(a, scope, depth) for a in arguments]
        if name == "clip":
            self.check_arity(token, values, 3, "clip(x, low, high)")
            value, low, high = values
            return Where("<", value, low, low, Where(">", value, high, high, value))
        if name in ("max", "min"):
            self.check_arity(token, values, 2, f"{name}(a, b), or {name}(k, a[k]) over an index")
            left, right = values
            return Where(">=" if name == "max" else "<=", left, right, left, right)
        if name in BY_NAME:
            if is_constant(name):
                raise self.error(f"{name} is a number and takes no argument", token)
            self.check_arity(token, values, 1, f"{name}(x)")
            return Call(name, tuple(values))
        return self.build_applied(token, values)

    def build_applied(self, token: Token, values: list[Expression]) -> Expression:
        function = self.functions[str(token)]
        self.check_arity(token, values, len(function.inputs), signature(function))
        return Applied(function.name, tuple(values))

    # --- definitions of vectors, applied by name ---

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
            self.build_call(call, scope, depth)  # an unknown function and wrong arguments come first
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

    @property
    def layer_suffix(self) -> str:
        """The layer of the equation that is being read, as names write it."""
        return self.current[len(base_of(self.current)) :]

    @property
    def names_taken(self) -> set[str]:
        written = {base_of(next(tokens(tree))) for tree in self.equation_trees}
        return {*map(base_of, (*self.inputs, *self.equations)), *written, *self.sizes, *RESERVED}

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
        return Equation(equation.name, equation.indices, rename(body, letters))

    def sizes_of_application(self, call: Syntax) -> tuple[Dimension, ...] | None:
        """The sizes of the output of softmax(a), where they can be told."""
        assert isinstance(call, Tree)
        function = self.functions.get(str(call.children[0]))
        if function is None:
            return None
        sizes: dict[str, Dimension] = {}
        for entry, tree in zip(function.inputs, call.children[1:], strict=False):
            if entry.dimensions and isinstance(tree, Tree) and tree.data == "reference":
                given = self.dimensions_of(str(tree.children[0])) or ()
                left = given[len(tree.children) - 1 :]
                if len(left) == len(entry.dimensions):
                    fitted(entry.dimensions, left, sizes)
        wanted = [i.size for i in function.output_indices]
        if any(s not in sizes for d in wanted for s in size_names(d)):
            return None
        return tuple(resized(d, sizes) for d in wanted)

    def is_reduction(self, name: str, arguments: list[Tree[Token]], scope: Mapping[str, Index]) -> bool:
        """max(k, a[k]) reduces, max(a, b) compares: an index is a bare name that is not a quantity."""
        if name not in ("max", "min") or len(arguments) == 1:
            return True
        first = arguments[0]
        return is_name(first) and str(first.children[0]) not in {*self.inputs, *self.equations, *self.sizes}

    def build_reduction(
        self, token: Token, arguments: list[Tree[Token]], scope: Mapping[str, Index], depth: int
    ) -> Expression:
        if len(arguments) != 2 or not is_name(arguments[0]):
            hint = f"an index and a term, as in {token}(k, x[k])"
            raise self.error(f"{token} takes an index and a term", token, hint)
        index_token = arguments[0].children[0]
        assert isinstance(index_token, Token)
        self.check_index(index_token, scope)
        dimension = self.range_of(index_token, arguments[1])
        if dimension is None:
            self.check_known(arguments[1], scope)
            hint = f"{index_token} does not stand in the term, so its range is unknown"
            raise self.error(f"{token} over an index that is not used", index_token, hint)
        index = Index(str(index_token), dimension)
        body = self.build(arguments[1], {**scope, index.name: index}, depth)
        if token == "logsumexp":
            return Call("log", (sum_over(index, Call("exp", (body,))),))
        if token == "mean":
            size = Size(dimension) if isinstance(dimension, str) else number(dimension)
            return mul(quotient(number(1), size), sum_over(index, body))
        return reduce_over(str(token), index, body)

    def check_known(self, syntax: Syntax, scope: Mapping[str, Index]) -> None:
        """A name that is unknown is the fault, before anything that follows from it."""
        for tree in subtrees(syntax):
            name = tree.children[0] if tree.data == "reference" else None
            if isinstance(name, Token) and len(tree.children) == 1 and "_" in name and not self.is_known(name, scope):
                raise self.unknown(name, scope)

    def is_known(self, name: Token, scope: Mapping[str, Index]) -> bool:
        return str(name) in {*self.inputs, *self.equations, *self.sizes, *scope} or is_constant(str(name))

    def build_where(
        self, token: Token, arguments: list[Tree[Token]], scope: Mapping[str, Index], depth: int
    ) -> Expression:
        if len(arguments) != 3 or arguments[0].data != "relation":
            hint = "as in where(x < 0, 0, x)"
            raise self.error("where takes a comparison and two values", arguments[0] if arguments else token, hint)
        left, relation, right = arguments[0].children
        values = [self.build(v, scope, depth) for v in (left, right, arguments[1], arguments[2])]
        return Where(str(relation), *values)

    def check_arity(self, token: Token, values: Sequence[object], wanted: int, shape: str) -> None:
        if len(values) != wanted:
            plural = "argument" if wanted == 1 else "arguments"
            raise self.error(f"{token} takes {wanted} {plural}, not {len(values)}", token, f"as in {shape}")


def signature(function: Definition) -> str:
    """softmax(a)"""
    return f"{function.name}({', '.join(i.name for i in function.inputs)})"


def counted(number: int, one: str, several: str) -> str:
    return f"{number or 'no'} {one if number == 1 else several}"


def size_names(size: Dimension) -> tuple[str, ...]:
    if isinstance(size, int):
        return ()
    return (size.size,) if isinstance(size, Less) else (size,)


def bare_name(place: Syntax) -> Token | None:
    """The name of a subscript that is nothing but a name."""
    inner = place.children[0] if isinstance(place, Tree) else None
    return next(tokens(inner)) if isinstance(inner, Tree) and is_name(inner) else None


def shift_of(place: Syntax) -> int:
    """The 1 of x[i+1]; 0 for a plain subscript."""
    number = place.children[-1] if isinstance(place, Tree) and len(place.children) == 3 else None
    return int(number) if isinstance(number, Token) and len(number) < 5 else 0


def shown_reference(reference: Tree[Token]) -> str:
    """A reference as it was written: x[i, 0]."""
    name, *places = reference.children
    return f"{name}[{', '.join(''.join(tokens(p)) for p in places)}]"


def is_constant(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].arity == 0


def divide(total: Expression, value: Expression) -> Expression:
    """a / b / c is a / (b c), and c / 2 is 1/2 c."""
    if isinstance(value, Number):
        return mul(number(1 / value.value), total) if not isinstance(total, Mul | Quotient) else quotient(total, value)
    if isinstance(total, Quotient):
        return quotient(total.numerator, mul(total.denominator, value))
    return quotient(total, value)
