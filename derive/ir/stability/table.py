"""Stability rewrites: forms that are equal in mathematics and right in floating point, one row each.

Contract: `apply` maps a graph to an equal one wherever `condition` holds; `because` is the reason in one
sentence; at the `witness` the plain form fails in float64 and the rewritten one does not; `unsound` names a
tempting neighbour that is not in the table, and where it fails. One test loops over the rows. They act on
graphs, so every user's definition gets them. To extend: a function and a row, in the order of application.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from derive.ir.graph import Graph
from derive.ir.passes import Pass
from derive.ir.stability.conjugates import conjugates
from derive.ir.stability.error_function import complementary_errors
from derive.ir.stability.homogeneous import homogeneous
from derive.ir.stability.inverse_functions import half_arguments
from derive.ir.stability.logarithms import logarithms
from derive.ir.stability.look_ups import look_up_exponentials
from derive.ir.stability.one_exponential import one_exponential
from derive.ir.stability.powers import divide_step_by_step
from derive.ir.stability.quotients import scaled_logarithms, scaled_powers, scaled_quotients
from derive.ir.stability.raised_sums import raised_sums
from derive.ir.stability.remainders import remainders
from derive.ir.stability.several_terms import one_denominator
from derive.ir.stability.share_differences import logarithms_of_shares, targets
from derive.ir.stability.share_means import rebased_means
from derive.ir.stability.shares import complements
from derive.ir.stability.shift import shift_logarithms, shift_ratios
from derive.ir.stability.squares import factored_differences, scaled_roots, two_passes

Entries = float | tuple[float, ...]


@dataclass(frozen=True)
class Witness:
    """A definition and a point at which its plain form overflows, cancels or loses digits."""

    text: str
    point: Mapping[str, Entries]
    fails: str


@dataclass(frozen=True)
class Rewrite:
    name: str
    condition: str
    because: str
    apply: Callable[[Graph], Graph]
    witnesses: tuple[Witness, ...] = field(default=())
    unsound: str = ""


REWRITES: tuple[Rewrite, ...] = (
    Rewrite(
        name="exponentials looked up",
        condition="exp(u_i) at one place of i, where exp(u_i) is computed for every i",
        because="what is looked up in exp(u) is exp of what is looked up in u",
        apply=look_up_exponentials,
        witnesses=(
            Witness("f(a[n]) -> y\n y = exp(a[0])/sum(k, exp(a[k]))", {"a": (1e3, 999.0)}, "inf/inf"),
            Witness("f(a[n]) -> y\n y = -log(exp(a[0])/sum(k, exp(a[k])))", {"a": (0.0, 1e3)}, "log(0/inf)"),
            Witness("f(a[n]) -> y\n y[i] = exp(2*a[i+1])/sum(k, exp(2*a[k]))", {"a": (1e3, 999.0, 990.0)}, "inf/inf"),
        ),
    ),
    Rewrite(
        name="logarithm of a share",
        condition="log p_i or a_i - log sum_k exp(a_k), with p_i = exp(a_i) / sum_k exp(a_k)",
        because="log p_i = (a_i - a*) - log(1 + sum of the other e_k / e*), with a* the largest: both parts are <= 0",
        apply=logarithms_of_shares,
        witnesses=(
            Witness(
                "f(a[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[i] = log(p[i])", {"a": (40.0, 0.0)}, "log(1)"
            ),
            Witness("f(a[n]) -> y\n y[i] = a[i] - log(sum(k, exp(a[k])))", {"a": (40.0, 0.0)}, "40 - 40"),
            Witness("f(a[n]) -> y\n y = log(sum(k, exp(a[k]))) - a[0]", {"a": (40.0, 0.0)}, "40 - 40"),
            Witness("f(a[n], c) -> y\n y = log(sum(k, exp(c*a[k]))) - c*a[0]", {"a": (20.0, 0.0), "c": 2.0}, "40 - 40"),
            Witness("f(a[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y = -log(p[0])", {"a": (40.0, 0.0)}, "log(1)"),
        ),
    ),
    Rewrite(
        name="shifted exponentials",
        condition="the node does not change when all exp(z_k) are multiplied by one positive number",
        because="exp(z_k - c) = exp(-c) exp(z_k); with c = max z every exponential is at most 1 and one is 1",
        apply=shift_ratios,
        witnesses=(
            Witness("f(a[n]) -> p\n p[i] = exp(a[i])/sum(k, exp(a[k]))", {"a": (1e3, 999.0, 990.0)}, "inf/inf"),
            Witness("f(a[n]) -> p\n p[i] = 2**a[i]/sum(k, 2**a[k])", {"a": (2e3, 1999.0)}, "inf/inf"),
            Witness(
                "f(a[n], v[n]) -> y\n y = sum(k, exp(a[k])*v[k])/sum(k, exp(a[k]))",
                {"a": (-800.0, -801.0), "v": (1.0, 3.0)},
                "0/0",
            ),
        ),
        unsound="1 + sum exp(z_k) has no degree: the 1 would have to be shifted too",
    ),
    Rewrite(
        name="logarithm of shifted exponentials",
        condition="the argument of the logarithm is multiplied by c**d when all exp(z_k) are multiplied by c",
        because="log(f(exp(z - c)) exp(d c)) = d c + log f(exp(z - c))",
        apply=shift_logarithms,
        witnesses=(
            Witness("f(a[n]) -> y\n y = log(sum(k, exp(a[k])))", {"a": (1e3, 999.0)}, "log(inf)"),
            Witness(
                "f(a[n]) -> y\n s = log(sum(k, exp(a[k])))\n y = exp(a[0])/(sum(k, exp(a[k]))*(1 + s**2))",
                {"a": (1e3, 999.0)},
                "inf/inf",
            ),
        ),
    ),
    Rewrite(
        name="complement of a share",
        condition="1 - p_i or delta_ij - p_j with p_i = e_i / sum_k e_k and e an exponential",
        because="1 - p_i = (sum_k e_k - e_i) / sum_k e_k; for the largest e_i the difference is summed without it",
        apply=complements,
        witnesses=(
            Witness(
                "f(a[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[i] = 1 - p[i]", {"a": (40.0, 0.0, 1.0)}, "1 - 1"
            ),
            Witness(
                "f(a[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y = 1 - sum(k, p[k]**2)",
                {"a": (40.0, 0.0, 1.0)},
                "1 - 1",
            ),
        ),
        unsound="sum e - e_i for every i: the difference cancels where e_i is nearly the whole sum",
    ),
    Rewrite(
        name="share minus target",
        condition="w p_i - t_i with p_i = e_i / sum_k e_k, e an exponential, t not made of e and w the same for all i",
        because="w p - t = p (w - t) - t (1 - p), exact for a target of w where p is largest; else p <= 1/2",
        apply=targets,
        witnesses=(
            Witness(
                "f(a[n], t[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[i] = p[i] - t[i]",
                {"a": (40.0, 0.0, 1.0), "t": (1.0, 0.0, 0.0)},
                "1 - 1",
            ),
            Witness(
                "f(a[n], g[n]) -> y\n y[j] = g[j] - exp(a[j])*sum(i, g[i])/sum(k, exp(a[k]))",
                {"a": (40.0, 0.0, 1.0), "g": (1.0, 0.0, 0.0)},
                "1 - 1",
            ),
            Witness(
                "f(a[n], g[n]) -> y\n y[j] = g[j] - exp(a[j])/sum(k, exp(a[k]))*sum(i, g[i])",
                {"a": (40.0, 0.0, 1.0), "g": (1.0, 0.0, 0.0)},
                "1 - 1",
            ),
        ),
    ),
    Rewrite(
        name="difference from a mean, counted from the largest share",
        condition="g_j - sum_i g_i p_i with p_i = e_i / sum_k e_k and e an exponential",
        because="sum_i p_i = 1: a constant may be subtracted from all g_i, here that where p_i is largest",
        apply=rebased_means,
        witnesses=(
            Witness(
                "f(a[n], g[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[j] = p[j]*(g[j] - sum(i, g[i]*p[i]))",
                {"a": (40.0, 0.0, 1.0), "g": (3.0, 1.0, 2.0)},
                "3 - 3",
            ),
            Witness(
                "f(a[n], g[n]) -> y\n p[i] = exp(a[i])/sum(k, exp(a[k]))\n y[j] = p[j]*(sum(i, g[i]*p[i]) - g[j])",
                {"a": (40.0, 0.0, 1.0), "g": (3.0, 1.0, 2.0)},
                "3 - 3",
            ),
        ),
    ),
    Rewrite(
        name="root less what is under it",
        condition="sqrt(r**2 + d) - r for a number r > 0, sqrt(x**2 + d) - |x|, + x or - x, x/sqrt(x**2 + d) + 1 or"
        " - 1, multiples of these; sqrt(a) - sqrt(b), where a and b have terms in common",
        because="(s - x) (s + x) = d with s the root: the quotient has no difference, and stands where s - x has one",
        apply=conjugates,
        witnesses=(
            Witness("f(x) -> y\n y = sqrt(1 + x**2) - 1", {"x": 1e-9}, "1 - 1"),
            Witness("f(x) -> y\n y = sqrt(x**2 + 4) - abs(x)", {"x": 1e9}, "1e9 - 1e9"),
            Witness("f(x) -> y\n y = (x + sqrt(x**2 + 4))/2", {"x": -1e9}, "1e9 - 1e9"),
            Witness("f(b, c) -> y\n y = (-b + sqrt(b**2 + 4*c))/2", {"b": 1e6, "c": 3.0}, "1e6 - 1e6"),
            Witness("f(p, m) -> y\n y = sqrt(p**2 + m**2) - m", {"p": 1.0, "m": 1e9}, "1e9 - 1e9"),
            Witness("f(x, c) -> y\n y = (1 + x/sqrt(x**2 + c))/2", {"x": -1e6, "c": 3.0}, "1 - 1"),
            Witness("f(x) -> y\n y = sqrt(x + 1) - sqrt(x)", {"x": 1e12}, "1e6 - 1e6"),
            Witness("f(x) -> y\n y = 1 - sqrt(1 - x)", {"x": 1e-9}, "1 - 1"),
        ),
        unsound="b**2 / (s + r) squares what is large, and b (b / (s + r)) is infinity over infinity at infinity",
    ),
    Rewrite(
        name="logarithm of a function of one exponential",
        condition="log R(exp(z)), its linear part and logarithms of one sign; log(1 + v); sums of such, linear in z",
        because="log(1 + exp(z)) = max(z, 0) + log(1 + exp(-|z|)), and log1p(e) keeps the digits of a small e",
        apply=logarithms,
        witnesses=(
            Witness("f(x) -> y\n y = log(1 + exp(x))", {"x": 800.0}, "log(inf)"),
            Witness("f(x) -> y\n y = log(1/(1 + exp(-x)))", {"x": 40.0}, "log(1)"),
            Witness("f(x) -> y\n y = log(1 - 1/(1 + exp(-x)))", {"x": 40.0}, "log(0)"),
            Witness("f(x) -> y\n y = log(1 + x**2)", {"x": 1e-9}, "log(1)"),
            Witness("f(x) -> y\n y = log(cosh(x))", {"x": 800.0}, "log(inf)"),
            Witness("f(x) -> y\n y = log((exp(x) + exp(-x))/2)", {"x": 1e-9}, "log(1)"),
            Witness("f(x) -> y\n y = log(1/cosh(x))", {"x": 1e-9}, "log(1)"),
            Witness("f(x) -> y\n y = log((1 + exp(3*x))/2)", {"x": 300.0}, "log(inf)"),
            Witness("f(x) -> y\n y = log(1 - exp(x))", {"x": -1e-12}, "1 - 1"),
            Witness("f(x) -> y\n y = log(1 - exp(-x))", {"x": 40.0}, "log(1)"),
            Witness("f(x) -> y\n y = log(sigmoid(x)) - log(1 - sigmoid(x))", {"x": 1e-9}, "cancels"),
            Witness("f(x) -> y\n y = x - log(1 + exp(x))", {"x": 40.0}, "40 - 40"),
            Witness("f(x, t) -> y\n y = t*log(sigmoid(x))", {"x": -1e308, "t": 0.0}, "0 log(0)"),
        ),
        unsound="log(1 + a + b) = log1p(a + b) is worse where a + b is rounded near -1",
    ),
    Rewrite(
        name="logarithm of a sum with exponentials",
        condition="log S, log(c exp(z)) or log(exp(z) S/T), S a sum of exponentials and other terms",
        because="log(exp(m) S') = m + log S'",
        apply=scaled_logarithms,
        witnesses=(
            Witness("f(x, c) -> y\n y = -log(exp(-x**2/(2*c**2))/c)", {"x": 40.0, "c": 0.5}, "log(0)"),
            Witness("f(x, c) -> y\n y = log(1 + c*exp(x))", {"x": 800.0, "c": 3.0}, "log(inf)"),
            Witness("f(x) -> y\n y = log(exp(x)/(1 + 2*exp(x)))", {"x": -800.0}, "log(0)"),
            Witness("f(x, c) -> y\n y = log(c + exp(x))", {"x": 800.0, "c": 3.0}, "log(inf)"),
            Witness("f(x, c) -> y\n y = log(exp(x)/(exp(x) + exp(c)))", {"x": -800.0, "c": 3.0}, "log(0)"),
            Witness("f(x, c) -> y\n y = 2*x - log(exp(2*x) + exp(c))", {"x": 40.0, "c": 3.0}, "80 - 80"),
            Witness(
                "f(p, s[n]) -> y\n y = log(exp(p) + sum(k, exp(s[k]))) - p", {"p": 50.0, "s": (8.0, 9.0)}, "50 - 50"
            ),
        ),
    ),
    Rewrite(
        name="one denominator for a difference or a product",
        condition="R(exp(z)) - t, t not made of z; sums of q_k(v) R_k(exp(p(v))), p monotone; R bounded, of one sign",
        because="(1 - t) - t e is exact where t is a limit of R; z e is rounded once if e is exp(-80) exp(80 - |z|)",
        apply=one_denominator,
        witnesses=(
            Witness("f(x, t) -> y\n y = 1/(1 + exp(-x)) - t", {"x": 40.0, "t": 1.0}, "1 - 1"),
            Witness("f(x) -> y\n y = x/(1 + exp(-x))", {"x": -713.0}, "overflows to 0"),
            Witness(
                "f(x) -> y\n y = (1 + 3*x**2)*exp(-x - x**3)/(1 + exp(-x - x**3))**2", {"x": -8.0}, "inf in exp(520)**2"
            ),
            Witness(
                "f(x) -> y\n y = 2*x/(1 + exp(-x)) + x**2*exp(-x)/(1 + exp(-x))**2", {"x": 1e155}, "x**2 is infinite"
            ),
            Witness(
                "f(x) -> y\n s = x**2/(1 + exp(-x))\n y = 2*x/(1 + exp(-x)) + exp(-x)*s**2", {"x": -720.0}, "inf * 0"
            ),
            Witness("f(x) -> y\n y = x*(x/(1 + exp(-x)) - x)", {"x": 40.0}, "40 - 40"),
        ),
        unsound="for tanh(x) - t: (1 - t) - (1 + t) e cancels at x = t = 0, where tanh keeps all digits",
    ),
    Rewrite(
        name="one exponential on both sides of 0",
        condition="a rational function of exp(z) with rational coefficients, bounded or with a factor exp(z) - 1",
        because="exp(z) is e for z <= 0 and 1/e for z > 0, e = exp(-|z|) <= 1; a factor 1 - e is -expm1(-|z|)",
        apply=one_exponential,
        witnesses=(
            Witness("f(x) -> y\n y = exp(x)/(1 + exp(x))", {"x": 800.0}, "inf/inf"),
            Witness("f(x) -> y\n y = 1/(1 + exp(-x))*(1 - 1/(1 + exp(-x)))", {"x": 40.0}, "1 - 1"),
            Witness("f(x) -> y\n y = (exp(x) - exp(-x))/(exp(x) + exp(-x))", {"x": 1e-9}, "cancels at 0"),
            Witness("f(x) -> y\n y = (exp(x) - exp(-x))**3/(exp(x) + exp(-x))**3", {"x": 1e-10}, "cancels at 0"),
            Witness("f(x) -> y\n y = exp(3*x)/(1 + exp(3*x) + exp(-x))", {"x": 300.0}, "inf/inf"),
            Witness("f(x) -> y\n y = exp(x) - 1", {"x": 1e-9}, "1 - 1"),
            Witness("f(x) -> y\n y = 1 - tanh(x)**2", {"x": 20.0}, "1 - 1"),
            Witness("f(x, w) -> y\n y = w*exp(x)/(1 + exp(x))", {"x": 800.0, "w": 3.0}, "inf/inf"),
        ),
        unsound="for exp(z) itself or cosh z, which grow, exp(-|z|) would be 0 where the truth is infinite",
    ),
    Rewrite(
        name="what a part leaves of 1",
        condition="1 - N/S, N/S - 1, 1 + N/S, where terms of the sum S cancel against those of N",
        because="1 - a/(a + b) = b/(a + b), which does not cancel where a is nearly the whole sum",
        apply=remainders,
        witnesses=(
            Witness("f(x, c) -> y\n y = 1 - exp(x)/(c + exp(x))", {"x": 40.0, "c": 3.0}, "1 - 1"),
            Witness("f(x, k) -> y\n y = 1 - x/(x + k)", {"x": 1e17, "k": 3.0}, "1 - 1"),
            Witness("f(x, k) -> y\n y = x/(x + k) - 1", {"x": 1e17, "k": 3.0}, "1 - 1"),
            Witness("f(x, c) -> y\n y = 1 - c*((1 - exp(-c*x))/c)", {"x": 40.0, "c": 1.0}, "1 - 1"),
            Witness("f(x) -> y\n y = 1 - (1/sqrt(1 + x**2))**2", {"x": 1e-10}, "1 - 1"),
            Witness("f(x, k) -> y\n y = 1 + (x - k)/(x + k)", {"x": 3.0, "k": 1e17}, "1 - 1"),
        ),
    ),
    Rewrite(
        name="power of a sum with exponentials",
        condition="sqrt(S) and S**c, S a sum of exponentials and other terms, c not whole",
        because="(exp(m) S')**c = exp(c m) S'**c",
        apply=scaled_powers,
        witnesses=(
            Witness("f(x) -> y\n y = sqrt(1 + exp(x))", {"x": 800.0}, "sqrt(inf)"),
            Witness("f(x, c) -> y\n y = (1 + exp(-x))**-c", {"x": -800.0, "c": 0.25}, "1/inf"),
        ),
    ),
    Rewrite(
        name="quotient of sums with exponentials",
        condition="exponentials above the line, below it a sum of exponentials and other terms, or two above",
        because="S = exp(m) S' with m the largest exponent in S: above and below, what is left is of ordinary size",
        apply=scaled_quotients,
        witnesses=(
            Witness("f(x, c) -> y\n y = exp(x)/(c + exp(x))", {"x": 800.0, "c": 3.0}, "inf/inf"),
            Witness("f(x, c) -> y\n y = exp(x)/(exp(x) + exp(c))", {"x": -800.0, "c": -801.0}, "0/0"),
            Witness(
                "f(p, s[n]) -> y\n y = exp(p)/(exp(p) + sum(k, exp(s[k])))", {"p": 1e3, "s": (998.0, 999.0)}, "inf/inf"
            ),
            Witness("f(x) -> y\n y = exp(-2*x)*expm1(3*x/2)", {"x": 800.0}, "0 inf"),
            Witness("f(x, c) -> y\n y = sinh(x)/(c + cosh(x))**2", {"x": -400.0, "c": 3.0}, "divided by inf"),
        ),
        unsound="exp(x - m)/(c + exp(x - m)): the terms without an exponential are scaled too",
    ),
    Rewrite(
        name="complementary error function",
        condition="c + c erf(u) or c - c erf(u) with a rational number c",
        because="1 - erf(u) = erfc(u) and 1 + erf(u) = erfc(-u), which is small where the sum cancels",
        apply=complementary_errors,
        witnesses=(
            Witness("f(x) -> y\n y = 1 + erf(x)", {"x": -6.0}, "1 - 1"),
            Witness("f(x) -> y\n y = x/2*(1 + erf(x/sqrt(2)))", {"x": -9.0}, "1 - 1"),
            Witness("f(x) -> y\n y = 1/2 - erf(x)/2", {"x": 6.0}, "1 - 1"),
            Witness("f(x) -> y\n y = x - x/2*(1 - erf(x))", {"x": -6.0}, "6 - 6"),
        ),
        unsound="erfc(u) for 2 - erfc(-u) in general: where u < 0, erfc(u) is near 2 and nothing is gained",
    ),
    Rewrite(
        name="inverse function beside the end of its domain",
        condition="arccosh(1 + v) or arccos(1 - v), v any sum without numbers",
        because="cosh(2 w) = 1 + 2 sinh(w)**2 and cos(2 w) = 1 - 2 sin(w)**2: 1 + v is never rounded",
        apply=half_arguments,
        witnesses=(
            Witness("f(x) -> y\n y = arccosh(1 + x**2)", {"x": 1e-9}, "arccosh(1)"),
            Witness("f(x) -> y\n y = arccos(1 - x)", {"x": 1e-18}, "arccos(1)"),
            Witness("f(x, y) -> z\n z = arccos(1 - x - y**2)", {"x": 1e-18, "y": 1e-9}, "arccos(1)"),
        ),
        unsound="2 arcsinh(sqrt((x - 1)/2)) for arccosh(x): it is x that was rounded, and nothing is gained",
    ),
    Rewrite(
        name="variance",
        condition="(1/n) sum_k x_k**2 - ((1/n) sum_k x_k)**2",
        because="mean (x - m)**2 = mean x**2 - m**2 for m = mean x: the differences are formed before they are squared",
        apply=two_passes,
        witnesses=(
            Witness("f(x[n]) -> v\n v = mean(k, x[k]**2) - mean(k, x[k])**2", {"x": (1e9 + 1, 1e9, 1e9 + 4)}, "1e18"),
        ),
        unsound="sum_k x_k**2 - n m**2 with another m than the mean of these x",
    ),
    Rewrite(
        name="difference of squares",
        condition="x**2 - y**2, a number that is a square among them",
        because="x**2 - y**2 = (x - y) (x + y): the squares' rounding errors do not survive the difference",
        apply=factored_differences,
        witnesses=(Witness("f(x, y) -> z\n z = x**2 - y**2", {"x": 1e10 + 1, "y": 1e10}, "1e20 is rounded"),),
        unsound="x**2 - y**2 + z: what z cancels is no longer the same",
    ),
    Rewrite(
        name="sum of one power of several values",
        condition="raise(b, e) over a sum of c_i raise(b_i, e), the exponents alike up to a whole number",
        because="b**e / (b_i/s)**e = (b/s)**e: with s the largest base no power overflows, and one of them is 1",
        apply=raised_sums,
        witnesses=(
            Witness("f(x, k, n) -> y\n y = x**n/(k**n + x**n)", {"x": 30.0, "k": 2.0, "n": 300.0}, "inf/inf"),
            Witness("f(x, n) -> y\n y = x**n/(1 + x**n)", {"x": 30.0, "n": 300.0}, "inf/inf"),
            Witness("f(x, k, n) -> y\n y = n*x**(n - 1)/(k**n + x**n)", {"x": 1e-5, "k": 2e-5, "n": 90.0}, "0/0"),
        ),
        unsound="s the smaller base: the powers of the larger overflow",
    ),
    Rewrite(
        name="sum of powers beyond the ordinary range",
        condition="N/S, log S and S**c, |c| < 1, S a sum whose highest powers are of one value, or all even and of"
        " one degree",
        because="N/S = (N'/S') s**d, the degree d of N less that of S, where all values are measured in s > 0; s is 1"
        " on the ordinary range, where nothing needs it",
        apply=homogeneous,
        witnesses=(
            Witness("f(x) -> y\n y = 2*x/(1 + x**2)", {"x": 1e200}, "divided by inf"),
            Witness("f(x) -> y\n y = -2*x/(1 + x**2)**2", {"x": 1e90}, "divided by inf"),
            Witness("f(x, y) -> z\n z = x/(x**2 + y**2)", {"x": 1e-200, "y": 1e-200}, "divided by 0"),
            Witness("f(x[n]) -> y\n y[i] = x[i]/sum(k, x[k]**2)", {"x": (3e200, 4e200)}, "divided by inf"),
            Witness("f(x[n]) -> y\n y[i] = x[i]*x[0]/sum(k, x[k]**2)", {"x": (3e200, 4e200)}, "inf/inf"),
            Witness("f(x) -> y\n y = x**3/(1 + x**2)", {"x": 1e160}, "inf/inf"),
            Witness("f(x, y) -> z\n z = x**3/(x**2 + y)", {"x": 1e160, "y": 2.0}, "inf/inf"),
            Witness("f(x) -> y\n y = x**2/sqrt(1 + x**2)", {"x": -1e200}, "inf/1e200"),
            Witness("f(x) -> y\n y = log(1 + x**2)", {"x": 1e200}, "log(inf)"),
            Witness("f(x[n]) -> y\n y = log(sum(k, x[k]**2))", {"x": (3e-200, 4e-200)}, "log(0)"),
            Witness("f(x) -> y\n y = log(3*x**2)", {"x": 1e-200}, "log(0)"),
            Witness("f(x) -> y\n y = sqrt(1 + x**4)", {"x": 1e100}, "sqrt(inf)"),
        ),
        unsound="(x'y' + t**2) s**2 for 1 + x y, s the larger of |x| and |y|: at 1e200 and 1e-200, both terms vanish",
    ),
    Rewrite(
        name="root of a sum of squares",
        condition="sqrt(sum x_k**2) over terms or an axis",
        because="s sqrt(sum (x_k / s)**2) for any s > 0; s is 1 from 1e-15 to 1e15, where nothing needs it",
        apply=scaled_roots,
        witnesses=(
            Witness("f(x, y) -> r\n r = sqrt(x**2 + y**2)", {"x": 1e200, "y": 1e200}, "x**2 is infinite"),
            Witness("f(x, y) -> r\n r = sqrt(x**2 + y**2)", {"x": 1e-200, "y": 0.0}, "x**2 is 0"),
            Witness("f(x[n]) -> y\n y[i] = x[i]/sqrt(sum(k, x[k]**2))", {"x": (3e200, 4e200)}, "x**2 is infinite"),
        ),
        unsound="s = max |x_k| always: x / s is rounded where x**2 was no danger, and 0/0 for x = 0",
    ),
    Rewrite(
        name="division step by step",
        condition="a quotient by a power of 2, 3 or 4",
        because="a / x**k = ((a / x) / x) ...; each step stays between a and the result",
        apply=divide_step_by_step,
        witnesses=(Witness("f(a, x) -> y\n y = a/x**2", {"a": 1e200, "x": 1e160}, "x**2 is infinite"),),
        unsound="a * x**-k underflows where a is large",
    ),
)

STABILITY: tuple[Pass, ...] = tuple(Pass(row.name, row.apply) for row in REWRITES)
