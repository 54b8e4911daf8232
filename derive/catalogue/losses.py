"""Losses: how far a prediction lies from its target."""

from __future__ import annotations

from derive.catalogue.row import Bound, Row, in_roundings
from derive.language.words import Words

PROBABILITY = (0.01, 0.99)
LOGITS = (0.0, 1.0, -1.0, 20.0, -20.0, 40.0, -40.0, 745.0, -745.0, 1e3, -1e3, 1e300, -1e300)

ENTRIES = "for up to 1000 entries"
ONE_HOT = "for one-hot targets, logits up to ×10 and 1000 entries"
LABELLED = "for logits up to ×10 and 1000 entries"
PROBABILITY_SCALE = """
    probability_scale(p, t) -> s
        s = abs(t/p) + abs((1 - t)/(1 - p))
"""
BCE_SCALE = """
    bce_scale(x, t) -> s
        p = sigmoid(x)
        s = p*(1 - t) + t*(1 - p)
"""

SQUARED = (
    Row(
        text="""
            mse(y[n], t[n]) -> L
                L = mean(i, (y[i] - t[i])**2)
        """,
        title=Words("Mean squared error", "均方误差 MSE"),
        summary=Words(
            "The mean of the squared distances between predictions `y` and targets `t`.",
            "预测值 `y` 与真实值 `t` 之差的平方，再求平均。",
        ),
        remarks=(
            Words(
                "The gradient grows with the distance: what is far off is corrected most.",
                "偏差越大，梯度越大，修正得越多。",
            ),
        ),
        wanted=(("gradient", "y"),),
        hard=(
            {"y": (1.0, 2.0), "t": (1.0, 2.0)},
            {"y": (1e3, -1e3, 0.0)},
            {"y": (2.0,), "t": (1.0,)},
            {"y": (1e-200, 1.0), "t": (0.0, 1.0)},
        ),
        bounds=(Bound("", 12, 12, words=ENTRIES), Bound("grad", 2, 2)),
        source="least squares",
    ),
    Row(
        text="""
            l2_norm(d[n]) -> r
                r = sqrt(sum(i, d[i]**2))
        """,
        title=Words("L2 norm", "L2 范数"),
        summary=Words(
            "The length of a vector; its gradient is the vector of length 1 in the same direction.",
            "向量的长度；它的梯度是同方向的单位向量。",
        ),
        remarks=(
            Words(
                "At `d = 0` the norm has a tip and no gradient.",
                "在 `d = 0` 处范数有尖点，不可导。",
            ),
        ),
        hard=({"d": (3.0, -4.0)}, {"d": (1e3, -1e-3, 0.0)}, {"d": (-2.0,)}, {"d": (1e-100, 1e-100)}),
        bounds=(Bound("", 8, 8, words=ENTRIES), Bound("grad", 8, 8, words=ENTRIES)),
        source="Euclid",
    ),
    Row(
        text="""
            linear_loss(x[n], y[n]; w, b) -> loss
                r[i] = y[i] - (x[i]*w + b)
                loss = sum(i, r[i]**2)
        """,
        title=Words("Squared loss of a line", "直线拟合的平方损失"),
        summary=Words(
            "The sum of the squared residuals: the square of their L2 norm, not the norm itself.",
            "残差的平方和：它等于残差 L2 范数的平方，而不是范数本身。",
        ),
        wanted=(("gradient", "w"), ("gradient", "b")),
        hard=(
            {"x": (1.0, 2.0), "y": (3.0, 5.0), "w": 2.0, "b": 1.0},
            {"x": (1e3, -1e3), "y": (0.0, 1.0)},
            {"x": (1.0,), "y": (1.0,), "w": 2.0, "b": 0.0},
        ),
        bounds=in_roundings(4, "", "grad", "value_and_grad"),
        identities=("sqrt(sum(i, (y[i] - (x[i]*w + b))**2))**2",),
        source="least squares",
    ),
)

CROSS_ENTROPY = (
    Row(
        text="""
            cross_entropy(p[n], t[n]) -> L
                L = -sum(i, t[i]*log(p[i]))
        """,
        title=Words("Cross entropy", "交叉熵"),
        summary=Words(
            "Small where the probability `p` is large for what the target `t` asks for.",
            "目标 `t` 所要求的类别，其概率 `p` 越大，损失越小。",
        ),
        wanted=(("gradient", "p"),),
        domain={"p": PROBABILITY, "t": (0.0, 1.0)},
        hard=(
            {"p": (0.5, 0.5), "t": (1.0, 0.0)},
            {"p": (1e-300, 1.0), "t": (1.0, 0.0)},
            {"p": (1.0,), "t": (1.0,)},
        ),
        bounds=(Bound("", 4, 4, words="for one-hot targets"), Bound("grad", 1, 1, words="for one-hot targets")),
        source="Shannon, 1948",
    ),
)

