"""A tile's arithmetic as steps: one NumPy call each, on values that have no buffer yet.

Contract: `Steps` goes through a graph and collects Groups, one for each quantity that a reader would name; the steps
of a group compute it. Large arrays (`is_large`) are computed by one ufunc a step, which can write to a buffer; small
ones stay expressions. Texts mention values by marks (`mark`), which kernel_buffers.py replaces by variables.
To extend: an op whose NumPy spelling is a ufunc or an operator needs nothing; any other a function in STEPS.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType

from derive.emit.kernel_body import FALLBACK, LONGEST, comment_of, is_alias
from derive.emit.kernel_groups import BOOLEAN, FLOAT, INDEX, Group, Step, mark, marked, unmarked
from derive.emit.kernel_numbers import coefficient, coefficients, float_is_inexact, without_sign
from derive.emit.kernel_patterns import (
    before_exponential,
    is_at_largest,
    is_between,
    is_bounded,
    is_highest,
    label_of,
    left_out,
)
from derive.emit.kernel_spelling import NUMBERS, Locals, Speller, Text
from derive.ir.graph import BATCH, Argument, Node, whole
from derive.ir.ops import ATOM, BY_NAME, LOOKS, POWER, PRODUCT, SUM
from derive.ir.subscripts import whole_numbers

CALLED = re.compile(r"(np\.\w+)\(\{0\}(?:, \{1\})?\)")
HELPER = re.compile(r"(_\w+)\((.*)\)")
OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "/": "np.divide", "<": "np.less", "<=": "np.less_equal",
        ">": "np.greater", ">=": "np.greater_equal", "==": "np.equal",
    }
)  # fmt: skip


@dataclass
class Steps:
    """Groups so far; lives for one kernel. Large arrays have at least `rank` axes, that of the samples included.

    numbers: the operands that make an array of their own as they stand, and are no look at a variable.
    """

    uses: Mapping[Node, int]
    local: Locals
    equations: Mapping[str, str]
    rank: int
    values: dict[Node, str] = field(default_factory=dict)
    largest: dict[Node, str] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    count: int = 0
    current: list[Step] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)

    @functools.cached_property
    def labels(self) -> frozenset[Node]:
        """The nodes that are whole numbers."""
        return whole_numbers(self.uses)

    # --- what gets a variable ---

    def is_large(self, node: Node) -> bool:
        return BATCH in node.shape and len(node.shape) >= self.rank

    def is_apart(self, node: Node) -> bool:
        """Whether a quantity has a variable of its own."""
        if node.op in ("input", "size", "view", *NUMBERS) or is_alias(node):
            return False
        return self.uses.get(node, 0) > 1 or (bool(node.name) and not node.name.startswith("~"))

    def is_stepwise(self, node: Node) -> bool:
        """Whether a node is computed by calls that write to buffers."""
        return self.is_large(node) and BY_NAME[node.op].kind == "elementwise" and node.op != "view"

    def is_fresh(self, node: Node) -> bool:
        """Whether a node is a large array that some expression makes anew."""
        return self.is_large(node) and not node.is_leaf and node.op not in LOOKS and not self.is_stepwise(node)

    def inner(self, node: Node) -> Text:
        """An argument: its mark, or its text."""
        if node in self.values:
            return Text(self.values[node])
        if self.current:  # a group has begun, and what it was not prepared for stands in its own line
            return self.spelled(node)
        if self.is_stepwise(node) or self.is_fresh(node):
            return Text(self.own(node))
        text = self.spelled(node)
        if self.is_apart(node) or (len(unmarked(text.text)) > LONGEST and not node.is_leaf):
            return Text(self.own(node))
        return text

    def at_largest(self, node: Node) -> str:
        """A look-up where another array is largest."""
        values, by = node.arguments
        label = self.label(values.node)
        if label is not None:
            return f"_hits({self.inner(label).text}, {self.places(by.node)}, {self.local.dtype})"
        return f"_at({self.inner(values.node).text}, {self.places(by.node)})"

    def spelled(self, node: Node) -> Text:
        """The node as an expression of what has a variable."""
        own = tuple(range(len(node.space)))
        if node.op == "at_largest" and all(a.axes == own for a in node.arguments):
            return Text(self.at_largest(node))
        if is_highest(node) and self.is_large(node.arguments[0].node):
            inner = node.arguments[0].node
            return Text(f"_highest({self.inner(inner).text}, {self.places(inner)})")
        by = self.left_out(node)
        if by is not None:
            return Text(f"_rest({self.inner(by).text}, {self.places(by)})")
        return Speller(self.inner, self.local).spell(node)

    # --- groups ---

    def own(self, node: Node, name: str = "", comment: str = "") -> str:
        """A group for the node; the mark of its value."""
        self.prepare(node)
        assert not self.current
        formula = self.plain(node)
        if self.is_stepwise(node):
            self.values[node] = self.lower(node)
        else:
            text = self.spelled(node).text
            self.values[node] = self.step("", (text,), node, looks=node.op in LOOKS)
        wanted = name or node.name.lstrip("~").partition(":")[0] or FALLBACK.get(node.op, "u")
        said = comment or comment_of(node, self.equations)
        self.groups.append(Group(wanted, node.name in self.equations, tuple(self.current), formula, said))
        self.current.clear()
        return self.values[node]

    def result(self, node: Node, name: str, comment: str) -> int:
        """The value of a result, made by a step of its own."""
        known = self.values.get(node)
        if node.op == "spread" and not node.arguments[0].node.shape:
            known = self.spelled(node.arguments[0].node).text  # one number fills the whole array
        if known is None and not node.is_leaf:
            return marked(self.own(node, name, comment))[0]
        text = known or self.spelled(node).text
        value = self.step("", (text,), node)
        self.groups.append(Group(name, False, tuple(self.current), unmarked(text), comment))
        self.current.clear()
        return marked(value)[0]

    def prepare(self, node: Node) -> None:
        """What the group of a node mentions gets its variables before the group begins."""
        by = self.left_out(node)
        if by is not None:
            self.places(by)
            return
        for argument in node.arguments:
            inner = argument.node
            if inner in self.values or self.is_spot(argument, node):
                continue
            if argument is node.arguments[0] and self.is_placed(node):
                self.places(inner.arguments[0].node)
                continue
            if self.is_stepwise(inner) and self.is_stepwise(node) and not self.is_apart(inner):
                self.prepare(inner)
            else:
                self.inner(inner)

    def plain(self, node: Node) -> str:
        """The node as one expression of variables, for people."""

        def inner(other: Node) -> Text:
            if other in self.values:
                return Text(self.values[other])
            return Speller(inner, self.local).spell(other)

        return Speller(inner, self.local).spell(node).text

    def step(self, function: str, operands: tuple[str, ...], node: Node, *, looks: bool = False) -> str:
        kind = BOOLEAN if BY_NAME[node.op].boolean else INDEX if node in self.labels else FLOAT
        self.current.append(Step(self.count, function, operands, node.shape, kind, looks))
        self.count += 1
        return mark(self.count - 1)

    def is_placed(self, node: Node) -> bool:
        """Whether a choice writes one of its values where the largest entry of another array stands."""
        return node.op == "where" and self.is_stepwise(node) and is_at_largest(node.arguments[0], node)

    def left_out(self, node: Node) -> Node | None:
        """The numbers, computed here, of which a sum along the last axis leaves out the largest."""
        by = left_out(node)
        if by is None or node in self.values or not self.is_stepwise(by):
            return None
        inner = node.arguments[0].node
        return None if inner in self.values or self.uses.get(inner, 0) > 1 else by

    def label(self, node: Node) -> Node | None:
        """The label of each row at whose place along the last axis the node is 1, and else 0."""
        return None if node in self.values or not self.is_large(node) else label_of(node, self.labels)

    def is_spot(self, argument: Argument, node: Node) -> bool:
        """Whether a term or a look-up needs no more of an array than where its label is."""
        if node.op == "at_largest":
            return argument is node.arguments[0] and self.label(argument.node) is not None
        return node.op == "add" and self.spot(node) == argument

    def spot(self, node: Node) -> Argument | None:
        """The term of a sum of two that is 1 or -1 at a label's place, and else 0."""
        if len(node.arguments) != 2 or not self.is_stepwise(node):
            return None
        for argument, other in itertools.permutations(node.arguments):
            label = self.label((without_sign(argument) or argument).node)
            if label is not None and argument == whole(argument.node) and other == whole(other.node):
                return argument if self.is_large(other.node) and self.label(other.node) is None else None
        return None

    def places(self, node: Node) -> str:
        """The index of the first largest entries along the last axis, in a group of its own."""
        node = before_exponential(node)
        known = self.largest.get(node)
        if known is None:
            text = f"_largest({self.inner(node).text})"  # which may take steps of its own
            found = Step(self.count, "", (text,), (), INDEX)
            self.count += 1
            self.groups.append(Group("places", False, (found,), "", ""))
            known = self.largest[node] = mark(found.result)
        return known

    # --- ops ---

    def operand(self, argument: Argument, node: Node) -> str:
        """An argument as a function of NumPy takes it."""
        return self.written(argument, node).text

    def written(self, argument: Argument, node: Node) -> Text:
        """An argument as it broadcasts against the node: computed here where it belongs to the group."""
        inner = argument.node
        if inner not in self.values and self.is_stepwise(inner):
            self.values[inner] = self.lower(inner)
        text = Speller(self.inner, self.local).broadcast(argument, len(node.space))
        if inner not in self.values and not inner.is_leaf and inner.op not in LOOKS:
            self.numbers.add(text.text)
        return replace(text, text=as_float(text.text)) if inner.op in NUMBERS else text

    def lower(self, node: Node) -> str:
        """The steps of one node; the mark of the last one."""
        found = STEPS.get(node.op)
        return found(self, node) if found else self.call(node)

    def call(self, node: Node) -> str:
        """An op that NumPy spells as a function or as an operator."""
        template = BY_NAME[node.op].numpy
        name = CALLED.fullmatch(template)
        function = name[1] if name else OPERATORS.get(template.replace("{0}", "").replace("{1}", "").strip(), "")
        operands = [self.written(a, node) for a in node.arguments]
        if function:
            return self.step(function, tuple(o.text for o in operands), node)
        return self.step("", (template.format(*(o.at(ATOM) for o in operands)),), node)


