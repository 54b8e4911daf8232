"""Recurrences in the language: equations of a layer l that refer to the layer before.

    mlp(x[n{0}], t[n{L}]; W{l}[n{l-1}, n{l}]) -> E
        O{0}[j] = x[j]                                     the base case
        X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j])           a layer, l = 1..L
        O{l}[k] = sigmoid(X{l}[k])
        E = 1/2 * sum(k, (O{L}[k] - t[k])**2)              what follows the last layer

Contract: `parse_definitions` reads plain definitions and recurrences alike. The letter of a layer is the one that
stands on the left of its equations, the other letter in braces is the last layer. Where an equation holds is said by
its name; what it may use follows from that, and anything else is a DeriveError at its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from lark import Token, Tree

from derive.language.definition import Definition, Equation, Input
from derive.language.errors import did_you_mean
from derive.language.indices import Dimension, Index
from derive.language.layered import Layer, at, base_of, layer_of, mover, relabelled
from derive.language.recurrence import ZERO, RecurrentDefinition
from derive.language.resolve import Resolver, first_layered, parse, plain
from derive.language.syntax import Syntax, names_in, tokens
from derive.language.trees import references

Shape = tuple[Dimension, ...]

LAYERS_HINT = "a layer is written O{l}, the one before O{l-1}, the start O{0}, the last one O{L}"


def parse_definitions(text: str, functions: Iterable[Definition] = ()) -> tuple[Definition, ...]:
    """The definitions of a text, recurrences included; each may apply those before it and the given ones."""
    return parse(text, functions, resolved)


def resolved(
    text: str, header: Tree[Token], equations: list[Tree[Token]], functions: Mapping[str, Definition]
) -> Definition:
    """One definition; a recurrence where a name carries a layer."""
    if first_layered(header, equations) is None:
        return plain(text, header, equations, functions)
    return LayeredResolver(text, header, equations, functions).definition()


@dataclass
class LayeredResolver(Resolver):
    """Resolves one recurrence; lives for one call of `definition`.

    shapes: of the quantities of layers that are not resolved yet, or are those of another layer.
    """

    shapes: dict[str, Shape] = field(default_factory=dict)
    letter: str = ""
    depth: str = ""

    def definition(self) -> Definition:
        self.find_letters()
        definition = super().definition()
        found = RecurrentDefinition(
            **{f.name: getattr(definition, f.name) for f in fields(Definition)},
            letter=self.letter,
            depth=self.depth,
            shapes=self.layer_shapes(definition),
        )
        self.check_whole(found)
        return found

    def layer_shapes(self, definition: Definition) -> tuple[Input, ...]:
        """Each quantity of a layer as what it is where another layer uses it: an input."""
        here = Layer(self.letter)
        mine = (e for e in definition.equations if layer_of(e.name) == here)
        return tuple(Input(e.name, tuple(i.size for i in e.indices)) for e in mine)

    # --- the letters of layers ---

    @property
    def layered_tokens(self) -> list[Token]:
        names = (t for tree in (self.header, *self.equation_trees) for t in tokens(tree) if t.type == "NAME")
        return [t for t in names if layer_of(t) is not None]

    @property
    def targets(self) -> list[Token]:
        return [next(tokens(tree)) for tree in self.equation_trees]

    def find_letters(self) -> None:
        """The letter of any layer and that of the last one."""
        for token in self.targets:
            layer = layer_of(token)
            if layer is None or layer == ZERO:
                continue
            if not layer.letter or layer.offset:
                hint = "an equation holds at the start, O{0}, or at every layer, O{l}"
                raise self.error(f"no equation can be about layer {layer}", token, hint)
            self.letter = self.letter or layer.letter
            if layer.letter != self.letter:
                hint = "all equations of a layer use one letter"
                raise self.error(f"{token}: a layer is called {self.letter} before", token, hint)
        if not self.letter:
            raise self.error("no equation of a layer", self.layered_tokens[0], f"{LAYERS_HINT}: write O{{l}} = ...")
        for token in self.layered_tokens:
            self.read_layer(token)
        self.depth = self.depth or (self.letter.upper() if self.letter.islower() else f"{self.letter}_last")

    def read_layer(self, token: Token) -> None:
        """The last layer's letter, and no layer that cannot be meant."""
        layer = layer_of(token)
        assert layer is not None
        if layer.letter == self.letter:
            if layer.offset not in (0, -1):
                raise self.error(f"{token}: a layer uses itself and the one before", token, LAYERS_HINT)
        elif not layer.letter:
            if layer != ZERO:
                raise self.error(f"{token}: of all layers only the start has a number", token, LAYERS_HINT)
        else:
            self.depth = self.depth or layer.letter
            if layer.letter != self.depth:
                message = (
                    f"{token}: {self.letter} is any layer and {self.depth} the last one, {layer.letter} is unknown"
                )
                raise self.error(message, token, LAYERS_HINT)
            if layer.offset:
                raise self.error(f"{token}: of the last layers only {{{self.depth}}} can be used", token, LAYERS_HINT)

    # --- inputs, equations and what each may use ---

    def read_input(self, entry: Syntax, shared: bool) -> None:
        super().read_input(entry, shared)
        name, *dimensions = (t for t in tokens(entry) if t.type == "NAME")
        layer = layer_of(name)
        if layer not in (None, Layer(self.letter)):
            hint = f"an input is given once, as x, or for every layer, as {at(name, Layer(self.letter))}"
            raise self.error(f"{name} cannot be given for layer {layer} alone", name, hint)
        for token in dimensions:
            if layer is None and (layer_of(token) or ZERO).letter == self.letter:
                hint = f"{token} differs from layer to layer; {name}{{{self.letter}}} would too"
                raise self.error(f"{name} is one array and has no size {token}", token, hint)

    def equation_table(self) -> dict[str, Tree[Token]]:
        table = super().equation_table()
        for name in (*self.inputs, *table):
            if base_of(name) == name and any(base_of(t) == name and t != name for t in (*self.inputs, *table)):
                raise self.error(f"{name} is used with a layer and without", self.target_of(name, table))
        for name in table:
            if layer_of(name) is not None and at(name, Layer(self.letter)) not in table:
                hint = f"write {at(name, Layer(self.letter))} = ... as well"
                raise self.error(f"{name} is never continued: it has no equation of a layer", table[name], hint)
        for name, tree in table.items():
            for token in tokens(tree.children[-1]):
                if token.type == "NAME":
                    self.check_use(token, layer_of(name), table)
        self.infer_shapes(table)
        return table

    def target_of(self, name: str, table: Mapping[str, Tree[Token]]) -> Syntax:
        return table.get(name, self.header)

    def check_use(self, token: Token, of: Layer | None, table: Mapping[str, Tree[Token]]) -> None:
        """Whether an equation of layer `of` (0, l, or none) may use this name."""
        layer, here = layer_of(token), Layer(self.letter)
        is_input = at(token, here) in self.inputs
        if layer is None:
            if token in table and of is not None:
                hint = f"only quantities of a layer and inputs are known there; {token} follows the last layer"
                raise self.error(f"{token} is not known at layer {of}", token, hint)
            return
        if not is_input and at(token, here) not in table:
            raise self.error(f"unknown name {token}", token, did_you_mean(token, {*self.inputs, *table}))
        allowed = {"start": (ZERO,), "layer": (here, here.before()), "end": (Layer(self.depth),)}
        where = "end" if of is None else "start" if of == ZERO else "layer"
        if layer not in allowed[where] or (is_input and layer != here):
            named = {"start": "the start", "layer": f"layer {self.letter}", "end": "what follows the last layer"}
            right = " or ".join(at(token, one) for one in allowed[where])
            hint = f"{at(token, here)} is given for its own layer alone" if is_input else f"{right} would be right"
            raise self.error(f"{token} cannot be used in an equation of {named[where]}", token, hint)
        if layer == here.before() and at(token, ZERO) not in table:
            hint = f"write its base case, as in {at(token, ZERO)} = ..."
            raise self.error(f"{base_of(token)} has no layer 0", token, hint)

    def infer_shapes(self, table: Mapping[str, Tree[Token]]) -> None:
        """Sizes of every layered quantity: from the equation of a layer, else from its base case."""
        here, last = Layer(self.letter), Layer(self.depth)
        waiting = [n for n in table if layer_of(n) == here] + [n for n in table if layer_of(n) == ZERO]
        while True:
            found = {
                n: s for n in waiting if n not in self.shapes for s in [self.shape_from(table[n])] if s is not None
            }
            if not found:
                return
            for name, shape in found.items():
                if name in self.shapes:  # the equation of a layer has said it just now
                    continue
                self.shapes[name] = shape
                if layer_of(name) == here:
                    for layer in (here.before(), last, ZERO):
                        self.shapes[at(name, layer)] = relabelled(shape, mover(self.letter, layer))
                elif at(name, here) not in self.shapes:
                    general = relabelled(shape, lambda size: at(size, here) if layer_of(size) == ZERO else size)
                    self.shapes[at(name, here)] = general
                    for layer in (here.before(), last):
                        self.shapes[at(name, layer)] = relabelled(general, mover(self.letter, layer))

    def shape_from(self, tree: Tree[Token]) -> Shape | None:
        """What the right side says of the sizes on the left, if it says all of them."""
        target, body = tree.children
        assert isinstance(target, Tree)
        found = [self.range_of(token, body) for token in names_in(target)[1:]]
        return tuple(d for d in found if d is not None) if None not in found else None

    def dimensions_of(self, name: str) -> Shape | None:
        own = super().dimensions_of(name)
        return self.shapes.get(name) if own is None else own

    def range_on_left(self, name: str, place: int, token: Token, body: Syntax) -> Dimension | None:
        """What the right side says, else what the equation of the layer does."""
        found = super().range_on_left(name, place, token, body)
        known = self.shapes.get(name, ())[place : place + 1]
        if found is not None and known and found != known[0]:
            general = at(name, Layer(self.letter))
            message = f"{name} has size {found} here, but as {general} it has size {self.shapes[general][place]}"
            raise self.error(message, token, "a size that is the same at every layer carries no layer")
        return found if found is not None else next(iter(known), None)

    def check_index(self, token: Token, scope: Mapping[str, Index]) -> None:
        if token in (self.letter, self.depth) or layer_of(token) is not None:
            raise self.error(f"{token} counts layers and cannot be an index", token, "another letter is right")
        super().check_index(token, scope)

    # --- the whole ---

    def check_whole(self, found: RecurrentDefinition) -> None:
        """There is something to go back through, and something that says how deep it is."""
        first = self.layered_tokens[0]
        output = names_in(self.header)[-1]
        if len(found.outputs) > 1 or found.output_indices or layer_of(output) is not None:
            hint = f"what follows the last layer is one number, as in y = sum(k, O{{{self.depth}}}[k]**2)"
            raise self.error("a recurrence returns one number", output, hint)
        if not found.layered_inputs:
            hint = f"an input for every layer does, as in W{{{self.letter}}}[n{{{self.letter}-1}}, n{{{self.letter}}}]"
            raise self.error("nothing says how many layers there are", first, hint)
        if not found.recurring:
            raise self.error(f"{found.output} does not depend on the layer before", first, LAYERS_HINT)
        for name, equation in self.only_at_last(found):
            hint = "write it among the equations that follow the last layer, or let a later layer depend on it"
            raise self.error(f"{equation.name} matters at the last layer only, where {name} is unknown", first, hint)

    def only_at_last(self, found: RecurrentDefinition) -> Iterable[tuple[str, Equation]]:
        """What an equation that moves behind the last layer uses and finds nowhere there."""
        last = Layer(self.depth)
        known = {at(name, last) for name in found.recurring} | {e.name for e in found.head}
        for equation in found.head:
            for ref in references(equation.body):
                if layer_of(ref.name) is not None and ref.name not in known:
                    yield ref.name, equation
