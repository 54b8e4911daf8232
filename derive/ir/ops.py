"""Operations of the graph: one row each.

Contract: a row says how many arguments an op takes (None: one or more), of which kind it is, what it means
for one entry (`meaning(arithmetic, data, *values)`), and how NumPy spells it: a template with the precedence
of the whole and that of each argument. Kinds:

    leaf         no arguments: input, constant, size, logarithm (of a number), identity, same (whether i = j),
                 index (0, 1, ... along its one axis), minus_infinity
    elementwise  an entry from the entries of its arguments
    reduction    one argument, reduced over the bound axes
    contraction  the sum over the bound axes of the product of the arguments: contract, and weighted, whose first
                 argument is a weight of each sample and often one number for all
    position     looks entries up: pick (a fixed place along the bound axis), gather (the place that a label says),
                 scatter (the sum over the bound axes of what lands at a label's place), others (the product along
                 the bound axis without the place of axis `data`), window (the places of one axis, moved by an
                 offset, along the bound axis; 0 outside), at_largest (the first argument where the second is largest)
    special      has a function of its own in the interpreter and in each emitter

To extend: one row here. An elementary function of the language gets its row from its primitive.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from types import MappingProxyType
from typing import Any, Protocol

from derive.language.primitives import POLYGAMMA, PRIMITIVES, Primitive

SUM, PRODUCT, NEGATION, POWER, ATOM = 1, 2, 3, 4, 5
COMPARISON = 0


class Arithmetic(Protocol):
    """Numbers that a graph can be computed on: mpmath's, or floats."""

    @property
    def half_exponent(self) -> int:
        """Half of the largest exponent whose exponential is finite; where there is none, of the least type."""
        ...

    def number(self, value: Fraction) -> Any: ...

    def call(self, function: str, *values: Any) -> Any:
        """An elementary function by its name in mpmath."""
        ...


Meaning = Callable[..., Any]


@dataclass(frozen=True)
class Op:
    name: str
    kind: str
    arity: int | None
    meaning: Meaning | None = None
    numpy: str = ""
    precedence: int = ATOM
    inner: tuple[int, ...] = ()
    boolean: bool = False


def calling(function: str) -> Meaning:
    return lambda arithmetic, data, *values: arithmetic.call(function, *values)


def folding(step: Callable[[Any, Any], Any]) -> Meaning:
    return lambda arithmetic, data, *values: reduce(step, values)


def comparing(test: Callable[[Any, Any], Any]) -> Meaning:
    return lambda arithmetic, data, left, right: bool(test(left, right))


def raise_to(arithmetic: Arithmetic, data: Any, base: Any) -> Any:
    """base ** data, exactly for whole exponents."""
    if data.denominator == 1:
        return base ** int(data)
    return arithmetic.call("sqrt", base) if data == Fraction(1, 2) else base ** arithmetic.number(data)


def exponential(arithmetic: Arithmetic, data: Any, value: Any) -> Any:
    """e ** value, or data ** value for another base."""
    return arithmetic.call("exp", value) if data is None else arithmetic.number(data) ** value


def copy_sign(arithmetic: Arithmetic, data: Any, size: Any, sign: Any) -> Any:
    return -abs(size) if sign < 0 else abs(size)


ROOM, SINGLE, DOUBLE = 40, 44, 354
"""Half of the largest exponent: what every type bears, that of float32 and that of float64."""


def room_of(half: int, power: int) -> int:
    """How far an exponent may go whose exponential is raised to a power: the rest is for what it is multiplied with."""
    return 2 * half // (power + 1)


def room(arithmetic: Arithmetic, data: Any) -> Any:
    """Exponentials up to here may be squared."""
    return arithmetic.number(Fraction(room_of(arithmetic.half_exponent, data)))


STILL = 44
"""Beside exp(STILL), in float32 and float64, STILL is nothing, and its square is finite."""


def still(arithmetic: Arithmetic, data: Any) -> Any:
    """Where an exponential of `data` times a value may stand still: farther for more digits than a kernel has."""
    return arithmetic.number(Fraction(300) / data)


def minus_infinity(arithmetic: Arithmetic, data: Any) -> Any:
    """The exponent of 0."""
    return arithmetic.call("log", arithmetic.number(Fraction(0)))


def size_of(op: str, data: Any) -> Fraction:
    """What a bound is in a kernel."""
    return Fraction(STILL) / data if op == "still" else Fraction(data)


def bracket(arithmetic: Arithmetic, data: Any, value: Any) -> Any:
    """1 from 0 on, else 0: a comparison that is counted with."""
    return arithmetic.number(Fraction(1 if value >= 0 else 0))


def indicator(arithmetic: Arithmetic, data: Any, value: Any) -> Any:
    """1 from 0 on, else 0, and NaN where there is no telling."""
    return value if value != value else bracket(arithmetic, data, value)


def is_equal(arithmetic: Arithmetic, data: Any, left: Any, right: Any) -> Any:
    """Kronecker's delta of two positions; data: the sizes of the dimensions that they are in."""
    return arithmetic.number(Fraction(left == right))


