"""Functions of a vector built from exponentials."""

from __future__ import annotations

from derive.catalogue.row import Bound, Row
from derive.language.words import Words

SIZE = "counted against |p_i| sum_k p_k |{0}_i - {0}_k|, for logits up to ×10 and 1000 entries"
UP_TO = "for logits up to ×10 and 1000 entries"

LOGSUMEXP_SCALE = """
    logsumexp_scale(a[n]) -> s
        s = 1 + abs(log(sum(k, exp(a[k]))))
"""
LOG_SCALE = """
    log_softmax_scale(a[n], g[n]) -> s
        p[i] = exp(a[i]) / sum(k, exp(a[k]))
        s[j] = p[j]*(sum(k, abs(g[k])) - abs(g[j])) + (1 - p[j])*abs(g[j])
"""
MEAN_SCALE = """
    log_softmax_scale(a[n], v[n]) -> s
        p[i] = exp(a[i]) / sum(k, exp(a[k]))
        s[i] = sum(k, p[k]*abs(v[i] - v[k]))
"""


def softmax_scale(direction: str) -> str:
    """The size of a difference from a mean."""
    return f"""
        softmax_scale(a[n], {direction}[n]) -> s
            p[i] = exp(a[i]) / sum(k, exp(a[k]))
            s[i] = p[i] * sum(k, p[k]*abs({direction}[i] - {direction}[k]))
    """


ROWS = (
    Row(
        text="""
            softmax(a[n]) -> p
                p[i] = exp(a[i]) / sum(k, exp(a[k]))
        """,
        title=Words("Softmax", "Softmax 函数"),
        summary=Words(
            "Turns numbers into probabilities: positive, of sum 1, the larger ones enlarged.",
            "把一组数变成概率：各项为正、总和为 1，大的更大，小的更小。",
        ),
        remarks=(
            Words(
                "On the diagonal, `i = j`, the derivative is positive, off it negative; each row sums to 0.",
                "当 `i = j` 时导数为正，当 `i != j` 时导数为负；每一行之和为 0。",
            ),
        ),
        symbol=r"\operatorname{softmax}",
        hard=(
            {"a": (0.0, 0.0, 0.0)},
            {"a": (1e3, 0.0, -1e3)},
            {"a": (-1e3, -1e3, -1e3)},
            {"a": (1e3, 1e3)},
            {"a": (700.0, 0.0)},
            {"a": (40.0, 0.0, 1.0, -2.0)},
            {"a": (1e308, -1e308)},
            {"a": (5.0,)},
        ),
        bounds=(
            Bound("", 8, 8, words=UP_TO),
            Bound("vjp", 16, 16, softmax_scale("g"), SIZE.format("g")),
            Bound("jvp", 16, 16, softmax_scale("v"), SIZE.format("v")),
            Bound("jacobian", 12, 12, words=UP_TO),
        ),
        source="multinomial logistic regression",
    ),
    Row(
        text="""
            logsumexp(a[n]) -> y
                y = log(sum(k, exp(a[k])))
        """,
        title=Words("Logarithm of a sum of exponentials", "指数和的对数 logsumexp"),
        summary=Words(
            "A smooth maximum: at least the largest entry, and at most `log(n)` more.",
            "光滑的最大值：不小于最大的分量，最多比它大 `log(n)`。",
        ),
        remarks=(
            Words(
                "The gradient is the softmax: positive, of sum 1.",
                "它的梯度就是 softmax：各项为正，总和为 1。",
            ),
        ),
        symbol=r"\operatorname{logsumexp}",
        hard=(
            {"a": (0.0, 0.0, 0.0)},
            {"a": (1e3, 0.0, -1e3)},
            {"a": (-1e3, -1e3, -1e3)},
            {"a": (40.0, 0.0, 1.0, -2.0)},
            {"a": (5.0,)},
        ),
        bounds=(
            Bound("", 4, 4, LOGSUMEXP_SCALE, "counted against 1 + |y|, " + UP_TO),
            Bound("grad", 8, 8, words=UP_TO),
        ),
        source="multinomial logistic regression",
    ),
    Row(
        text="""
            log_softmax(a[n]) -> y
                y[i] = a[i] - log(sum(k, exp(a[k])))
        """,
        title=Words("Logarithm of softmax", "对数 Softmax 函数"),
        summary=Words(
            "The logarithms of the probabilities that softmax gives; what a likelihood adds up.",
            "Softmax 所给概率的对数；似然函数累加的正是它。",
        ),
        symbol=r"\operatorname{log\_softmax}",
        hard=(
            {"a": (0.0, 0.0, 0.0)},
            {"a": (1e3, 0.0, -1e3)},
            {"a": (40.0, 0.0, 1.0, -2.0)},
            {"a": (700.0, 0.0)},
            {"a": (5.0,)},
        ),
        bounds=(
            Bound("", 3, 4, words=UP_TO),
            Bound("vjp", 16, 16, LOG_SCALE, "counted against p_j sum_(k≠j) |g_k| + (1 - p_j) |g_j|, " + UP_TO),
            Bound("jacobian", 4, 5, words=UP_TO),
            Bound("jvp", 16, 16, MEAN_SCALE, "counted against sum_k p_k |v_i - v_k|, " + UP_TO),
        ),
        source="multinomial logistic regression",
    ),
)
