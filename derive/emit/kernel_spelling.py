"""Nodes as NumPy expressions: dull, since every choice was made by a pass before.

Contract: `Speller` turns a node into text with a precedence; nodes that have a variable are spelled by its name.
All arrays of samples have one leading axis, the sample, whatever batch axes the caller gave. Python numbers in
the text are weak, so that float32 stays float32; numbers alone get the working dtype.
To extend: an op with a template needs nothing; another kind of op a function in SPELL.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from derive.emit import kernel_positions
from derive.emit.kernel_contraction import Factor, spell_contract
from derive.emit.kernel_numbers import coefficient, coefficients, float_is_inexact, number, without_sign
from derive.ir.build import constant
from derive.ir.graph import BATCH, Argument, Node
from derive.ir.ops import ATOM, BY_NAME, DOUBLE, NEGATION, POWER, PRODUCT, SINGLE, STILL, SUM, beside_of, room_of
from derive.language.errors import DeriveError
from derive.language.indices import Dimension, Less

NUMBERS = ("constant", "logarithm", "pi", "still", "minus_infinity")


@dataclass(frozen=True)
class Text:
    """Text of a node and how tightly it binds."""

    text: str
    precedence: int = ATOM

    def at(self, precedence: int) -> str:
        """In parentheses where it binds less tightly."""
        return self.text if self.precedence >= precedence else f"({self.text})"


@dataclass(frozen=True)
class Locals:
    """What a kernel calls its working dtype and its number of samples; an input of that name comes first."""

    dtype: str = "dtype"
    samples: str = "samples"


@dataclass(frozen=True)
class Speller:
    """`inner(node)` spells an argument: by its variable, or written out."""

    inner: Callable[[Node], Text]
    local: Locals = Locals()

    def typed(self, text: Text) -> Text:
        return Text(f"{self.local.dtype}.type({text.text})")

    def extent(self, dimension: object) -> str:
        if isinstance(dimension, Less):
            return f"{dimension.size} - {dimension.by}"
        return self.local.samples if dimension == BATCH else str(dimension)

    def shape(self, shape: Sequence[Dimension]) -> str:
        inner = ", ".join(map(self.extent, shape))
        return f"({inner},)" if len(shape) == 1 else f"({inner})"

    def spell(self, node: Node) -> Text:
        special = SPELL.get(node.op)
        return special(self, node) if special else self.from_template(node)

    def from_template(self, node: Node) -> Text:
        op = BY_NAME[node.op]
        if not op.numpy:
            raise DeriveError(f"NumPy has no function {node.op}, so there is no kernel for it")
        precedences = op.inner or (0,) * len(node.arguments)
        parts = [self.lined_up(node, k).at(p) for k, p in enumerate(precedences)]
        if op.numpy.startswith("_") and is_number(node):
            parts[0] = self.typed(self.inner(node.arguments[0].node)).text
        return Text(op.numpy.format(*parts), op.precedence)

    def lined_up(self, node: Node, position: int) -> Text:
        """An argument as it broadcasts against the node's axes; numbers alone get the dtype."""
        argument = node.arguments[position]
        if position == 0 and all(a.node.op in NUMBERS for a in node.arguments):
            return self.typed(self.inner(argument.node))
        return self.broadcast(argument, len(node.space))

    def broadcast(self, argument: Argument, rank: int) -> Text:
        """The argument with its axes in the order of the user's, and new ones between them."""
        text, axes = self.ascending(argument)
        if not axes:
            return text
        index = [":" if k in axes else "None" for k in range(axes[0], rank)]
        return text if "None" not in index else Text(f"{text.at(ATOM)}[{', '.join(index)}]")

    def ascending(self, argument: Argument) -> tuple[Text, tuple[int, ...]]:
        """The argument transposed (or its diagonal taken) so that its axes ascend."""
        text, axes = self.inner(argument.node), argument.axes
        wanted = tuple(sorted(set(axes)))
        if axes == wanted:
            return text, wanted
        if len(wanted) < len(axes):
            return Text(f'np.einsum("{letters(axes)}->{letters(wanted)}", {text.text})'), wanted
        return transposed(text, tuple(axes.index(a) for a in wanted)), wanted


