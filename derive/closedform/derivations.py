"""From what is wanted of a definition to its derivations.

Contract: `derive(definition, wanted, ...)` is a pure function; the derivatives of the functions that the
definition applies are derived once and cited.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping

from derive.calculus.elementary import DERIVATIVES
from derive.calculus.engine import rewrite
from derive.calculus.rule import Context, Lemma, Lemmas
from derive.closedform.adjoints import backward, between, is_deep
from derive.closedform.close import close
from derive.closedform.entries import at_fresh_indices, usual_entry
from derive.closedform.second_order import hessian, hessian_vector
from derive.closedform.tangents import forward
from derive.language.definition import Definition, Input
from derive.language.derivation import Derivation, Wanted, end_of
from derive.language.errors import DeriveError
from derive.language.expressions import Call, Expression, Partial, Ref, mul, sum_over
from derive.language.trees import replace, walk


def default_wanted(definition: Definition) -> tuple[Wanted, ...]:
    """The gradient of a scalar output, Jacobian, VJP and JVP of any other.

    By the shared parameters where there are any, else by all inputs.
    """
    inputs = [i for i in definition.inputs if i.labels is None]
    variables = [i.name for i in inputs if i.shared] or [i.name for i in inputs]
    return tuple(
        Wanted(kind, output, variable)
        for output in definition.outputs
        for variable in variables
        for kind in kinds_of(definition, output)
    )


def kinds_of(definition: Definition, output: str) -> tuple[str, ...]:
    if definition.equation(output).indices:
        return ("jacobian", "vjp", "jvp")
    unary = len(definition.inputs) == 1 and not definition.inputs[0].dimensions
    return ("derivative",) if unary else ("gradient",)


def derive_all(definition: Definition, wanted: tuple[Wanted, ...] | None = None) -> tuple[Derivation, ...]:
    """All derivations that are wanted of one definition; a VJP and a JVP cite the Jacobian."""
    lemmas = lemmas_of(definition)
    known: dict[Expression, Expression] = {}
    found = []
    for want in wanted or default_wanted(definition):
        derivation = resolved(derive(definition, want, lemmas, known))
        if want.kind == "jacobian":
            known[derivation.left] = derivation.closed
        found.append(derivation)
    return tuple(found)


def resolved(derivation: Derivation) -> Derivation:
    """The derivation, if no derivative was left open; else DeriveError, which names what has no rule."""
    for one in (*derivation.adjoints, derivation):
        for node in walk(one.closed):
            if isinstance(node, Partial):
                what = without_rule(derivation.definition) or type(node.body).__name__.lower()
                hint = "derivatives known here are those of the language's functions, once or twice"
                raise DeriveError(f"{one.name}: the derivative of {what} is not known", hint=hint)
    return derivation


def without_rule(definition: Definition) -> str:
    """A function of the definition whose derivative no row states, by its name; or nothing."""
    nodes = (node for equation in definition.equations for node in walk(equation.body))
    names = (node.function for node in nodes if isinstance(node, Call) and node.arguments)
    return next((name for name in names if name not in DERIVATIVES), "")


def lemmas_of(definition: Definition) -> Lemmas:
    """The derivatives of the functions that a definition applies, directly or not, by each of their arguments."""
    of_numbers = {f.name: ("derivative", f) for f in definition.function_table.values()}
    of_vectors = {e.origin.function.name: ("jacobian", e.origin.function) for e in definition.equations if e.origin}
    return {
        (name, place): lemma_of(kind, function, place)
        for name, (kind, function) in (of_numbers | of_vectors).items()
        for place, entry in enumerate(function.inputs)
        if entry.labels is None
    }


@functools.lru_cache(maxsize=256)
def lemma_of(kind: str, function: Definition, place: int) -> Lemma:
    variable = function.inputs[place].name
    found = derive(function, Wanted(kind, function.output, variable), lemmas_of(function), {})
    entry = found.variable
    assert entry is not None
    return Lemma(function, place, without_adjoints(found), (*function.output_indices, *entry.indices))


def without_adjoints(derivation: Derivation) -> Expression:
    """The closed form in the function's own quantities alone: who cites it knows no adjoints of the function."""
    value = derivation.closed
    for adjoint in reversed(derivation.adjoints):
        assert adjoint.names is not None
        value = replace(value, {adjoint.names: adjoint.closed})
    return value


