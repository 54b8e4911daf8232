"""Which array each step of a tile writes to, and the lines of the tile.

Contract: `lines(groups, outputs)` gives the statements. A step writes in place of an operand that is needed no more,
else to an array that is free, else to an output that is not yet filled, else to a new array. A variable stands for
one array throughout; where an array takes up another quantity it gets that quantity's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from derive.emit.kernel_body import LONGEST_LINE
from derive.emit.kernel_groups import FLOAT, MARK, Group, Step, mark, marked
from derive.emit.kernel_numbers import laid_out, uses
from derive.emit.kernel_order import numbers_first
from derive.emit.kernel_spelling import Locals
from derive.emit.kernel_steps import Steps, rank_of_large
from derive.ir.graph import Node, topological
from derive.language.indices import Dimension

IN_PLACE: Mapping[str, str] = MappingProxyType(
    {"np.add": "+=", "np.subtract": "-=", "np.multiply": "*=", "np.divide": "/="}
)
COMMUTATIVE = ("np.add", "np.multiply")
TEMPORARY: Mapping[str, str] = MappingProxyType(
    {
        "np.add": "s", "np.subtract": "s", "np.multiply": "product", "np.divide": "ratio", "np.exp": "e",
        "_chosen": "chosen", "np.less": "mask", "np.less_equal": "mask", "np.greater": "mask",
        "np.greater_equal": "mask", "np.equal": "mask", "_compared": "mask",
    }
)  # fmt: skip


@dataclass
class Array:
    """An array of the tile and its latest name."""

    shape: tuple[Dimension, ...]
    kind: str
    name: str = ""


@dataclass
class Plan:
    """Arrays of values, decided step by step; lives for one kernel."""

    steps: Sequence[Step]
    given: Mapping[int, Array]
    home: dict[int, Array] = field(default_factory=dict)
    free: list[Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.made = {step.result: k for k, step in enumerate(self.steps)}
        self.last = last_uses(self.steps, self.given)

    def place(self, k: int, step: Step) -> Array:
        """The array of a step's result; what is read for the last time becomes free."""
        dying = [v for v in dict.fromkeys(step.reads) if self.last[v] == k and not self.steps[self.made[v]].looks]
        array = self.given.get(step.result)
        if array is None and step.function:
            array = self.reused(k, step, [v for v in dying if is_operand(v, step)])
        array = array or Array(step.shape, step.kind)
        for value in dying:
            if self.home[value] is not array and not self.is_given(self.home[value]):
                self.free.append(self.home[value])
        self.home[step.result] = array
        return array

    def reused(self, k: int, step: Step, dying: Sequence[int]) -> Array | None:
        """An operand's array, a free one, or that of an output which is filled later."""
        for array in [self.home[v] for v in dying]:
            if fits(array, step) and (not self.is_given(array) or self.waits(array, k, step)):
                return array
        for array in self.free:
            if fits(array, step):
                self.free.remove(array)
                return array
        waiting = (a for a in self.given.values() if fits(a, step) and self.waits(a, k, step))
        return next((a for a in waiting if not self.is_in_use(a, k)), None)

    def is_given(self, array: Array) -> bool:
        return any(array is a for a in self.given.values())

    def waits(self, array: Array, k: int, step: Step) -> bool:
        """Whether an output is filled after this step, when its result is read for the last time or later."""
        return all(self.made[v] >= max(self.last[step.result], k + 1) for v, a in self.given.items() if a is array)

    def is_in_use(self, array: Array, k: int) -> bool:
        return any(home is array and self.last[v] >= k for v, home in self.home.items())


def last_uses(steps: Sequence[Step], kept: Iterable[int]) -> dict[int, int]:
    """The last step that reads each value; what another looks at lives as long as that one."""
    last = {step.result: k for k, step in enumerate(steps)}
    last |= {value: len(steps) for value in kept}
    for k in reversed(range(len(steps))):
        until = last[steps[k].result] if steps[k].looks else k
        for value in steps[k].reads:
            last[value] = max(last[value], until)
    return last


def needed(groups: Sequence[Group], kept: Iterable[int]) -> list[Group]:
    """The groups without steps whose value nobody reads: a sum subtracts -u as u, and -u stands nowhere else.

    What is left of a group that loses its last step has no formula of its own.
    """
    read, found = set(kept), list[Group]()
    for group in reversed(groups):
        steps: list[Step] = []
        for step in reversed(group.steps):
            if step.result in read:
                read.update(step.reads)
                steps.insert(0, step)
        if steps and steps[-1] is not group.steps[-1]:
            group = Group("u", False, (), "", "")
        if steps:
            found.insert(0, replace(group, steps=tuple(steps)))
    return found


def fits(array: Array, step: Step) -> bool:
    return array.shape == step.shape and array.kind == step.kind