def is_number(node: Node) -> bool:
    """Whether a node is computed from numbers alone, which Python does without a dtype."""
    return node.op in NUMBERS or (bool(node.arguments) and all(is_number(a.node) for a in node.arguments))


def letters(axes: Sequence[int]) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz"[a] for a in axes)


def transposed(text: Text, order: tuple[int, ...]) -> Text:
    """Axes in another order; as .T or .mT where it is one of these."""
    if order == tuple(range(len(order))):
        return text
    return Text(kernel_positions.transposed(text.at(ATOM), order))


# --- numbers ---------------------------------------------------------------------------------------------


def spell_constant(speller: Speller, node: Node) -> Text:
    assert isinstance(node.data, Fraction)
    return Text(number(node.data), ATOM if node.data >= 0 else NEGATION)


def spell_logarithm(speller: Speller, node: Node) -> Text:
    assert isinstance(node.data, Fraction)
    value = math.log(node.data.numerator) - math.log(node.data.denominator)
    return Text(repr(value), ATOM if value >= 0 else NEGATION)


def spell_pi(speller: Speller, node: Node) -> Text:
    return Text(repr(math.pi))


def spell_minus_infinity(speller: Speller, node: Node) -> Text:
    return Text("-np.inf", NEGATION)


def spell_size(speller: Speller, node: Node) -> Text:
    return speller.typed(Text(speller.extent(node.data)))


def spell_room(speller: Speller, node: Node) -> Text:
    """Half of the largest exponent that the dtype holds, less where a power of the exponential stands."""
    assert isinstance(node.data, int)
    single, double = room_of(SINGLE, node.data), room_of(DOUBLE, node.data)
    return Text(f"({single} if {speller.local.dtype} == np.float32 else {double})")


def spell_still(speller: Speller, node: Node) -> Text:
    """Where an exponential of so many times a value stands still."""
    assert isinstance(node.data, Fraction)
    return Text(number(STILL / node.data), ATOM if node.data > 0 else NEGATION)


def spell_identity(speller: Speller, node: Node) -> Text:
    return Text(f"np.eye({speller.extent(node.shape[0])}, dtype={speller.local.dtype})")


def spell_same(speller: Speller, node: Node) -> Text:
    return Text(f"np.eye({speller.extent(node.shape[0])}, dtype=bool)")


def spell_input(speller: Speller, node: Node) -> Text:
    return Text(str(node.data))


# --- sums, products, powers ----------------------------------------------------------------------------


def spell_add(speller: Speller, node: Node) -> Text:
    text = speller.lined_up(node, 0).at(SUM)
    for argument in node.arguments[1:]:
        positive = without_sign(argument)
        part = speller.broadcast(positive or argument, len(node.shape))
        text += (
            f" - {part.at(PRODUCT if part.precedence == PRODUCT else NEGATION)}"
            if positive
            else f" + {part.at(PRODUCT)}"
        )
    return Text(text, SUM)


def spell_multiply(speller: Speller, node: Node) -> Text:
    factor = coefficient(node)
    parts = [speller.lined_up(node, k) for k in range(len(node.arguments))]
    if factor is None:
        return joined(parts)
    rest = joined(parts[1:])
    if factor == -1:
        return Text(f"-{rest.at(PRODUCT)}", PRODUCT if rest.precedence == PRODUCT else NEGATION)
    if abs(factor.numerator) == 1 and float_is_inexact(factor):
        return Text(f"{'-' if factor < 0 else ''}{rest.at(PRODUCT)} / {factor.denominator}", PRODUCT)
    return joined(parts)


def joined(parts: Sequence[Text]) -> Text:
    if len(parts) == 1:
        return parts[0]
    return Text(" * ".join([parts[0].at(PRODUCT), *(p.at(POWER) for p in parts[1:])]), PRODUCT)


