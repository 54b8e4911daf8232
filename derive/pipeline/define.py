"""Definitions of users: what they write becomes a study.

Contract: `define(text)` is what users call, `define_all(text)` what the command line does. Both return only what passed
every check, or raise DeriveError (the text is no definition, or the request does not fit it) or CheckError.
"""

from __future__ import annotations

from collections.abc import Sequence

from derive.language.layers import parse_definitions
from derive.pipeline.library import definitions
from derive.pipeline.limits import DEFAULT_SECONDS, bounded_depth, reachable, time_limit
from derive.pipeline.study import Study, study
from derive.pipeline.wanted import wanted_by


def define(
    text: str,
    *,
    wrt: str | Sequence[str] | None = None,
    kind: str | None = None,
    timeout: float = DEFAULT_SECONDS,
) -> Study:
    """Derive what is wanted of the last definition in a text; earlier ones may be applied in it.

    text: definitions in the definition language.
    wrt: the input or inputs to differentiate by; by default the shared parameters, or all inputs if there are none.
    kind: derivative, gradient, jacobian, vjp, jvp, hessian or hvp; by default the gradient (derivative) of a
        scalar output and Jacobian, VJP and JVP of any other.
    timeout: seconds after which it gives up with a DeriveError; 0 for no limit.
    Raises DeriveError, with line and caret, for a text that is no definition or a request that does not fit it.
    """
    definition = parse_definitions(text, definitions())[-1]
    with reachable(), bounded_depth(), time_limit(timeout) as say:
        return study(definition, wanted_by(definition, wrt, kind), say)


def define_all(
    text: str,
    *,
    wrt: str | Sequence[str] | None = None,
    kind: str | None = None,
    timeout: float = DEFAULT_SECONDS,
) -> tuple[Study, ...]:
    """The same for every definition of a text, kernels checked; `wrt` and `kind` are asked of the last one."""
    *helpers, last = parse_definitions(text, definitions())
    requests = [*((d, None) for d in helpers), (last, wanted_by(last, wrt, kind))]
    found = []
    for definition, wanted in requests:
        with reachable(), bounded_depth(), time_limit(timeout) as say:
            done = study(definition, wanted, say)
            say(f"checking the kernels of {definition.name}")
            found.append(done.with_checked_kernels())
    return tuple(found)
