"""The pictures of the catalogue: what each definition has to show, with its own generated kernels.

Contract: `pictures_of(name)` gives SVG files by name; DeriveError where a definition has nothing to draw. To extend:
a function that draws and a row of PICTURES, or a scene for a function of two numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from derive.descent.run import Descent
from derive.language.definition import Definition
from derive.language.errors import DeriveError
from derive.pictures.curves import errors, with_derivative
from derive.pictures.matrices import heat_map
from derive.pictures.style import signed
from derive.pictures.surfaces import Path, contours, surface
from derive.pipeline.functions import function_of_numbers
from derive.pipeline.library import definitions, entry, names
from derive.pipeline.scenes import EXAMPLE, SCENES, is_square, landscape_of, run_on
from derive.pipeline.study import study_of
from derive.verify.scalar import errors_in_ulps, grid

# --- functions of one number -------------------------------------------------------------------------------


def is_curve(definition: Definition) -> bool:
    return definition.is_scalar_function and len(definition.inputs) == 1


def curve(name: str) -> bytes:
    compiled = function_of_numbers(name)
    return with_derivative(name, compiled.kernel(), compiled.kernel("_grad"))


def has_two_forms(definition: Definition) -> bool:
    """A derivative in the function's own output stands beside the stable one."""
    return (
        is_curve(definition) and f"{definition.name}_vjp_from_output" in study_of(entry(definition.name)).kernel_names
    )


def error(name: str) -> bytes:
    """Textbook form and kernel form, in ULP."""
    found = study_of(entry(name))
    module = found.compile()
    x = grid(-60, 60, 241)
    textbook = getattr(module, f"{name}_vjp_from_output")(getattr(module, name)(x), 1.0)
    kernel = getattr(module, f"{name}_grad")(x)
    (derivation,) = found.derivations
    rows = [
        (label, errors_in_ulps(derivation, x, values))
        for label, values in (("from its own output, as in the textbook", textbook), ("generated kernel", kernel))
    ]
    return errors(name, x, rows)


# --- functions of a vector ---------------------------------------------------------------------------------


def jacobian(name: str) -> bytes:
    definition = entry(name).definition
    matrix = getattr(study_of(entry(name)).compile(), f"{name}_jacobian")(list(EXAMPLE))
    numbers = ", ".join(map(signed, EXAMPLE))
    (variable,) = definition.inputs
    return heat_map(f"Jacobian of {name} at ({numbers})", definition.output, variable.name, matrix)


# --- functions of two numbers ------------------------------------------------------------------------------


def has_scene(definition: Definition) -> bool:
    return definition.name in SCENES


def scenery(name: str) -> bytes:
    return surface(landscape_of(function_of_numbers(name)))


def from_starts(name: str) -> bytes:
    """Adam from several starts."""
    compiled, scene = function_of_numbers(name), SCENES[name]
    runs = [run_on(compiled, start, "adam", 0.02, scene.steps) for start in scene.starts]
    paths = [Path(f"from ({signed(x)}, {signed(y)})", run.path) for (x, y), run in zip(scene.starts, runs, strict=True)]
    return contours(landscape_of(compiled), f"{name}: Adam, learning rate 0.02", paths)


def at_rates(name: str) -> bytes:
    """Gradient descent from one start at several learning rates."""
    compiled, scene = function_of_numbers(name), SCENES[name]
    start = scene.starts[0]
    runs = [run_on(compiled, start, "gradient-descent", rate, scene.steps) for rate in scene.rates]
    paths = [Path(f"rate {rate:g}{ending(run)}", run.path) for rate, run in zip(scene.rates, runs, strict=True)]
    x, y = start
    return contours(landscape_of(compiled), f"{name}: gradient descent from ({signed(x)}, {signed(y)})", paths)


def ending(run: Descent) -> str:
    return f" (diverges, step {run.diverged_at})" if run.outcome == "diverged" else ""


# --- the table ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Picture:
    """A row: the file's suffix, which definitions have it, how it is drawn."""

    suffix: str
    fits: Callable[[Definition], bool]
    draw: Callable[[str], bytes]


PICTURES: tuple[Picture, ...] = (
    Picture("", is_curve, curve),
    Picture("-error", has_two_forms, error),
    Picture("-jacobian", is_square, jacobian),
    Picture("-surface", has_scene, scenery),
    Picture("-starts", has_scene, from_starts),
    Picture("-rates", has_scene, at_rates),
)


def pictures_of(name: str) -> dict[str, bytes]:
    """SVG files of one definition, by name."""
    definition = entry(name).definition
    found = {f"{name}{p.suffix}.svg": p.draw(name) for p in PICTURES if p.fits(definition)}
    if not found:
        raise DeriveError(f"{name} has no picture", hint=f"drawn are: {', '.join(drawable())}")
    return found


def drawable() -> tuple[str, ...]:
    """Names of the definitions that have a picture."""
    by_name = {d.name: d for d in definitions()}
    return tuple(n for n in names() if any(p.fits(by_name[n]) for p in PICTURES))