def derive(
    definition: Definition, wanted: Wanted, lemmas: Lemmas, known: Mapping[Expression, Expression]
) -> Derivation:
    if wanted.kind in ("hessian", "hvp"):
        return derive_twice(definition, wanted, lemmas)
    left, extras = STARTS[wanted.kind](definition, wanted)
    if wanted.kind in ("derivative", "gradient", "vjp") and is_deep(definition, wanted):
        return backward(definition, wanted, left, extras, lemmas)
    if wanted.kind == "jvp" and between(definition, wanted.output, wanted.variable):
        return forward(definition, wanted, left, extras, lemmas)
    names = frozenset(definition.names) | frozenset(definition.sizes)
    # only a VJP or a JVP may cite the Jacobian: a derivation does not start by citing itself
    context = Context(definition, lemmas, known if wanted.kind in ("vjp", "jvp") else {}, names)
    opened = rewrite(left, context)
    current = end_of(opened, left)
    steps = (*opened, *close(current, context))
    return Derivation(definition, wanted, left, steps, steps[-1].after, extras)


def derive_twice(definition: Definition, wanted: Wanted, lemmas: Lemmas) -> Derivation:
    """The Hessian or Hessian-vector product, from the gradient."""
    gradient = derive(definition, Wanted("gradient", wanted.output, wanted.variable), lemmas, {})
    if wanted.kind == "hessian":
        return hessian(gradient, wanted, lemmas)
    return hessian_vector(gradient, wanted, lemmas, direction_names(gradient.system, wanted))


def direction_names(definition: Definition, wanted: Wanted) -> dict[str, str]:
    """v, or v_x and v_w where there are several directions."""
    if not wanted.along:
        (variable,) = wanted.directions
        return {variable: free_name(definition, ("v", "u", "tangent"))}
    return {variable: free_name(definition, (f"v_{variable}", f"u_{variable}")) for variable in wanted.along}


# --- what the derivation starts from -----------------------------------------------------------------


def partial(definition: Definition, wanted: Wanted) -> Partial:
    """d output[i...] / d variable[j...], with the letters that the definition uses, kept apart."""
    equation = definition.equation(wanted.output)
    entry = definition.input(wanted.variable)
    taken = {i.name for i in equation.indices} | set(definition.names) | set(definition.sizes)
    return Partial(equation.left, at_fresh_indices(usual_entry(definition, entry), taken))


def plain(definition: Definition, wanted: Wanted) -> tuple[Expression, tuple[Input, ...]]:
    return partial(definition, wanted), ()


def vector_jacobian(definition: Definition, wanted: Wanted) -> tuple[Expression, tuple[Input, ...]]:
    """sum_i g_i dy_i/dx_j"""
    start = partial(definition, wanted)
    assert isinstance(start.body, Ref)
    name = free_name(definition, ("g", "u", "cotangent"))
    cotangent = Ref(name, start.body.indices)
    total: Expression = mul(cotangent, start)
    for index in reversed(cotangent.indices):
        total = sum_over(index, total)
    return total, (Input(name, tuple(i.size for i in cotangent.indices)),)


def jacobian_vector(definition: Definition, wanted: Wanted) -> tuple[Expression, tuple[Input, ...]]:
    """sum_j dy_i/dx_j v_j"""
    start = partial(definition, wanted)
    name = free_name(definition, ("v", "u", "tangent"))
    tangent = Ref(name, start.variable.indices)
    total: Expression = mul(start, tangent)
    for index in reversed(tangent.indices):
        total = sum_over(index, total)
    return total, (Input(name, tuple(i.size for i in tangent.indices)),)


def free_name(definition: Definition, wishes: tuple[str, ...]) -> str:
    taken = {*definition.names, *definition.sizes}
    return next(n for n in (*wishes, *(f"{wishes[-1]}{k}" for k in range(100))) if n not in taken)


Start = Callable[[Definition, Wanted], tuple[Expression, tuple[Input, ...]]]

STARTS: dict[str, Start] = {
    "derivative": plain,
    "gradient": plain,
    "jacobian": plain,
    "vjp": vector_jacobian,
    "jvp": jacobian_vector,
}