def as_float(text: str) -> str:
    """A whole number as a float: NumPy converts these faster."""
    return f"{text}.0" if re.fullmatch(r"-?\d+", text) else text


@dataclass
class Fold:
    """Terms or factors combined from left to right; what has not all axes yet stays an expression."""

    steps: Steps
    node: Node
    total: Text | None = None
    axes: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        return self.total.text if self.total else ""

    def take(self, argument: Argument, function: str = "", sign: str = "") -> None:
        """Combine with one more argument, by a step as soon as the result has the node's shape."""
        more, before = self.steps.written(argument, self.node), self.total
        self.axes |= frozenset(argument.axes)
        if before is None:
            self.total = more
        elif len(self.axes) < len(self.node.shape):
            left, right = (PRODUCT, POWER) if sign == "*" else (SUM, PRODUCT)
            self.total = Text(f"({before.at(left)} {sign} {more.at(right)})")
        else:
            self.total = Text(self.steps.step(function, (before.text, more.text), self.node))


def add(steps: Steps, node: Node) -> str:
    """From left to right; a term of opposite sign is subtracted, never negated, where another stands before it."""
    spot = steps.spot(node)
    if spot is not None:
        return changed(steps, node, spot)
    terms = [(without_sign(a), a) for a in node.arguments]
    if terms[0][0] is not None and terms[1][0] is None:
        terms[:2] = terms[1::-1]
    total = Fold(steps, node)
    total.take(terms[0][1])
    for positive, argument in terms[1:]:
        if positive is None:
            total.take(argument, "np.add", "+")
        else:
            total.take(positive, "np.subtract", "-")
    return total.text


