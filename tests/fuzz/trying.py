"""One text through the whole path, and what came of it.

Contract: `try_made` and `try_text` return an Outcome; what is not `right` or `refused` is a fault of the package. Only
DeriveError counts as a refusal: every other exception is a fault, CheckError included, and so is a text that takes
longer than HANG seconds.
"""

from __future__ import annotations

import random
import time
import traceback
from dataclasses import dataclass

from derive.language.errors import DeriveError
from derive.language.resolve import parse
from derive.pipeline.define import define_all
from derive.pipeline.library import definitions
from derive.pipeline.limits import time_limit
from derive.pipeline.study import Study
from tests.fuzz.grammar import Made
from tests.fuzz.oracle import WrongError, judge

TIMEOUT = 60.0
HANG = 90.0
FORMATS = ("text", "latex", "markdown", "html", "json")


@dataclass(frozen=True)
class Outcome:
    """right, refused, wrong or raised; `told` is the refusal's message or the fault."""

    kind: str
    told: str = ""
    seconds: float = 0.0
    compared: int = 0

    @property
    def is_fault(self) -> bool:
        return self.kind not in ("right", "refused")


@dataclass(frozen=True)
class Request:
    """What is asked of a definition."""

    wrt: tuple[str, ...] | None = None
    kind: str | None = None


def random_request(made: Made, chance: random.Random) -> Request:
    """By default what the package chooses; now and then some inputs and a second derivative."""
    inputs = [q.name for q in made.inputs if q.labels is None]
    wrt = tuple(n for n in inputs if chance.randrange(2)) if chance.randrange(3) == 0 else ()
    if made.quantities[made.outputs[0]].sizes or len(made.outputs) > 1 or chance.randrange(4):
        return Request(wrt or None)
    some = wrt or (inputs[chance.randrange(len(inputs))],)
    return Request(some, ("hessian", "hvp")[chance.randrange(2)])


def attempt(text: str, request: Request = Request(), timeout: float = TIMEOUT) -> Study:
    """What a user gets: the last definition derived, checked, printed in one of the formats."""
    study = define_all(text, wrt=request.wrt, kind=request.kind, timeout=timeout)[-1]
    study.show(FORMATS[len(text) % len(FORMATS)], ("en", "zh")[len(text) // 2 % 2])
    return study


def try_made(made: Made, request: Request) -> Outcome:
    started = time.perf_counter()
    try:
        study = attempt(made.text, request)
        compared = judge(made, [d.wanted for d in study.derivations], study.compile())
        found = Outcome("right", "", time.perf_counter() - started, compared)
    except DeriveError as error:
        found = Outcome("refused", str(error), time.perf_counter() - started)
    except WrongError as error:
        found = Outcome("wrong", str(error))
    except Exception:
        found = Outcome("raised", traceback.format_exc())
    return found if found.seconds < HANG else Outcome("hang", f"{found.seconds:.1f} s; {found.told}")


def try_text(text: str, whole: bool = False) -> Outcome:
    """A text that need not be a definition: read, and if `whole`, derived where it is one."""
    started = time.perf_counter()
    try:
        with time_limit(HANG):
            parse(text, definitions())
        if whole:
            define_all(text, timeout=10.0)
        found = Outcome("right", "", time.perf_counter() - started)
    except DeriveError as error:
        found = Outcome("refused", str(error), time.perf_counter() - started)
    except Exception:
        found = Outcome("raised", traceback.format_exc())
    return found if found.seconds < HANG else Outcome("hang", f"{found.seconds:.1f} s")
