"""Linear models, the perceptron and networks of any depth, with the squared error."""

from __future__ import annotations

from derive.catalogue.row import Row, in_roundings
from derive.language.words import Words

ROWS = (
    Row(
        text="""
            linear_model(x; w, b) -> theta
                theta = w*x + b
        """,
        title=Words("Linear model", "线性模型"),
        summary=Words("One weight and one bias.", "一个权重加一个偏置。"),
        wanted=(("gradient", "w"), ("gradient", "b")),
        hard=({"x": 0.0}, {"x": 1e3, "w": -1e3}, {"x": 1.0, "w": 2.0, "b": 0.0}),
        bounds=in_roundings(4, "", "grad", "value_and_grad"),
        source="linear regression",
    ),
    Row(
        text="""
            two_layers(x; w1, b1, w2, b2) -> y2
                y1 = x*w1 + b1
                y2 = y1*w2 + b2
        """,
        title=Words("Two linear layers", "两层线性模型"),
        summary=Words(
            "The chain rule at its simplest: the derivative of the whole is the product of those of the parts.",
            "链式法则最简单的例子：整体的导数等于各部分导数的乘积。",
        ),
        remarks=(
            Words(
                "Without an activation between them two layers are one: `y2` is linear in `x` again.",
                "两层之间若没有激活函数，就等效于一层：`y2` 仍是 `x` 的线性函数。",
            ),
        ),
        wanted=(("gradient", "w1"), ("gradient", "w2")),
        hard=({"x": 1.0, "w1": 2.0, "b1": 1.0, "w2": 2.0, "b2": 1.0}, {"x": 0.0}, {"x": 1e3, "w1": -1e3}),
        through=("y1",),
        bounds=in_roundings(4, "", "grad", "value_and_grad"),
        source="the chain rule",
    ),
    Row(
        text="""
            squared_error(x, y; w) -> L
                L = (y - w*x)**2
        """,
        title=Words("Squared error of a linear model", "线性模型的平方误差"),
        summary=Words(
            "How far the prediction `w*x` lies from `y`; smallest where they meet.",
            "预测值 `w*x` 与真实值 `y` 之差的平方，两者相等时最小。",
        ),
        wanted=(("gradient", "w"),),
        hard=({"x": 1.0, "y": 1.0, "w": 2.0}, {"x": 0.0}, {"x": 1e3, "y": -1e3}, {"x": 2.0, "y": 6.0, "w": 3.0}),
        bounds=in_roundings(4, "", "grad", "value_and_grad"),
        source="least squares",
    ),
    Row(
        text="""
            perceptron_single(x[n], t; w[n]) -> E
                X = sum(j, w[j] * x[j])
                O = sigmoid(X)
                E = 1/2 * (O - t)**2
        """,
        title=Words("Perceptron with one output", "单一输出的感知机"),
        summary=Words(
            "A weighted sum, an activation, and the squared distance to the target.",
            "加权求和，经过激活函数，再与目标值比较。",
        ),
        remarks=(
            Words(
                "The gradient by a weight needs only the input that this weight multiplies.",
                "对哪个权重求导，结果就只与该权重所连接的输入有关。",
            ),
        ),
        wanted=(("gradient", "w"),),
        hard=({"x": (0.0, 0.0), "t": 1.0}, {"x": (1e3, -1e3), "w": (1.0, 0.5)}, {"x": (3.0,), "w": (2.0,), "t": 0.0}),
        bounds=in_roundings(4, "", "grad", "value_and_grad"),
        source="Rosenblatt, 1958; the delta rule",
    ),
    Row(
        text="""
            perceptron(x[n], t[m]; w[n, m]) -> E
                X[k] = sum(j, w[j, k] * x[j])
                O[k] = sigmoid(X[k])
                E = 1/2 * sum(k, (O[k] - t[k])**2)
        """,
        title=Words("Perceptron with several outputs", "多输出的感知机"),
        summary=Words(
            "The same with `m` outputs; each weight is one line from an input `j` to an output `k`.",
            "与单一输出相同，但有 `m` 个输出；每个权重是从输入 `j` 到输出 `k` 的一条连线。",
        ),
        remarks=(
            Words(
                "The sum over the outputs drops out, because the weight `w[j, k]` reaches the output `k` and no other.",
                "求和号之所以消失，是因为权重 `w[j, k]` 只影响第 `k` 个输出。",
            ),
            Words(
                "By an input `x[j]` the sum stays: an input reaches every output.",
                "对输入 `x[j]` 求导时求和号保留：每个输入都影响所有输出。",
            ),
        ),
        wanted=(("gradient", "w"), ("gradient", "x")),
        hard=(
            {"x": (0.0, 0.0), "w": ((1.0, 2.0), (3.0, 4.0))},
            {"x": (1e3, -1e3), "w": ((1.0, 0.5), (2.0, 1.0))},
            {"x": (1.0,), "w": ((2.0,),), "t": (1.0,)},
        ),
        bounds=in_roundings(4, "", "grad", "value_and_grad"),
        source="Rosenblatt, 1958; the delta rule",
    ),
    Row(
        text="""
            mlp(x[n{0}], t[n{L}]; W{l}[n{l-1}, n{l}]) -> E
                O{0}[j] = x[j]
                X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j])
                O{l}[k] = sigmoid(X{l}[k])
                E = 1/2 * sum(k, (O{L}[k] - t[k])**2)
        """,
        title=Words("Multilayer perceptron of any depth", "任意层数的多层感知机"),
        summary=Words(
            "Perceptrons one after the other: the outputs of a layer are the inputs of the next.",
            "感知机逐层相连：前一层的输出就是后一层的输入。",
        ),
        remarks=(
            Words(
                "Backpropagation is this induction read as a program: once forward, keeping every layer's values, "
                "and once back.",
                "反向传播就是把这个归纳过程当作程序来执行：先正向计算并保存每一层的值，再反向走一遍。",
            ),
            Words(
                "Each step back multiplies by the derivative of the activation, which is at most 1/4 for the sigmoid: "
                "in deep networks the gradients of the first layers vanish.",
                "每往回一层都要乘以激活函数的导数，而 sigmoid 的导数不超过 1/4，"
                "因此网络很深时，靠前的几层会出现梯度弥散。",
            ),
        ),
        wanted=(("gradient", "W{l}"),),
        hard=(
            {"x": (0.0, 0.0), "W": (((1.0, 2.0), (3.0, 4.0)),)},
            {"x": (1e3, -1e3), "W": (((1.0, 0.5), (2.0, 1.0)), ((1.0,), (-1.0,)))},
            {"x": (1.0,), "W": (((0.0,),), ((0.0,),), ((0.0,),)), "t": (1.0,)},
        ),
        bounds=in_roundings(2, "", "grad", "value_and_grad"),
        source="Rumelhart, Hinton and Williams, 1986",
    ),
    Row(
        text="""
            rnn(x{t}[n], y[o]; U[n, h], W[h, h], V[h, o]) -> E
                s{0}[k] = 0
                Z{t}[k] = sum(i, U[i, k] * x{t}[i]) + sum(j, W[j, k] * s{t-1}[j])
                s{t}[k] = tanh(Z{t}[k])
                P[m] = sum(k, V[k, m] * s{T}[k])
                E = 1/2 * sum(m, (P[m] - y[m])**2)
        """,
        title=Words("Recurrent network through time", "沿时间展开的循环神经网络"),
        summary=Words(
            "A state that every step renews from the one before and from its own input; the last one gives the answer.",
            "每一步由上一步的状态和当前输入更新状态，最后一步的状态给出结果。",
        ),
        remarks=(
            Words(
                "All steps share the same parameters, so that a gradient is the sum of what every step contributes: "
                "backpropagation through time.",
                "各步共用同一组参数，因此梯度是各步贡献之和，这就是沿时间的反向传播（BPTT）。",
            ),
        ),
        wanted=(("gradient", "U"), ("gradient", "W"), ("gradient", "V")),
        hard=(
            {"x": ((0.0, 0.0),), "y": (1.0,)},
            {"x": ((1e3,), (-1e3,), (1.0,)), "U": ((1.0,),), "W": ((0.5,),), "V": ((1.0,),), "y": (0.0,)},
        ),
        bounds=in_roundings(2, "", "grad", "value_and_grad"),
        source="Elman, 1990; Werbos, 1990",
    ),
)