def is_operand(value: int, step: Step) -> bool:
    """Whether a value stands in the step's operands as it is; with a helper, nowhere in another form besides.

    NumPy's own functions may write to what another operand was made of, a sum of its rows perhaps.
    """
    forms = {text for text in step.operands if mark(value) in text}
    return mark(value) in forms and (len(forms) == 1 or step.function.startswith("np."))


# --- text ------------------------------------------------------------------------------------------------


@dataclass
class Writer:
    """Lines so far and the variables of values; lives for one kernel."""

    plan: Plan
    outputs: Mapping[int, str]
    taken: set[str]
    bound: set[str]
    names: dict[int, str] = field(default_factory=dict)

    def lines_of(self, group: Group) -> list[str]:
        """The statements of a quantity; its name goes to the array that it ends in."""
        arrays = [self.plan.place(self.plan.made[step.result], step) for step in group.steps]
        final = arrays[-1]
        names = {id(final): self.outputs.get(group.steps[-1].result) or self.fresh(group)}
        found = []
        for step, array in zip(group.steps, arrays, strict=True):
            if id(array) not in names:
                names[id(array)] = self.temporary(step)
            found.append(self.line(step, array, names[id(array)]))
        return commented(group, found, names[id(final)], self.said(group.formula))

    def line(self, step: Step, array: Array, name: str) -> str:
        """One statement; in place where the first operand is the array itself."""
        operands = [self.named(text) for text in step.operands]
        before, array.name = array.name, name
        is_bound = name in self.bound
        self.bound.add(name)
        self.names[step.result] = name
        if not step.function:
            return f"{name}{'[...]' if is_bound else ''} = {operands[0]}"
        call = f"{step.function}({', '.join(operands)}"
        if not before:
            return f"{name} = {call})"
        if not is_bound:
            return f"{name} = {call}, out={before})"
        if step.function in COMMUTATIVE and operands[1] == name:
            operands.reverse()
        sign = IN_PLACE.get(step.function)
        return f"{name} {sign} {operands[1]}" if sign and operands[0] == name else f"{call}, out={name})"

    def named(self, text: str) -> str:
        return MARK.sub(lambda found: self.names[int(found[1])], text)

    def said(self, text: str) -> str:
        """A formula in the names of its values; nothing where one of them is never computed."""
        return self.named(text) if all(value in self.names for value in marked(text)) else ""

    def fresh(self, group: Group) -> str:
        """A name of the definition is its own, unless an output has it; any other steps aside."""
        own = group.own and group.name not in (*self.names.values(), *self.outputs.values())
        return group.name if own else self.unused(group.name)

    def temporary(self, step: Step) -> str:
        return self.unused(TEMPORARY.get(step.function, "u"))

    def unused(self, name: str) -> str:
        found = next(c for c in (name, *(f"{name}{k}" for k in range(2, 1000))) if c not in self.taken)
        self.taken.add(found)
        return found


def commented(group: Group, lines: list[str], name: str, formula: str) -> list[str]:
    """What the quantity is, above its statements or beside the only one."""
    if len(lines) > 1:
        said = [f"# {group.comment}"] if group.comment else []
        return [*said, *([f"# {name} = {formula}"] if formula else []), *lines]
    together = f"{lines[0]}  # {group.comment}"
    if not group.comment or len(together) <= LONGEST_LINE:
        return [together if group.comment else lines[0]]
    return [f"# {group.comment}", *lines]


@dataclass(frozen=True)
class Tile:
    """The statements of a tile and the arrays that it fills."""

    lines: tuple[str, ...]
    outputs: tuple[str, ...]


def tile(
    results: Sequence[tuple[str, Node, str]],
    taken: Iterable[str],
    equations: Mapping[str, str],
    local: Locals,
    made: int = 0,
) -> Tile:
    """The tile of (wanted name, node, comment) rows, of which it makes the first `made` and is handed the others."""
    nodes = tuple(node for _, node, _ in results)
    steps = Steps(uses(nodes), local, equations, rank_of_large(topological(nodes)))
    names = {*taken, *equations}
    given: dict[int, Array] = {}
    for wanted, node, comment in results:
        used = {a.name for a in given.values()}
        name = node.name if node.name in equations and node.name not in used else wanted
        while name in used or (name != node.name and name in names):
            name += "_"
        names.add(name)
        value = steps.result(node, name, equations.get(node.name) or comment)
        given[value] = Array(node.shape, FLOAT, name)
    outputs = {value: array.name for value, array in given.items()}
    groups = numbers_first(needed(steps.groups, given), given, steps.numbers)
    bound = set(list(outputs.values())[made:])
    writer = Writer(Plan([s for g in groups for s in g.steps], given), outputs, names, bound)
    lines = laid_out(line for group in groups for line in writer.lines_of(group))
    return Tile(tuple(lines), tuple(outputs.values()))