def changed(steps: Steps, node: Node, spot: Argument) -> str:
    """The other term, changed at the label's place alone."""
    opposite = without_sign(spot)
    label = steps.label((opposite or spot).node)
    assert label is not None
    (other,) = (a for a in node.arguments if a is not spot)
    operands = (steps.operand(other, node), steps.inner(label).text, "1" if opposite is None else "-1")
    return steps.step("_changed", operands, node)


def multiply(steps: Steps, node: Node) -> str:
    """From left to right, as it is spelled: -1 negates the product, 1/3 divides it."""
    factor = coefficient(node)
    divisor = factor is not None and abs(factor.numerator) == 1 and float_is_inexact(factor)
    product = Fold(steps, node)
    for argument in node.arguments[1:] if factor == -1 or divisor else node.arguments:
        product.take(argument, "np.multiply", "*")
    if divisor and factor is not None:
        return steps.step("np.divide", (product.text, f"{factor.denominator * factor.numerator}.0"), node)
    return steps.step("np.negative", (product.text,), node) if factor == -1 else product.text


def power(steps: Steps, node: Node) -> str:
    """A square, a root, or what NumPy's power gives."""
    assert isinstance(node.data, Fraction)
    (argument,), size = node.arguments, abs(node.data)
    value = steps.operand(argument, node)
    if size == 2:
        value = steps.step("np.square", (value,), node)
    elif size == Fraction(1, 2):
        value = steps.step("np.sqrt", (value,), node)
    elif size != 1:
        value = steps.step("np.power", (value, repr(float(size))), node)
    return value if node.data > 0 else steps.step("np.divide", ("1.0", value), node)


def exponential(steps: Steps, node: Node) -> str:
    """e to a value, or another base to it."""
    parts = shifted(steps, node) if node.data is None else None
    if parts is not None:
        return steps.step("_exp_less", parts, node)
    value = steps.operand(node.arguments[0], node)
    if node.data is None:
        return steps.step("np.exp", (value,), node)
    assert isinstance(node.data, Fraction)
    if node.data == 2:
        return steps.step("np.exp2", (value,), node)
    return steps.step("np.power", (repr(float(node.data)), value), node)