def spell_power(speller: Speller, node: Node) -> Text:
    assert isinstance(node.data, Fraction)
    base, exponent = speller.lined_up(node, 0), node.data
    if abs(exponent) == Fraction(1, 2):
        text = Text(f"np.sqrt({base.text})")
    elif abs(exponent) == 1:
        text = base
    else:
        text = Text(f"{base.at(ATOM)}**{number(abs(exponent))}", POWER)
    return text if exponent > 0 else Text(f"1 / {text.at(POWER)}", PRODUCT)


def spell_exp(speller: Speller, node: Node) -> Text:
    value = speller.lined_up(node, 0).text
    if node.data is None:
        return Text(f"np.exp({value})")
    assert isinstance(node.data, Fraction)
    return Text(f"np.exp2({value})" if node.data == 2 else f"np.power({number(node.data)}, {value})")


def spell_polynomial(speller: Speller, node: Node) -> Text:
    """A helper of the module."""
    return Text(f"_polynomial({speller.lined_up(node, 0).text}, {coefficients(node)})")


def spell_where(speller: Speller, node: Node) -> Text:
    """A choice between two numbers has no array to take its dtype from; of 1 and 0 the condition itself is made."""
    condition, *values = node.arguments
    numbers = all(a.node.op in NUMBERS for a in values)
    if [a.node for a in values] == [constant(1), constant(0)] and condition.axes == tuple(range(len(node.shape))):
        return Text(f"{speller.inner(condition.node).at(ATOM)}.astype({speller.local.dtype})")
    text = speller.from_template(node)
    return Text(f"{text.text}.astype({speller.local.dtype})") if numbers else text


def spell_bracket(speller: Speller, node: Node) -> Text:
    """A number, since differences of truth values are whole numbers."""
    return Text(f"({speller.lined_up(node, 0).at(SUM)} >= 0).astype({speller.local.dtype})")


def spell_real(speller: Speller, node: Node) -> Text:
    """Labels as numbers to compute with."""
    return Text(f"{speller.lined_up(node, 0).at(ATOM)}.astype({speller.local.dtype})")


def spell_view(speller: Speller, node: Node) -> Text:
    return speller.broadcast(node.arguments[0], len(node.shape))


def spell_spread(speller: Speller, node: Node) -> Text:
    (argument,) = node.arguments
    value = speller.broadcast(argument, len(node.shape))
    value = speller.typed(value) if argument.node.op in NUMBERS else value
    return Text(f"np.broadcast_to({value.text}, {speller.shape(node.shape)})")


# --- reductions ------------------------------------------------------------------------------------------

STARTS = MappingProxyType({"max": ", initial=-np.inf", "min": ", initial=np.inf"})


def spell_reduction(speller: Speller, node: Node) -> Text:
    """The largest of nothing is -inf, so that an empty axis is no error."""
    text, axes = speller.ascending(node.arguments[0])
    over = tuple(k for k, a in enumerate(axes) if a >= len(node.shape))
    where = str(over[0]) if len(over) == 1 else str(over)
    return Text(f"{BY_NAME[node.op].numpy}({text.text}, axis={where}{STARTS.get(node.op, '')})")


def spell_weighted(speller: Speller, node: Node) -> Text:
    """A helper of the module: numbers of all samples by their weights."""
    return Text(f"_weighted({', '.join(speller.inner(a.node).text for a in node.arguments)})")


def spell_norm(speller: Speller, node: Node) -> Text:
    """A helper of the module, for rows as they lie."""
    beside = beside_of(node.data)
    mean = ", mean=True" if beside.is_mean else ""
    added = f", added={number(beside.added)}" if beside.added else ""
    return Text(f"_norm({speller.inner(node.arguments[0].node).text}{mean}{added})")


