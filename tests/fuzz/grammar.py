"""Random definitions of the whole language, each with the numbers that it means.

Contract: `Grammar(chance).definition()` gives a Made: a text that is a definition by construction, and its formulas as
Terms. The same source of chance gives the same definition; any object with the methods of `random.Random` is one, so
that hypothesis can drive it and shrink what fails.

To extend: one method for a form of the language and its weight in FORMS.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.fuzz.terms import (
    ATOM,
    MP,
    RELATIONS,
    Formula,
    Point,
    Scope,
    Term,
    UndefinedError,
    called,
    cases,
    constant,
    minus,
    negative,
    over,
    plus,
    positive,
    raised,
    reduced,
    times,
)

Size = tuple[str, int] | int
"""("n", 1) is n - 1."""

NAMES = (
    "x", "y", "z", "a", "b", "w", "W", "t", "T", "theta", "gamma_1", "x0", "S", "E", "I", "N", "Q", "g", "v", "u", "e",
    "s", "total", "axis", "batch", "O", "h", "lam", "x_bar", "dx", "float", "range", "result", "v_x", "shape", "p",
    "beta",
)  # fmt: skip
FUNCTION_NAMES = ("f", "h2", "loss", "model", "F", "grad", "value", "my_layer", "test", "math")
LETTERS = (*"ijklmrqcd", "row", "k2")
SIZES = ("n", "m", "d")

POSITIVE_ONLY = {"log": MP.log, "sqrt": MP.sqrt, "lgamma": MP.loggamma, "digamma": MP.digamma, "arccosh": MP.acosh}
ANYWHERE = {
    "exp": MP.exp, "sin": MP.sin, "cos": MP.cos, "tan": MP.tan, "arctan": MP.atan, "sinh": MP.sinh, "cosh": MP.cosh,
    "arcsinh": MP.asinh, "erf": MP.erf, "abs": abs, "sign": MP.sign, "expm1": MP.expm1,
    "tanh": MP.tanh, "sigmoid": lambda x: 1 / (1 + MP.exp(-x)), "softplus": lambda x: MP.log(1 + MP.exp(x)),
    "relu": lambda x: max(x, MP.mpf(0)), "silu": lambda x: x / (1 + MP.exp(-x)),
    "elu": lambda x: x if x > 0 else MP.exp(x) - 1,
    "gelu": lambda x: x * MP.erfc(-x / MP.sqrt(2)) / 2,
}  # fmt: skip
WITHIN_ONE = {"arcsin": MP.asin, "arccos": MP.acos, "arctanh": MP.atanh, "log1p": MP.log1p}


def huber(y: object, t: object, delta: object) -> object:
    apart = abs(y - t)  # type: ignore[operator]
    return apart**2 / 2 if apart <= delta else delta * (apart - delta / 2)  # type: ignore[operator]


def shares(values: list[Any]) -> list[Any]:
    largest = max(values)
    weights = [MP.exp(v - largest) for v in values]
    return [w / MP.fsum(weights) for w in weights]


def length(values: list[Any]) -> list[Any]:
    total = MP.fsum(v**2 for v in values)
    if total == 0:
        raise UndefinedError("a norm has no slope at 0")
    return [MP.sqrt(total)]


def log_total(values: list[Any]) -> Any:
    largest = max(values)
    return largest + MP.log(MP.fsum(MP.exp(v - largest) for v in values))


VECTORS: Mapping[str, tuple[Callable[[list[Any]], list[Any]], bool]] = {
    "softmax": (shares, True),
    "log_softmax": (lambda values: [v - log_total(values) for v in values], True),
    "logsumexp": (lambda values: [log_total(values)], False),
    "l2_norm": (length, False),
}
"""Definitions of the catalogue that take a vector, what they mean, and whether that has entries."""


@dataclass(frozen=True)
class Quantity:
    """An input or a named quantity; `labels` is the size that an integer input counts up to."""

    name: str
    sizes: tuple[Size, ...]
    labels: Size | None = None
    shared: bool = False


@dataclass(frozen=True)
class Letter:
    """An index in scope: what it runs over, and how far it is shifted somewhere."""

    name: str
    over: Size
    shift: int = 0

    @property
    def size(self) -> Size:
        return less(self.over, self.shift)


@dataclass(frozen=True)
class Made:
    """A definition and its meaning. `text` may hold helpers before it."""

    text: str
    name: str
    inputs: tuple[Quantity, ...]
    outputs: tuple[str, ...]
    formulas: Mapping[str, Formula]
    quantities: Mapping[str, Quantity]


def less(size: Size, by: int) -> Size:
    if isinstance(size, int):
        return size - by
    return size[0], size[1] + by


def extent(size: Size, sizes: Mapping[str, int]) -> int:
    return size if isinstance(size, int) else sizes[size[0]] - size[1]


def written(size: Size) -> str:
    return str(size) if isinstance(size, int) else size[0]


BUDGETS = ((1, 3), (2, 5), (2, 8), (2, 8), (2, 12), (3, 12), (3, 20))
"""Depth of an expression, and how many forms the whole definition has."""


class Grammar:
    """Makes one definition."""

    def __init__(self, chance: random.Random, size: tuple[int, int] | None = None) -> None:
        self.chance = chance
        self.depth, self.budget = size or self.pick(BUDGETS)
        self.quantities: dict[str, Quantity] = {}
        self.helpers: dict[str, tuple[int, Callable[..., Term], str]] = {}

    def pick(self, options: Sequence):  # type: ignore[no-untyped-def,type-arg]
        return options[self.chance.randrange(len(options))]

    def likely(self, percent: int) -> bool:
        return self.chance.randrange(100) < percent

    # --- the whole ---

    def definition(self) -> Made:
        name = self.pick(FUNCTION_NAMES)
        helpers = self.helper_texts(name) if self.likely(15) else []
        inputs = self.inputs(name)
        formulas: dict[str, Formula] = {}
        lines = []
        count = self.pick((1, 1, 1, 2, 2, 3, 4))
        for _ in range(count):
            quantity, line, formula = self.equation(name)
            self.quantities[quantity.name] = quantity
            formulas[quantity.name] = formula
            lines.append(line)
        names = list(formulas)
        outputs = [names[-1], *(n for n in names[:-1] if self.likely(20))]
        if self.likely(10):  # equations may stand in any order
            self.chance.shuffle(lines)
        # a label is known as one by its use alone
        used = {n for n in self.quantities if any(uses_as_label(line, n) for line in lines)}
        kept = tuple(Quantity(q.name, q.sizes, q.labels if q.name in used else None, q.shared) for q in inputs)
        text = "\n".join(
            [*helpers, f"{name}({signature(inputs)}) -> {', '.join(outputs)}", *(f"    {s}" for s in lines)]
        )
        return Made(text, name, kept, tuple(outputs), formulas, dict(self.quantities))

    def fresh(self, avoid: Sequence[str] = ()) -> str:
        taken = {*self.quantities, *self.helpers, *avoid}
        return self.pick([n for n in NAMES if n not in taken])

    def inputs(self, name: str) -> tuple[Quantity, ...]:
        found = []
        for _ in range(self.pick((1, 2, 2, 3))):
            rank = self.pick((0, 1, 1, 1, 2))
            sizes = tuple(self.pick((("n", 0), ("n", 0), ("m", 0), ("d", 0), 3)) for _ in range(rank))
            quantity = Quantity(self.fresh((name,)), sizes, None, self.likely(30))
            self.quantities[quantity.name] = quantity
            found.append(quantity)
        if found and self.likely(15) and any(q.sizes for q in found):
            size = self.pick([s for q in found for s in q.sizes])
            rows = self.pick([(), *[(s,) for q in found for s in q.sizes]])
            label = Quantity(self.fresh((name,)), rows, size)
            self.quantities[label.name] = label
            found.append(label)
        return (*[q for q in found if not q.shared], *[q for q in found if q.shared])

    def helper_texts(self, name: str) -> list[str]:
        """One or two scalar functions of one's own."""
        lines = []
        for _ in range(self.pick((1, 1, 2))):
            helper = self.pick([n for n in ("bump", "pair", "kernel", "phi") if n not in self.helpers])
            inner = Grammar(self.chance, (2, 5))
            inner.helpers = dict(self.helpers)
            arguments = tuple(self.pick([("u",), ("u", "v"), ("x", "s")]))
            inner.quantities = {a: Quantity(a, ()) for a in arguments}
            lines.append("")
            place, formulas = len(lines) - 1, dict[str, Formula]()
            for _ in range(self.pick((1, 1, 2, 3))):
                # what was named last is used, and what came before may be once more
                latest = list(formulas)[-1] if formulas else inner.pick(arguments)
                body = inner.expression(2, (), inner.reference((), latest))
                output = inner.fresh((helper, name))
                inner.quantities[output] = Quantity(output, ())
                formulas[output] = Formula((), body)
                lines.append(f"    {output} = {body.text}")
            lines[place] = f"{helper}({', '.join(arguments)}) -> {output}"

            def applied(*values: Term, formulas=formulas, arguments=arguments, output=output, helper=helper):  # type: ignore[no-untyped-def]
                def value(point: Point, scope: Scope) -> object:
                    given = {(a, ()): v.value(point, scope) for a, v in zip(arguments, values, strict=True)}
                    return Point({}, given, formulas).entry(output, ())

                return Term(f"{helper}({', '.join(v.text for v in values)})", ATOM, value)

            self.helpers[helper] = (len(arguments), applied, helper)
        return lines

    def equation(self, name: str) -> tuple[Quantity, str, Formula]:
        letters: list[Letter] = []
        for _ in range(self.pick((0, 0, 1, 1, 2))):
            letter = self.new_letter(letters)
            if letter is not None:
                letters.append(letter)
        own = self.fresh((name, *(x.name for x in letters)))
        terms = [self.forced(x, letters) for x in letters]
        body = self.expression(self.depth, letters, *terms)
        left = f"{own}[{', '.join(x.name for x in letters)}]" if letters else own
        formula = Formula(tuple(x.name for x in letters), body)
        return Quantity(own, tuple(x.size for x in letters)), f"{left} = {body.text}", formula

    # --- indices ---

    def new_letter(self, scope: Sequence[Letter]) -> Letter | None:
        sizes = [s for q in self.quantities.values() if q.labels is None for s in q.sizes if usable(s)]
        taken = {x.name for x in scope} | set(self.quantities) | set(SIZES)
        free = [x for x in LETTERS if x not in taken]
        if not sizes or not free:
            return None
        size = self.pick(sizes)
        shift = 1 if self.likely(12) and usable(less(size, 1)) else 0
        return Letter(self.pick(free), size, shift)

    def forced(self, letter: Letter, scope: Sequence[Letter]) -> Term:
        """A reference that the letter takes its range from."""
        having = [q for q in self.quantities.values() if q.labels is None and letter.over in q.sizes]
        quantity = self.pick(having)
        place = quantity.sizes.index(letter.over)
        return self.reference(scope, quantity.name, {place: (letter, letter.shift)})

    def reference(
        self, scope: Sequence[Letter], name: str, fixed: Mapping[int, tuple[Letter, int]] | None = None
    ) -> Term:
        quantity = self.quantities[name]
        places = [
            self.at_letter(*fixed[k]) if fixed and k in fixed else self.subscript(size, scope)
            for k, size in enumerate(quantity.sizes)
        ]
        text = f"{name}[{', '.join(t for t, _ in places)}]" if places else name

        def value(point: Point, scope: Scope) -> object:
            return point.entry(name, tuple(at(point, scope) for _, at in places))

        return Term(text, ATOM, value)

    def at_letter(self, letter: Letter, shift: int) -> tuple[str, Callable[[Point, Scope], int]]:
        name = letter.name
        return (f"{name}+{shift}" if shift else name), lambda point, scope: scope[name] + shift

    def subscript(self, size: Size, scope: Sequence[Letter]) -> tuple[str, Callable[[Point, Scope], int]]:
        letters = [x for x in scope if x.over == size]
        if letters and self.likely(85):
            letter = self.pick(letters)
            return self.at_letter(letter, self.chance.randrange(letter.shift + 1))
        labels = [
            q for q in self.quantities.values() if q.labels == size and all(self.covered(s, scope) for s in q.sizes)
        ]
        if labels and self.likely(70):
            label = self.pick(labels)
            inner = [self.at_letter(self.pick([x for x in scope if x.over == s]), 0) for s in label.sizes]
            text = f"{label.name}[{', '.join(t for t, _ in inner)}]" if inner else label.name
            return text, lambda point, scope: int(point.entry(label.name, tuple(at(point, scope) for _, at in inner)))
        position = self.chance.randrange(2) if extent(size, dict.fromkeys(SIZES, 3)) > 1 else 0
        return str(position), lambda point, scope: position

    def covered(self, size: Size, scope: Sequence[Letter]) -> bool:
        return any(x.over == size for x in scope)

    # --- expressions ---

    def expression(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        """A random expression in which the needed terms stand."""
        self.budget -= 1
        if needed and (depth <= 0 or self.budget <= 0 or len(needed) > 1):
            *rest, last = needed
            left = self.expression(depth - 1, scope, *rest) if rest else self.leaf(scope)
            return self.joined(left, self.wrapped(last))
        if depth <= 0 or self.budget <= 0:
            return self.leaf(scope)
        form = self.chance.choices([f for f, _ in FORMS], [w for _, w in FORMS])[0]
        found: Term = form(self, depth - 1, scope, *needed)
        return found

    def wrapped(self, term: Term) -> Term:
        if self.likely(35):
            name = self.pick(sorted(ANYWHERE))
            return called(ANYWHERE[name], name, term)
        return term

    def leaf(self, scope: Sequence[Letter]) -> Term:
        kind = self.chance.randrange(10)
        if kind == 0:
            return self.number()
        if kind == 1:
            sizes = [s[0] for q in self.quantities.values() for s in q.sizes if isinstance(s, tuple) and s[1] == 0]
            if sizes:
                name = self.pick(sizes)
                return Term(name, ATOM, lambda point, scope: MP.mpf(point.sizes[name]))
        known = self.quantities.values()
        usable_names = [q.name for q in known if q.labels is None or all(self.covered(s, scope) for s in q.sizes)]
        return self.reference(scope, self.pick(usable_names))

    def number(self) -> Term:
        text = self.pick(("1", "2", "3", "0.5", "0.1", "1e-3", "2.5", "10", "0", "1.", ".25", "1e2", "7", "pi"))
        if text == "pi":
            return constant("pi", MP.pi)
        exact = Fraction(text)
        return constant(text, MP.mpf(exact.numerator) / exact.denominator)

    def two(self, depth: int, scope: Sequence[Letter], needed: Sequence[Term]) -> tuple[Term, Term]:
        left, right = self.expression(depth, scope, *needed), self.expression(depth, scope)
        return (left, right) if self.likely(50) else (right, left)

    def joined(self, left: Term, right: Term) -> Term:
        return self.pick((plus, minus, times, times))(left, right)  # type: ignore[no-any-return]

    def arithmetic(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        left, right = self.two(depth, scope, needed)
        return self.joined(left, right)

    def fraction(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        left, right = self.two(depth, scope, needed)
        if self.likely(50):
            right = plus(constant("1", 1), raised(right, constant("2", 2)))
        return over(left, right)

    def sign_of(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        return self.pick((negative, negative, positive))(self.expression(depth, scope, *needed))  # type: ignore[no-any-return]

    def power(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        base = self.expression(depth, scope, *needed)
        kind = self.chance.randrange(6)
        if kind < 3:
            exponent = self.pick(("2", "3", "-1", "-2", "1", "0", "4"))
            value = constant(exponent.strip("-"), int(exponent.strip("-")))
            return raised(base, negative(value) if exponent.startswith("-") else value)
        above = plus(constant("1", 1), raised(base, constant("2", 2)))
        if kind == 3:
            return raised(
                above, self.pick((constant("0.5", 0.5), over(constant("1", 1), constant("2", 2)), constant("1.5", 1.5)))
            )
        if kind == 4:
            return raised(self.pick((above, base)), self.expression(depth - 1, scope))
        return raised(self.pick((constant("2", 2), constant("10", 10), constant("0.5", 0.5))), base)

    def function(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        inner = self.expression(depth, scope, *needed)
        kind = self.chance.randrange(10)
        if kind < 6:
            name = self.pick(sorted(ANYWHERE))
            return called(ANYWHERE[name], name, inner)
        if kind < 9:
            name = self.pick(sorted(POSITIVE_ONLY))
            if self.likely(75):
                inner = plus(constant("1", 1), raised(inner, constant("2", 2)))
            return called(POSITIVE_ONLY[name], name, inner)
        name = self.pick(sorted(WITHIN_ONE))
        if self.likely(75):
            inner = over(called(MP.tanh, "tanh", inner), constant("2", 2))
        return called(WITHIN_ONE[name], name, inner)

    def applied(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        if not self.helpers:
            values = [self.expression(depth, scope, *needed), self.expression(depth - 1, scope), constant("1.5", 1.5)]
            return called(huber, "huber", *values)
        arity, build, _ = self.pick(list(self.helpers.values()))
        values = [
            self.expression(depth, scope, *needed),
            *(self.expression(depth - 1, scope) for _ in range(arity - 1)),
        ]
        return build(*values)

    def cases(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        left, right, then, otherwise = (
            self.expression(depth - 1, scope), self.leaf(scope), self.expression(depth, scope, *needed),
            self.expression(depth - 1, scope),
        )  # fmt: skip
        return cases(left, self.pick(tuple(RELATIONS)), right, then, otherwise)

    def extreme(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        left, right = self.two(depth, scope, needed)
        if self.likely(30):
            low, high = self.pick((("-1", "1"), ("0", "2"), ("-0.5", "0.25")))
            bounds = [
                negative(constant(b[1:], float(b[1:]))) if b.startswith("-") else constant(b, float(b))
                for b in (low, high)
            ]
            return called(lambda x, a, b: min(max(x, a), b), "clip", plus(left, right), *bounds)
        return self.pick((lambda: called(max, "max", left, right), lambda: called(min, "min", left, right)))()  # type: ignore[no-any-return]

    def reduction(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        letter = self.new_letter(scope)
        if letter is None:
            return self.arithmetic(depth, scope, *needed)
        inner = (*scope, letter)
        body = self.expression(depth, inner, *needed, self.forced(letter, inner))
        kind = self.pick(("sum", "sum", "sum", "mean", "prod", "max", "min", "logsumexp"))
        # in max(u, ...) a name that is a quantity would be a value, so the letter is none of them
        return reduced(kind, letter.name, lambda point: extent(letter.size, point.sizes), body)

    def vector(self, depth: int, scope: Sequence[Letter], *needed: Term) -> Term:
        """A definition of vectors by its name, applied to a quantity or to a row of one."""
        having = [q for q in self.quantities.values() if q.labels is None and q.sizes and usable(q.sizes[-1])]
        if not having:
            return self.arithmetic(depth, scope, *needed)
        quantity = self.pick(having)
        size, name = quantity.sizes[-1], self.pick(sorted(VECTORS))
        leading = [self.subscript(s, scope) for s in quantity.sizes[:-1]]
        row = f"{quantity.name}[{', '.join(t for t, _ in leading)}]" if leading else quantity.name
        function, has_entries = VECTORS[name]
        place, entry = self.subscript(size, scope) if has_entries else ("", None)

        def value(point: Point, scope: Scope) -> object:
            first = tuple(at(point, scope) for _, at in leading)
            found = function([point.entry(quantity.name, (*first, k)) for k in range(extent(size, point.sizes))])
            return found[entry(point, scope)] if entry else found[0]

        term = Term(f"{name}({row})" + (f"[{place}]" if has_entries else ""), ATOM, value)
        return self.joined(self.expression(depth, scope, *needed), term) if needed else term


def usable(size: Size) -> bool:
    """Long enough for positions 0 and 1 at the sizes that are tried."""
    return extent(size, dict.fromkeys(SIZES, 3)) >= 2


def signature(inputs: Sequence[Quantity]) -> str:
    parts = [", ".join(shown(q) for q in inputs if q.shared is side) for side in (False, True)]
    return "; ".join(parts) if parts[1] else parts[0]


def shown(quantity: Quantity) -> str:
    return f"{quantity.name}[{', '.join(map(written, quantity.sizes))}]" if quantity.sizes else quantity.name


def uses_as_label(line: str, name: str) -> bool:
    """Whether the name stands in a subscript."""
    depth, word = 0, ""
    for character in f"{line.partition('=')[2]} ":
        if character.isalnum() or character == "_":
            word += character
            continue
        if word == name and depth:
            return True
        word = ""
        depth += (character == "[") - (character == "]")
    return False


FORMS: tuple[tuple[Callable[..., Term], int], ...] = (
    (Grammar.arithmetic, 6),
    (Grammar.fraction, 3),
    (Grammar.sign_of, 1),
    (Grammar.power, 3),
    (Grammar.function, 5),
    (Grammar.applied, 1),
    (Grammar.cases, 2),
    (Grammar.extreme, 2),
    (Grammar.reduction, 6),
    (Grammar.vector, 2),
)
