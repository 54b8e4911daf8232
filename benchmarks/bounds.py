"""What the ratios are meant to be, and why some are not: two tables.

Contract: `verdicts(m)` gives the bound that applies to each ratio of a measurement. To state a bound: a row of BOUNDS,
before any that is more general; to explain a miss: a row of REASONS, with what a profile showed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from benchmarks.forms.table import FORMS
from benchmarks.kernels import kernels
from benchmarks.measure import Measurement

Applies = Callable[[Measurement], bool]


@dataclass(frozen=True)
class Bound:
    """Our time over the peer's is at most `limit`; of the peer "ours" it is seconds."""

    peer: str
    limit: float
    where: str
    applies: Applies


def base(m: Measurement) -> str:
    return definition_of[m.kernel]


definition_of = {k.name: k.definition.name for k in kernels()}


def is_arithmetic(m: Measurement) -> bool:
    forms = FORMS.get(base(m))
    return forms is not None and forms.arithmetic


def at(elements: int, *shapes: str, named: tuple[str, ...] = (), threads: int = 0) -> Applies:
    """Measurements of so many elements, of these shapes of definitions and, where given, of these definitions."""

    def applies(m: Measurement) -> bool:
        fits = m.elements == elements and (not shapes or m.shape in shapes) and threads in (0, m.threads)
        return fits and (not named or base(m) in named)

    return applies


def rows(m: Measurement) -> bool:
    return m.shape == "vectors" and m.elements > 10


def unary_vjp(m: Measurement) -> bool:
    return m.kernel.endswith("_vjp") and m.shape == "numbers" and m.elements == 10


def arithmetic(applies: Applies) -> Applies:
    return lambda m: is_arithmetic(m) and applies(m)


MILLION, TEN_MILLION = 10**6, 10**7
NEAR_NUMBERS = ("sigmoid", "tanh", "bce_with_logits", "softmax", "softmax_cross_entropy", "label_cross_entropy")

BOUNDS = (
    Bound("ours", 6e-6, "VJP of a function of one number, n = 10", unary_vjp),
    Bound("textbook", 0.9, "1e7, arithmetic alone, 1 thread", arithmetic(at(TEN_MILLION, threads=1))),
    Bound("textbook", 0.6, "1e7, arithmetic alone, 2 threads", arithmetic(at(TEN_MILLION, threads=2))),
    Bound("textbook", 0.5, "1e7, 1 thread", at(TEN_MILLION, threads=1)),
    Bound("textbook", 0.35, "1e7, 2 threads", at(TEN_MILLION, threads=2)),
    Bound("textbook", 1.1, "any other size", lambda m: True),
    Bound("torch", 0.25, "n = 10", at(10)),
    Bound("torch", 1.5, "1e7, GELU", at(TEN_MILLION, named=("gelu",))),
    Bound("torch", 1.5, "attention, float64", lambda m: base(m) == "attention" and m.dtype == "float64"),
    Bound("torch", 0.5, "1e7, functions of numbers", at(TEN_MILLION, "numbers")),
    Bound("torch", 1.0, "1e6, functions of numbers", at(MILLION, "numbers")),
    Bound("torch", 1.0, "rows", rows),
    Bound("jax", 0.6, "n = 10", at(10)),
    Bound("jax", 2.5, "1e7, GELU", at(TEN_MILLION, named=("gelu",))),
    Bound("jax", 1.0, "1e7", at(TEN_MILLION)),
    Bound("direct", 1.0, "n = 10, functions of numbers", at(10, "numbers")),
    Bound("direct", 1.3, "1e7, of the sigmoid, tanh and cross entropies", at(TEN_MILLION, named=NEAR_NUMBERS)),
)


@dataclass(frozen=True)
class Reason:
    """Why a bound is missed, as a profile showed: of kernels and peers by pattern, from and to so many elements."""

    kernels: str
    peers: str
    text: str
    least: int = 0
    most: int = 10**12
    shape: str = "*"
    dtype: str = "*"

    def fits(self, m: Measurement, peer: str) -> bool:
        patterns = ((m.kernel, self.kernels), (peer, self.peers), (m.shape, self.shape), (m.dtype, self.dtype))
        return all(fnmatch(value, pattern) for value, pattern in patterns) and self.least <= m.elements <= self.most