def spell_first(speller: Speller, node: Node) -> Text:
    """Where the first largest entry stands; a helper of the module, since an empty axis has none."""
    (argument,) = node.arguments
    assert isinstance(node.data, int)
    sign = "-" if node.op == "first_min" else ""
    (axis,) = (k for k, a in enumerate(argument.axes) if a >= len(node.shape))
    mask = Text(f"_first_largest({sign}{speller.inner(argument.node).at(POWER)}, axis={axis})")
    places = tuple(node.data if k == axis else a for k, a in enumerate(argument.axes))
    return transposed(mask, tuple(places.index(a) for a in range(len(places))))


def spell_matrix(speller: Speller, node: Node) -> Text:
    """The entries of a matrix side by side, row after row."""
    rank = len(node.shape) - 2
    parts = [speller.broadcast(a, rank).text for a in node.arguments]
    return Text(f"np.stack([{', '.join(parts)}], axis=-1).reshape({speller.shape(node.shape)})")


# --- positions -------------------------------------------------------------------------------------------


def spell_index(speller: Speller, node: Node) -> Text:
    return Text(f"np.arange({speller.extent(node.shape[0])})")


def factors(speller: Speller, node: Node) -> list[Factor]:
    """The arguments as texts that can be indexed; a diagonal is taken first."""
    found = []
    for argument in node.arguments:
        text, axes = (
            speller.ascending(argument)
            if len(set(argument.axes)) < len(argument.axes)
            else (speller.inner(argument.node), argument.axes)
        )
        found.append(Factor(text.at(ATOM), axes))
    return found


def spell_pick(speller: Speller, node: Node) -> Text:
    (value,) = factors(speller, node)
    return Text(kernel_positions.pick(value, node))


def spell_gather(speller: Speller, node: Node) -> Text:
    value, label = factors(speller, node)
    return Text(kernel_positions.gather(value, label, node, speller.extent))


def spell_scatter(speller: Speller, node: Node) -> Text:
    """A number alone gets the working dtype."""
    value, label = factors(speller, node)
    if node.arguments[0].node.op in NUMBERS:
        value = Factor(speller.typed(Text(value.text)).text, value.axes)
    return Text(kernel_positions.scatter(value, label, node, speller.extent))


def spell_window(speller: Speller, node: Node) -> Text:
    (value,) = factors(speller, node)
    return Text(kernel_positions.window(value, node, speller.extent))


def spell_at_largest(speller: Speller, node: Node) -> Text:
    values, by = (speller.inner(a.node).text for a in node.arguments)
    return Text(f"_at_largest({values}, {by}, axis={len(node.shape)})")


def spell_others(speller: Speller, node: Node) -> Text:
    (value,) = factors(speller, node)
    return Text(kernel_positions.others(value, node))


def contract(speller: Speller, node: Node) -> Text:
    left, right = node.arguments
    texts = [speller.inner(a.node).at(POWER) for a in (left, right)]
    text, is_product = spell_contract(node, texts)
    return Text(text, PRODUCT if is_product else ATOM)


SPELL: Mapping[str, Callable[[Speller, Node], Text]] = MappingProxyType(
    {
        "input": spell_input, "constant": spell_constant, "size": spell_size,
        "logarithm": spell_logarithm, "pi": spell_pi, "room": spell_room, "still": spell_still,
        "minus_infinity": spell_minus_infinity,
        "identity": spell_identity, "same": spell_same, "add": spell_add, "multiply": spell_multiply,
        "power": spell_power, "exp": spell_exp, "polynomial": spell_polynomial, "where": spell_where,
        "bracket": spell_bracket, "view": spell_view, "real": spell_real, "spread": spell_spread,
        "sum": spell_reduction, "prod": spell_reduction, "max": spell_reduction, "min": spell_reduction,
        "norm": spell_norm, "weighted": spell_weighted,
        "first_max": spell_first, "first_min": spell_first, "contract": contract, "matrix": spell_matrix,
        "index": spell_index, "pick": spell_pick, "gather": spell_gather, "scatter": spell_scatter,
        "others": spell_others, "window": spell_window, "at_largest": spell_at_largest,
    }
)  # fmt: skip
