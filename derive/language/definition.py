"""A definition: a system of named, indexed equations with symbolic sizes, written for one sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from derive.language.expressions import Applied, Expression, Frozen, Ref, node
from derive.language.indices import Dimension, Fixed, Index, Less
from derive.language.trees import bound_index, free_indices, reference_names, subscripts, walk


@dataclass(frozen=True)
class Input:
    """An input; `shared` marks a parameter that all samples share (it stands after the semicolon).

    labels: for an integer-valued input that is used as an index, the size it counts up to.
    """

    name: str
    dimensions: tuple[Dimension, ...]
    shared: bool = False
    labels: Dimension | None = None


@dataclass(frozen=True)
class Row:
    """A quantity at its first indices: S, S[i]; the others are left to the definition that is applied to it."""

    name: str
    leading: tuple[Index, ...] = ()

    @property
    def reference(self) -> Ref:
        return Ref(self.name, self.leading)


@dataclass(frozen=True)
class Application:
    """A definition and what it is applied to: a Row for each input with indices, any expression for a scalar one."""

    function: Definition
    arguments: tuple[Row | Expression, ...]
    sizes: tuple[tuple[str, Dimension], ...]

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The arguments, each row at its first indices."""
        return tuple(a.reference if isinstance(a, Row) else a for a in self.arguments)

    @property
    def carried(self) -> tuple[Index, ...]:
        """The indices that the arguments carry, in the order in which they stand."""
        found: dict[Index, None] = {}
        for value in self.expressions:
            found.update(dict.fromkeys(free_indices(value)))
        return tuple(found)


@dataclass(frozen=True)
class Equation:
    """name[indices] = body

    origin: where the equation is all that a definition applied by name says, that application; its carried indices
    stand first.
    """

    name: str
    indices: tuple[Index, ...]
    body: Expression
    origin: Application | None = None

    @property
    def left(self) -> Ref:
        return Ref(self.name, self.indices)


@dataclass(frozen=True)
class Assumption:
    """left = right, for all inputs that the definition is meant for; both are numbers, `of` the restricted input."""

    left: Expression
    right: Expression
    of: str


@node
class Definition(Frozen):
    """name(inputs) -> outputs. Equations stand in an order in which each uses only earlier ones.

    `functions` are the definitions that this one applies by name; `text` is what the user wrote; `assumptions`
    are equations between inputs that a derivation may use.
    """

    name: str
    inputs: tuple[Input, ...]
    outputs: tuple[str, ...]
    equations: tuple[Equation, ...]
    functions: tuple[Definition, ...] = ()
    text: str = ""
    assumptions: tuple[Assumption, ...] = ()

    @property
    def output(self) -> str:
        return self.outputs[0]

    @property
    def is_scalar_function(self) -> bool:
        """Every input and the one output are scalars: it can be applied to any expression."""
        return len(self.outputs) == 1 and not self.output_indices and not any(i.dimensions for i in self.inputs)

    @property
    def output_indices(self) -> tuple[Index, ...]:
        return self.equation(self.output).indices

    def equation(self, name: str) -> Equation:
        return self.equation_table[name]

    def defines(self, name: str) -> bool:
        return name in self.equation_table

    @cached_property
    def equation_table(self) -> dict[str, Equation]:
        return {e.name: e for e in self.equations}

    def input(self, name: str) -> Input:
        return next(i for i in self.inputs if i.name == name)

    def function(self, name: str) -> Definition:
        """The applied definition of that name, also of those that applied ones apply: a closed form may name them."""
        found = self.function_table.get(name)
        if found is None:
            raise KeyError(f"{self.name} applies no function {name}")
        return found

    @cached_property
    def function_table(self) -> dict[str, Definition]:
        """Every function that is applied, directly or not; the nearest of one name comes first."""
        table = {f.name: f for f in self.functions}
        for function in self.functions:
            for name, inner in function.function_table.items():
                table.setdefault(name, inner)
        return table

    @property
    def sizes(self) -> tuple[str, ...]:
        """Symbolic sizes in the order of the signature."""
        names = (d.size if isinstance(d, Less) else d for i in self.inputs for d in i.dimensions)
        return tuple(dict.fromkeys(n for n in names if isinstance(n, str)))

    @cached_property
    def least_sizes(self) -> dict[str, int]:
        """How large a size must be for the fixed and shifted positions that stand in the equations to exist."""
        least = dict.fromkeys(self.sizes, 1)
        written = (i for e in self.equations for n in walk(e.body) for i in mentioned(n))
        for index in (*(i for e in self.equations for i in e.indices), *written):
            wanted = index.position + 1 if isinstance(index, Fixed) else 1
            if isinstance(index.size, Less):
                least[index.size.size] = max(least.get(index.size.size, 1), index.size.by + wanted)
            elif isinstance(index.size, str):
                least[index.size] = max(least.get(index.size, 1), wanted)
        return least

    @property
    def names(self) -> tuple[str, ...]:
        """Inputs and named quantities in the order of the text."""
        return tuple(i.name for i in self.inputs) + tuple(e.name for e in self.equations)

    def depends_on(self, name: str, variable: str) -> bool:
        """Whether the quantity `name` changes with `variable`, directly or through other equations."""
        return name == variable or variable in self.ancestors(name)

    def ancestors(self, name: str) -> frozenset[str]:
        """All names that the equation of `name` uses, directly or not."""
        return self.ancestor_table.get(name, frozenset())

    @cached_property
    def ancestor_table(self) -> dict[str, frozenset[str]]:
        table: dict[str, frozenset[str]] = {}
        for equation in self.equations:
            used = reference_names(equation.body)
            table[equation.name] = used.union(*(table.get(u, frozenset()) for u in used))
        return table


def mentioned(value: Expression) -> tuple[Index, ...]:
    """Every index that a node writes, the one it binds included."""
    bound = bound_index(value)
    return subscripts(value) if bound is None else (*subscripts(value), bound)


def applied_functions(value: Expression) -> set[str]:
    return {n.function for n in walk(value) if isinstance(n, Applied)}