def shifted(steps: Steps, node: Node) -> tuple[str, str] | None:
    """x and c of exp(x - c), where c has fewer axes: mostly it is 0, which is seen sooner than subtracted."""
    (argument,) = node.arguments
    inner = argument.node
    if inner.op != "add" or len(inner.arguments) != 2 or argument != whole(inner):
        return None
    first, less = inner.arguments[0], without_sign(inner.arguments[1])
    if inner in steps.values or steps.is_apart(inner) or not steps.is_large(first.node) or first != whole(first.node):
        return None
    if less is None or not 0 < len(less.axes) < len(inner.shape) or first.node.shape != inner.shape:
        return None
    return steps.operand(first, inner), steps.operand(less, inner)


def choice(steps: Steps, node: Node) -> str:
    """One of two values; a helper of the module, since np.where is slow on float32 and cannot write to a buffer."""
    if is_at_largest(node.arguments[0], node):
        return placed(steps, node)
    if all(a.node.op in NUMBERS for a in node.arguments[1:]):
        return steps.step("", (steps.spelled(node).text,), node)
    return steps.step("_chosen", tuple(steps.operand(a, node) for a in node.arguments), node)


def placed(steps: Steps, node: Node) -> str:
    """Another value where the largest stands: written there, no mask is made."""
    mask, value, others = node.arguments
    places = steps.places(mask.node.arguments[0].node)
    last = len(node.shape) - 1
    if last in value.axes:
        text = f"_at({steps.operand(value, node)}, {places})"
    else:
        text = Speller(steps.inner, steps.local).broadcast(value, last).text
    return steps.step("_placed", (steps.operand(others, node), places, text), node)


def clipped(steps: Steps, node: Node) -> str:
    """A number as a bound, and an opposite one inside, in one pass; np.maximum takes three times as long for one."""
    if not is_bounded(node):
        return steps.call(node)
    value, number = node.arguments
    bounds = {"maximum": "-np.inf", "minimum": "np.inf", node.op: steps.operand(number, node)}
    inner = value.node
    if value == whole(inner) and inner not in steps.values and not steps.is_apart(inner) and is_between(inner, node):
        value, number = inner.arguments
        bounds[inner.op] = steps.operand(number, node)
    return steps.step("np.ndarray.clip", (steps.operand(value, node), bounds["maximum"], bounds["minimum"]), node)


def special(steps: Steps, node: Node) -> str:
    """A helper of the module, which writes to a buffer: its arguments in the order of its spelling."""
    name, order = HELPER.fullmatch(BY_NAME[node.op].numpy).groups()  # type: ignore[union-attr]
    operands = {f"{{{k}}}": steps.operand(a, node) for k, a in enumerate(node.arguments)}
    return steps.step(name, tuple(operands.get(part, part) for part in order.split(", ")), node)


def polynomial(steps: Steps, node: Node) -> str:
    return steps.step("_polynomial", (steps.operand(node.arguments[0], node), coefficients(node)), node)


def bracket(steps: Steps, node: Node) -> str:
    """A comparison with 0 as a number: a helper of the module, which writes to a buffer."""
    (argument,) = node.arguments
    opposite = without_sign(argument)
    function = "np.less_equal" if opposite else "np.greater_equal"
    return steps.step("_compared", (function, steps.operand(opposite or argument, node)), node)


def real(steps: Steps, node: Node) -> str:
    """Labels as numbers to compute with."""
    return steps.step("", (steps.spelled(node).text,), node)


def indicator(steps: Steps, node: Node) -> str:
    """A helper of the module, which writes to a buffer."""
    return steps.step("_indicator", (steps.operand(node.arguments[0], node),), node)


IN_BUFFERS = (
    "normal_tail", "times_tail", "tail_sum", "log_normal_tail", "log_erfc", "normal_hazard", "erfc_hazard",
    "gaussian", "sharp_exp",
)  # fmt: skip
"""Ops that a helper of the module computes, and writes to a buffer."""

STEPS: Mapping[str, Callable[[Steps, Node], str]] = MappingProxyType(
    {"add": add, "multiply": multiply, "power": power, "exp": exponential, "where": choice, "bracket": bracket,
     "polynomial": polynomial, "real": real, "indicator": indicator, "maximum": clipped, "minimum": clipped,
     **dict.fromkeys(IN_BUFFERS, special)}
)  # fmt: skip


def rank_of_large(nodes: Iterable[Node]) -> int:
    """Arrays of two axes and more are large, and those of one where there are no others."""
    return min(2, max((len(n.shape) for n in nodes if BATCH in n.shape), default=1))