def larger(left: Any, right: Any) -> Any:
    return left if left >= right or left != left else right


def smaller(left: Any, right: Any) -> Any:
    return left if left <= right or left != left else right


def normal_tail(arithmetic: Arithmetic, data: Any, value: Any) -> Any:
    """The probability that a standard normal variable exceeds the value: erfc(value / sqrt 2) / 2."""
    return arithmetic.call("erfc", value / arithmetic.call("sqrt", arithmetic.number(Fraction(2)))) / 2


def log_tail(tail: Meaning) -> Meaning:
    return lambda arithmetic, data, value: arithmetic.call("log", tail(arithmetic, data, value))


def hazard(tail: Meaning, square: Fraction) -> Meaning:
    """exp(-square value**2) over a tail"""

    def meaning(arithmetic: Arithmetic, data: Any, value: Any) -> Any:
        bell = gaussian(arithmetic, data, arithmetic.number(Fraction(1)), value, arithmetic.number(square))
        return bell / tail(arithmetic, data, value)

    return meaning


def tail_sum(arithmetic: Arithmetic, data: Any, factor: Any, value: Any, other: Any) -> Any:
    """factor Q(value) + other exp(-value**2 / 2)"""
    half = arithmetic.number(Fraction(1, 2))
    return factor * normal_tail(arithmetic, data, value) + gaussian(arithmetic, data, other, value, half)


def gaussian(arithmetic: Arithmetic, data: Any, factor: Any, value: Any, square: Any) -> Any:
    """factor exp(-square value**2)"""
    return factor * arithmetic.call("exp", -square * value * value)


def polynomial(arithmetic: Arithmetic, data: Any, value: Any) -> Any:
    """c_0 + x (c_1 + x (c_2 + ...)), the coefficients from the first"""
    return reduce(lambda total, c: total * value + arithmetic.number(c), reversed(data), arithmetic.number(Fraction(0)))


def lgamma_of_one_plus(arithmetic: Arithmetic, data: Any, value: Any) -> Any:
    return arithmetic.call("lgamma", arithmetic.number(Fraction(1)) + value)


@dataclass(frozen=True)
class Beside:
    """sqrt(sum value**2 + added), or of the mean"""

    is_mean: bool = False
    added: Fraction = Fraction(0)


def beside_of(data: Any) -> Beside:
    """What stands beside the sum of a norm with this data."""
    return data if isinstance(data, Beside) else Beside()


def norm(arithmetic: Arithmetic, data: Any, *values: Any) -> Any:
    """sqrt(sum value**2), or what `data` says, by the largest so that nothing overflows"""
    beside = beside_of(data)
    least = 1 if beside.added else 0
    scale = reduce(larger, map(abs, values), arithmetic.number(Fraction(least)))
    if not 0 < scale / 2 < scale:
        return scale
    total = reduce(operator.add, ((value / scale) ** 2 for value in values))
    added = arithmetic.number(beside.added) / scale / scale
    return scale * arithmetic.call("sqrt", (total / len(values) if beside.is_mean else total) + added)


