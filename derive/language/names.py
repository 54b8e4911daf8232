"""What a name means in one definition, and which range an index has.

Contract: a name is looked up in the definition's own tables and nowhere else; a fault is a DeriveError at its place.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lark import Token, Tree

from derive.language.advice import advice_for
from derive.language.definition import Definition, Equation, Input
from derive.language.errors import DeriveError, did_you_mean
from derive.language.indices import Dimension, Index, Less, shortened
from derive.language.inlining import fitted, resized
from derive.language.layered import base_of
from derive.language.primitives import BY_NAME, REDUCTIONS
from derive.language.syntax import Syntax, bare_name, place_of, shift_of, shown_reference, subtrees, tokens

RESERVED = frozenset(keyword.kwlist) | frozenset(BY_NAME) | frozenset(REDUCTIONS) | {"where", "clip", "np", "out"}
CALLABLE = frozenset(BY_NAME) | frozenset(REDUCTIONS) | {"where", "clip"}
MAX_NAME = 40


@dataclass
class Names:
    """The tables of one definition while it is resolved.

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

    def error(self, message: str, at: Syntax, hint: str | None = None) -> DeriveError:
        return DeriveError(message, place_of(self.text, at), hint)

    @property
    def sizes(self) -> set[str]:
        return {d for i in self.inputs.values() for d in i.dimensions if isinstance(d, str)}

    def dimensions_of(self, name: str) -> tuple[Dimension, ...] | None:
        if name in self.inputs:
            return self.inputs[name].dimensions
        if name in self.equations:
            return tuple(i.size for i in self.equations[name].indices)
        return None

    @property
    def layer_suffix(self) -> str:
        """The layer of the equation that is being read, as names write it."""
        return self.current[len(base_of(self.current)) :]

    @property
    def names_taken(self) -> set[str]:
        written = {base_of(next(tokens(tree))) for tree in self.equation_trees}
        return {*map(base_of, (*self.inputs, *self.equations)), *written, *self.sizes, *RESERVED}

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

    def check_known(self, syntax: Syntax, scope: Mapping[str, Index]) -> None:
        """A name that is unknown is the fault, before anything that follows from it."""
        for tree in subtrees(syntax):
            name = tree.children[0] if tree.data == "reference" else None
            if isinstance(name, Token) and len(tree.children) == 1 and "_" in name and not self.is_known(name, scope):
                raise self.unknown(name, scope)

    def is_known(self, name: Token, scope: Mapping[str, Index]) -> bool:
        return str(name) in {*self.inputs, *self.equations, *self.sizes, *scope} or is_constant(str(name))

    def check_arity(self, token: Token, values: Sequence[object], wanted: int, shape: str) -> None:
        if len(values) != wanted:
            plural = "argument" if wanted == 1 else "arguments"
            raise self.error(f"{token} takes {wanted} {plural}, not {len(values)}", token, f"as in {shape}")


def size_names(size: Dimension) -> tuple[str, ...]:
    if isinstance(size, int):
        return ()
    return (size.size,) if isinstance(size, Less) else (size,)


def is_constant(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].arity == 0