REASONS = (
    Reason(
        "gelu*",
        "*",
        "NumPy has no error function: a polynomial takes its place, two passes over the tile a term, of which it "
        "has 23 in float64 (9 ns an element of 20) and 10 in float32 (1.7 of 6); the Gaussian takes 5 ns and 1.8.",
        least=1000,
    ),
    Reason(
        "*",
        "*",
        "Arguments that differ in shape, or are shared by the samples, are looked at one by one, 4 to 5 µs of a "
        "call, and results 1 to 3; the rest is 0.25 to 0.6 µs for each ufunc and 0.6 for a look-up of rows' "
        "entries: a softmax's VJP has 20 of them (14 µs), the gradient by logits of a label 25 (18 µs).",
        most=10,
        shape="[vm]*",
    ),
    Reason(
        "*",
        "*",
        "A call is its parts: np.errstate 0.4 µs, the checks of the arguments 0.5 to 1 µs, 0.25 µs for each ufunc "
        "of arrays, 0.5 where one operand is a number, 1 for a bound on both sides. The textbook's expression "
        "checks nothing and warns; PyTorch's operation is one call of C++.",
        most=10,
    ),
    Reason(
        "*softmax*",
        "torch",
        "PyTorch keeps a row in registers and the first cache through all of its steps; NumPy passes eight or "
        "nine times over a tile, of which the exponential is a sixth to a quarter (a tile of 229 rows of 1000 in "
        "float32: exp 108 µs of 650, three passes with rows' numbers 70 to 125 each, products of rows 70, sums "
        "45, the place of the largest 57). Sums of rows as products with ones would save a few, but their bits "
        "depend on how many rows there are.",
    ),
    Reason(
        "*cross_entropy_grad",
        "torch",
        "PyTorch keeps a row in the first cache through all of its steps; NumPy passes six times over a tile (308 "
        "µs for 229 rows of 1000 in float32: exp 102, the sum without the largest 58, its place 43, a quotient "
        "66).",
    ),
    Reason(
        "linear_model*",
        "*",
        "To add up x is all there is to do: 45 tiles of 45 to 60 µs take 5 to 14 each to hand out and put "
        "together, which one sum of all entries spares.",
        least=1000,
    ),
    Reason(
        "tanh*",
        "textbook",
        "NumPy's tanh costs less than its exponential in float32 (0.41 ns an element against 0.56). Four passes "
        "of the textbook give 0 from |x| = 9 on; the stable form has nine, one of them an exponential.",
        least=1000,
    ),
    Reason(
        "softplus*",
        "textbook",
        "Eleven passes, in float64 1.1 ns of them an exponential and 0.25 to 0.45 each other: the sigmoid is "
        "computed on its small side and taken from 0 or 1. One formula for both sides would take four and be off "
        "by 3.5 ULP in float32, where the bound is 3.",
        least=4_000_000,
    ),
    Reason(
        "silu*",
        "*",
        "Nine passes (1.1 ns an exponential, 0.35 a quotient, 0.25 to 0.3 each other in float64) and two looks at"
        " the tile of 0.13 ns; (1 + E)**2 in place of 1 + E (2 + E) would save two and be off by 4.6 ULP: the "
        "bound is 4.",
        least=1000,
    ),
    Reason(
        "*",
        "torch",
        "A tile of 57 thousand entries in float32: the sigmoid's exponential takes 23 of 67 µs and seven passes 4 "
        "to 10 each; relu's comparison to numbers, with NaN asked for, 15 of 21. PyTorch keeps an element in "
        "registers.",
        least=100_000,
        most=2_000_000,
        shape="numbers",
    ),
    Reason(
        "attention*",
        "*",
        "One thread: products of matrices take 490 of 860 µs in float32 and 1,030 of 1,550 in float64; the rest "
        "is a stable softmax. Two threads: see products of matrices.",
        least=100,
    ),
    Reason(
        "*",
        "*",
        "The products are the textbook's. Beside them the checks take 16 to 21 µs and the stable form of the "
        "difference 20 to 38 where the textbook's takes 10 to 13 (256 rows of 10): 1.1 of 690 µs of products, 1.5"
        " of 57 where there is one output. On two threads the same call of BLAS took from 2 to 40 ms from one run"
        " to the next.",
        least=100,
        shape="matrices",
    ),
    Reason(
        "*",
        "torch",
        "PyTorch keeps a row in the first cache through all of its steps. A layer norm has fourteen passes over a "
        "tile (229 rows of 1000 in float32, 960 µs): 58 to 95 µs each with rows' numbers, 32 to 46 without, sums "
        "and products of rows 45 to 120, the sums over the samples 130. Two threads wait for the interpreter's "
        "lock between passes: 1.3 times as fast as one with 512 rows.",
        least=1000,
        shape="vectors",
    ),
    Reason(
        "*",
        "textbook",
        "An array that fits the cache costs its passes and nothing else: a stable form has more of them than the "
        "textbook's, for the digits that the textbook loses (largest entry looked up, sum without it, sign "
        "apart).",
        least=1000,
        most=2_000_000,
    ),
    Reason(
        "*",
        "*",
        "Memory: at this size a pass over fresh arrays costs more than its arithmetic, and a result is one. A "
        "tile is read before it is computed with, and the memory waits meanwhile, where a pass over whole arrays "
        "does both at once: relu's VJP computes for 4 of its 17 ms (float32, with `out=`).",
        least=4_000_000,
    ),
)


@dataclass(frozen=True)
class Verdict:
    """A bound at a measurement: whether it holds and, if not, the number of the reason where one is known."""

    bound: Bound
    value: float
    reason: int | None

    @property
    def met(self) -> bool:
        return self.value <= self.bound.limit


def verdicts(m: Measurement) -> dict[str, Verdict]:
    """By peer; peers without a time or a bound are left out."""
    return dict(judged(m))


def judged(m: Measurement) -> Iterator[tuple[str, Verdict]]:
    for key in m.times:
        value = m.times["ours"].median if key == "ours" else m.ratio(key)
        bound = next((b for b in BOUNDS if b.peer == key and b.applies(m)), None)
        if bound is not None and value is not None:
            yield key, Verdict(bound, value, reason_of(m, key))


def reason_of(m: Measurement, key: str) -> int | None:
    return next((number for number, r in enumerate(REASONS, 1) if r.fits(m, key)), None)