LEAVES = (
    Op("input", "leaf", 0),
    Op("constant", "leaf", 0),
    Op("size", "leaf", 0),
    Op("logarithm", "leaf", 0),
    Op("room", "leaf", 0, room),
    Op("still", "leaf", 0, still),
    Op("minus_infinity", "leaf", 0, minus_infinity),
    Op("identity", "leaf", 0),
    Op("same", "leaf", 0, boolean=True),
    Op("index", "leaf", 0),
)
BASIC = (
    Op("view", "elementwise", 1, lambda arithmetic, data, value: value),
    Op("real", "elementwise", 1, lambda arithmetic, data, value: value),
    Op("add", "elementwise", None, folding(operator.add), "", SUM),
    Op("multiply", "elementwise", None, folding(operator.mul), "", PRODUCT),
    Op("divide", "elementwise", 2, folding(operator.truediv), "{0} / {1}", PRODUCT, (PRODUCT, NEGATION)),
    Op("power", "elementwise", 1, raise_to, "", POWER),
    Op("raise", "elementwise", 2, lambda arithmetic, data, base, exponent: base**exponent, "np.power({0}, {1})"),
    Op("less", "elementwise", 2, comparing(operator.lt), "{0} < {1}", COMPARISON, (SUM, SUM), True),
    Op("less_equal", "elementwise", 2, comparing(operator.le), "{0} <= {1}", COMPARISON, (SUM, SUM), True),
    Op("greater", "elementwise", 2, comparing(operator.gt), "{0} > {1}", COMPARISON, (SUM, SUM), True),
    Op("greater_equal", "elementwise", 2, comparing(operator.ge), "{0} >= {1}", COMPARISON, (SUM, SUM), True),
    Op("equal", "elementwise", 2, comparing(operator.eq), "{0} == {1}", COMPARISON, (SUM, SUM), True),
    Op("delta", "elementwise", 2, is_equal),
    Op("where", "elementwise", 3, lambda arithmetic, data, c, a, b: a if c else b, "np.where({0}, {1}, {2})"),
    Op("maximum", "elementwise", 2, folding(larger), "np.maximum({0}, {1})"),
    Op("minimum", "elementwise", 2, folding(smaller), "np.minimum({0}, {1})"),
    Op("bracket", "elementwise", 1, bracket, "({0} >= 0)", ATOM, (SUM,)),
    Op("indicator", "elementwise", 1, indicator, "_indicator({0})"),
    Op("copysign", "elementwise", 2, copy_sign, "np.copysign({0}, {1})"),
)
EXTRA_FUNCTIONS = (
    Op("hypot", "elementwise", 2, calling("hypot"), "np.hypot({0}, {1})"),
    Op("tanh", "elementwise", 1, calling("tanh"), "np.tanh({0})"),
    Op("floor", "elementwise", 1, calling("floor"), "np.floor({0})"),
    Op("lgamma1p", "elementwise", 1, lgamma_of_one_plus, "_lgamma1p({0})"),
    Op("polynomial", "elementwise", 1, polynomial, "_polynomial({0})"),
    Op("sharp_exp", "elementwise", 1, calling("exp"), "_sharp_exp({0})"),
    Op("erfc", "elementwise", 1, calling("erfc"), "_erfc({0})"),
    Op("normal_tail", "elementwise", 1, normal_tail, "_normal_tail({0})"),
    Op("log_normal_tail", "elementwise", 1, log_tail(normal_tail), "_log_tail({0}, 0.5)"),
    Op("log_erfc", "elementwise", 1, log_tail(calling("erfc")), "_log_tail({0}, 1.0)"),
    Op("normal_hazard", "elementwise", 1, hazard(normal_tail, Fraction(1, 2)), "_hazard({0}, 0.5)"),
    Op("erfc_hazard", "elementwise", 1, hazard(calling("erfc"), Fraction(1)), "_hazard({0}, 1.0)"),
    Op("gaussian", "elementwise", 3, gaussian, "_gaussian({1}, {2}, {0})"),
    Op("times_tail", "elementwise", 2, lambda a, d, factor, x: factor * normal_tail(a, d, x), "_normal_tail({1}, {0})"),
    Op("tail_sum", "elementwise", 3, tail_sum, "_normal_tail({1}, {0}, {2})"),
)
SHORTER = {"absolute": "abs"}
NOT_IN_NUMPY = ("erf", "lgamma", "digamma")
"""Functions of the language that NumPy lacks: a module that needs one has a helper of that name."""

REPLACED = ("delta",)
"""Ops that a pass always replaces before anything is printed."""


def elementary(primitive: Primitive) -> Op:
    """The op of a function of the language; one without arguments is a leaf."""
    if primitive.arity == 0:
        return Op(primitive.name, "leaf", 0, calling(primitive.mpmath))
    meaning = exponential if primitive.name == "exp" else calling(primitive.mpmath)
    called = SHORTER.get(primitive.numpy, primitive.numpy)
    return Op(primitive.name, "elementwise", 1, meaning, spelling(primitive.name, called))


def spelling(name: str, called: str) -> str:
    """How NumPy, or a helper of the module, is called."""
    if name in POLYGAMMA:
        return f"_polygamma({{0}}, {POLYGAMMA[name]})"
    return f"_{called}({{0}})" if name in NOT_IN_NUMPY else f"np.{called}({{0}})"


ELEMENTARY = tuple(map(elementary, PRIMITIVES))
REDUCTIONS = (
    Op("sum", "reduction", 1, folding(operator.add), "np.add.reduce"),
    Op("prod", "reduction", 1, folding(operator.mul), "np.multiply.reduce"),
    Op("max", "reduction", 1, folding(larger), "np.maximum.reduce"),
    Op("min", "reduction", 1, folding(smaller), "np.minimum.reduce"),
    Op("norm", "reduction", 1, norm),
    Op("contract", "contraction", None, folding(operator.add)),
    Op("weighted", "contraction", None, folding(operator.add)),
    Op("first_max", "special", 1, boolean=True),
    Op("first_min", "special", 1, boolean=True),
    Op("spread", "special", 1),
    Op("matrix", "special", None),
    Op("pick", "position", 1),
    Op("gather", "position", 2),
    Op("scatter", "position", 2),
    Op("others", "position", 1),
    Op("window", "position", 1),
    Op("at_largest", "position", 2),
)

OPS: tuple[Op, ...] = (*LEAVES, *BASIC, *EXTRA_FUNCTIONS, *ELEMENTARY, *REDUCTIONS)
BY_NAME = MappingProxyType({row.name: row for row in OPS})

LOOKS = ("view", "spread", "pick", "window")
"""Ops that compute nothing: NumPy gives another look at an argument's memory."""

LOOK_UPS = ("pick", "gather", "window")
"""Ops whose entries are some of an argument's."""

RELATIONS = MappingProxyType({"<": "less", "<=": "less_equal", ">": "greater", ">=": "greater_equal"})
"""The op of each comparison of the language."""

OPPOSITE = MappingProxyType(
    {"less": "greater_equal", "less_equal": "greater", "greater": "less_equal", "greater_equal": "less"}
)
"""What holds where a comparison does not, NaN apart."""