OF_LOGITS = (
    Row(
        text="""
            binary_cross_entropy(p, t) -> L
                L = -(t*log(p) + (1 - t)*log(1 - p))
        """,
        title=Words("Binary cross entropy", "二分类交叉熵"),
        summary=Words(
            "Cross entropy of two classes with probabilities `p` and `1 - p`.",
            "只有两类时的交叉熵，概率分别为 `p` 与 `1 - p`。",
        ),
        remarks=(
            Words(
                "Where the probability comes from a logit, the loss of the logit keeps its digits at both ends.",
                "概率接近 0 或 1 时，直接由 logit 计算损失更精确。",
            ),
        ),
        wanted=(("gradient", "p"),),
        domain={"p": PROBABILITY, "t": (0.0, 1.0)},
        hard=(
            {"p": 0.5, "t": 0.5},
            {"p": 1e-300, "t": 1.0},
            {"p": 1e-300, "t": 0.0},
            {"p": 1 - 2**-53, "t": 1.0},
            {"p": 1 - 2**-53, "t": 0.0},
        ),
        bounds=(
            Bound("", 3, 4, words="for t from 0 to 1"),
            Bound("grad", 3, 3, PROBABILITY_SCALE, "counted against t/p + (1 - t)/(1 - p), for t from 0 to 1"),
        ),
        source="logistic regression",
    ),
    Row(
        text="""
            bce_with_logits(x, t) -> L
                p = sigmoid(x)
                L = -(t*log(p) + (1 - t)*log(1 - p))
        """,
        title=Words("Binary cross entropy of a logit", "带 Sigmoid 的二分类交叉熵"),
        summary=Words(
            "The sigmoid's slope cancels against the logarithm's: what is left is `p - t`.",
            "Sigmoid 的导数与对数的导数相消，只剩下 `p - t`。",
        ),
        wanted=(("gradient", "x"),),
        domain={"x": (-4.0, 4.0), "t": (0.0, 1.0)},
        hard=(*({"x": x, "t": t} for x in LOGITS for t in (0.0, 0.25, 1.0)),),
        bounds=(
            Bound("", 2.5, 4, words="for t from 0 to 1"),
            Bound("grad", 3, 4, BCE_SCALE, "counted against p (1 - t) + t (1 - p), for t from 0 to 1"),
        ),
        source="logistic regression",
    ),
    Row(
        text="""
            softmax_cross_entropy(a[n], t[n]) -> L
                p[i] = softmax(a)[i]
                L = -sum(i, t[i]*log(p[i]))
        """,
        title=Words("Softmax with cross entropy", "Softmax 与交叉熵"),
        summary=Words(
            "The loss of a classifier: the gradient by the logits is what is predicted minus what is true.",
            "分类器的损失：对 logits 的梯度等于预测概率减去真实值。",
        ),
        remarks=(
            Words(
                "The targets are probabilities, as in a one-hot vector: they sum to 1.",
                "目标 `t` 是概率（例如独热向量），其和为 1。",
            ),
        ),
        wanted=(("gradient", "a"),),
        domain={"a": (-4.0, 4.0), "t": (0.0, 1.0)},
        hard=(
            {"a": (0.0, 0.0, 0.0), "t": (1.0, 0.0, 0.0)},
            {"a": (1e3, 0.0, -1e3), "t": (1.0, 0.0, 0.0)},
            {"a": (1e3, 0.0, -1e3), "t": (0.0, 0.0, 1.0)},
            {"a": (700.0, 0.0), "t": (1.0, 0.0)},
            {"a": (40.0, 0.0, 1.0, -2.0), "t": (1.0, 0.0, 0.0, 0.0)},
            {"a": (40.0, 0.0, 1.0, -2.0), "t": (0.25, 0.25, 0.25, 0.25)},
            {"a": (5.0,), "t": (1.0,)},
        ),
        bounds=(Bound("", 4, 4, words=ONE_HOT), Bound("grad", 4, 5, words=ONE_HOT)),
        assumptions=("sum(i, t[i]) = 1",),
        source="multinomial logistic regression",
    ),
    Row(
        text="""
            label_cross_entropy(a[n], y) -> L
                p[i] = softmax(a)[i]
                q[i] = log(p[i])
                L = -q[y]
        """,
        title=Words("Cross entropy with a label", "带类别标签的交叉熵"),
        summary=Words(
            "The same loss where the target is the number of the right class.",
            "同一个损失函数，目标值是正确类别的编号。",
        ),
        remarks=(
            Words(
                "Only the entry of the right class is pulled down by 1; all others are pushed by their probability.",
                "只有正确类别的分量要减 1，其余分量等于各自的概率。",
            ),
        ),
        wanted=(("gradient", "a"),),
        domain={"a": (-4.0, 4.0)},
        hard=(
            {"a": (0.0, 0.0, 0.0), "y": 0.0},
            {"a": (1e3, 0.0, -1e3), "y": 0.0},
            {"a": (1e3, 0.0, -1e3), "y": 2.0},
            {"a": (40.0, 0.0, 1.0, -2.0), "y": 0.0},
            {"a": (5.0,), "y": 0.0},
        ),
        bounds=(Bound("", 4, 4, words=LABELLED), Bound("grad", 4, 5, words=LABELLED)),
        identities=("logsumexp(k, a[k]) - a[y]",),
        source="multinomial logistic regression",
    ),
)

ROWS = (*SQUARED, *CROSS_ENTROPY, *OF_LOGITS)
