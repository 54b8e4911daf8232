r"""The rules explained once, for the appendix of the documents: formula and a sentence in both languages.

Contract: every reason of the rule tables has its key in GUIDE or is a row of the elementary functions, which the
documents print from the rules themselves; a test compares the sets. Formulas are LaTeX for amsmath and KaTeX.
To extend: a row beside the rule it explains.
"""

from __future__ import annotations

from dataclasses import dataclass

from derive.language.words import Words


@dataclass(frozen=True)
class Explained:
    """What the rules of these keys do. They share a name, the words of the first."""

    keys: tuple[str, ...]
    name: Words
    formula: str
    words: Words


D = r"\frac{\partial %s}{\partial x}"
DU, DV, DC = D % "u", D % "v", D % "c"

GUIDE: tuple[Explained, ...] = (
    Explained(
        ("definition",), Words("definition", "定义"), r"O_k = \sigma(X_k)",
        Words("A named quantity is replaced by its equation.", "把中间变量换成它的定义式。"),
    ),
    Explained(
        ("constant",), Words("constant", "常数"), rf"{DC} = 0",
        Words("What does not depend on the variable has derivative 0.", "与自变量无关的量，导数为零。"),
    ),
    Explained(
        ("identity",), Words("the variable itself", "自变量本身"),
        r"\frac{\partial x_i}{\partial x_j} = \delta_{ij}",
        Words(
            "Entries of one array are independent: 1 where the indices agree, 0 elsewhere.",
            "同一数组的各分量互相独立：下标相同时为 1，否则为 0。",
        ),
    ),
    Explained(
        ("sum", "constant_factor"), Words("sum rule, constant factor", "加法法则与常数因子"),
        rf"\frac{{\partial (c\,u + v)}}{{\partial x}} = c\,{DU} + {DV}",
        Words("The derivative is linear.", "求导是线性运算。"),
    ),
    Explained(
        ("derivative_of_sum",), Words("differentiate under the sum", "逐项求导"),
        rf"\frac{{\partial}}{{\partial x}} \sum_k u_k = \sum_k {D % 'u_k'}",
        Words("A sum is differentiated term by term.", "对求和号内的每一项分别求导。"),
    ),
    Explained(
        ("linear_form",), Words("linear form", "线性式"),
        r"\frac{\partial}{\partial x_j} \sum_i c_i\,x_i = c_j",
        Words("The coefficient of the variable is the derivative.", "线性式对某个变量的导数就是它的系数。"),
    ),
    Explained(
        ("product", "product_over_index"), Words("product rule", "乘法法则"),
        rf"\frac{{\partial (u\,v)}}{{\partial x}} = {DU}\,v + u\,{DV}",
        Words("One term for each factor.", "每个因子各贡献一项。"),
    ),
    Explained(
        ("quotient", "reciprocal"), Words("quotient rule", "除法法则"),
        r"\frac{\partial}{\partial x} \frac{u}{v} = \frac{\dfrac{\partial u}{\partial x}\,v"
        r" - u\,\dfrac{\partial v}{\partial x}}{v^2}",
        Words("With a constant above the line it is the reciprocal rule.", "分子为常数时就是倒数的求导法则。"),
    ),
    Explained(
        ("power", "chained_power"), Words("power rule", "幂函数求导"),
        rf"\frac{{\partial u^c}}{{\partial x}} = c\,u^{{c - 1}}\,{DU}",
        Words("The exponent is constant.", "指数为常数。"),
    ),
    Explained(
        ("exponential",), Words("exponential", "指数函数求导"),
        rf"\frac{{\partial a^u}}{{\partial x}} = a^u \ln(a)\,{DU}",
        Words("The base is constant; for e the logarithm is 1.", "底数为常数；底数为 e 时对数等于 1。"),
    ),
    Explained(
        ("general_power",), Words("power with variable exponent", "幂指函数求导"),
        rf"\frac{{\partial u^v}}{{\partial x}} = u^v \Bigl({DV} \ln(u) + v\,\frac{{1}}{{u}}\,{DU}\Bigr)",
        Words("Base and exponent both depend on the variable.", "底数与指数都依赖自变量。"),
    ),
    Explained(
        ("chain",), Words("chain rule", "链式法则"), rf"\frac{{\partial f(u)}}{{\partial x}} = f'(u)\,{DU}",
        Words("One term for each argument that depends on the variable.", "每个依赖自变量的参数各贡献一项。"),
    ),
    Explained(
        ("backward",), Words("chain rule through named quantities", "经由中间变量的链式法则"),
        r"\bar{V}_i = \sum_k \bar{U}_k\,\frac{\partial U_k}{\partial V_i}",
        Words(
            "The adjoint of a quantity collects the adjoints of all quantities that use it; a tangent, those of all"
            " that it uses.",
            "一个变量的伴随变量由所有用到它的变量的伴随变量汇集而成；方向导数则由它所用到的变量得出。",
        ),
    ),
    Explained(
        ("lemma", "known", "jacobian"), Words("a result derived before", "引用已求得的结果"),
        r"\sigma'(x) = \sigma(x)(1 - \sigma(x))",
        Words("What was derived once is a rule from then on.", "推导过一次的结果，之后直接引用。"),
    ),
    Explained(
        ("piecewise",), Words("piece by piece", "分段求导"),
        r"\frac{\partial}{\partial x} \begin{cases} u & x < 0 \\ v & x \ge 0 \end{cases}"
        r" = \begin{cases} \partial u/\partial x & x < 0 \\ \partial v/\partial x & x \ge 0 \end{cases}",
        Words("The condition says which piece owns the kink.", "折点属于哪一支，由条件本身规定。"),
    ),
    Explained(
        ("largest_entry",), Words("maximum of entries", "取最值"),
        r"\frac{\partial}{\partial x} \max_k u_k = \sum_l \mathbf{1}[l = \operatorname{arg\,max}_k u_k]"
        r"\,\frac{\partial u_l}{\partial x}",
        Words("The first of equal entries owns a tie.", "若有并列，只取第一个。"),
    ),
    Explained(
        ("place_stays",), Words("place of the maximum", "最值的位置"),
        r"\frac{\partial}{\partial x}\, \mathbf{1}[l = \operatorname{arg\,max}_k u_k] = 0",
        Words(
            "Which entry is the largest does not change under a small step, ties aside.",
            "若无并列，微小的变动不改变取最值的是哪一项。",
        ),
    ),
    Explained(
        ("one_term_survives",), Words("only one term depends", "只剩一项"),
        r"\sum_l u_l\,\frac{\partial O_l}{\partial w_{jk}} = u_k\,\frac{\partial O_k}{\partial w_{jk}}",
        Words(
            "The equations say which entries a parameter reaches; all other terms are 0.",
            "由定义可知参数影响哪些分量；其余各项为零，求和号随之消失。",
        ),
    ),
    Explained(
        ("contraction",), Words("a delta ends a sum", "消去求和号"), r"\sum_k \delta_{kj}\,u_k = u_j",
        Words("Of the sum only the term remains where the indices agree.", "求和中只剩下标相等的那一项。"),
    ),
    Explained(
        ("expand", "expand_sum", "split", "multiply_out"), Words("expand", "展开与拆分"),
        r"\frac{a - b}{c} = \frac{a}{c} - \frac{b}{c}",
        Words("Products are multiplied out and fractions split.", "展开乘积，或把分式拆成几项。"),
    ),
    Explained(
        ("out_of_the_sum", "into_the_sum"), Words("constant factor and sum", "求和号与常数因子"),
        r"\sum_k c\,u_k = c \sum_k u_k",
        Words("What does not depend on the index may pass the sign, both ways.", "与求和下标无关的因子可以移进移出。"),
    ),
    Explained(
        ("out_of_the_pieces", "opened_pieces", "guard"), Words("piece by piece", "逐段处理"),
        r"\mathbf{1}[c]\,(u + v) = \mathbf{1}[c]\,u + \mathbf{1}[c]\,v",
        Words(
            "What all pieces of a case have in common may stand before it, and a sum in a piece may be opened.",
            "分段函数各段的公共因子可以提到外面，段内的和也可以拆开。",
        ),
    ),
    Explained(
        ("in_each_case",), Words("in each case", "分情形写出"),
        r"u \begin{cases} 0, & c \\ v & \end{cases} = \begin{cases} 0, & c \\ u\,v & \end{cases}",
        Words(
            "What stands beside cases of which one is 0 is written in the other, where it counts.",
            "一种情形为零时，旁边的因子写进它起作用的另一情形中。",
        ),
    ),
    Explained(
        ("collect", "factor", "cancel", "common_denominator", "turn", "order", "absolute"), Words("tidy up", "整理"),
        r"u\,v + u\,w = u\,(v + w)",
        Words(
            "Like terms are collected, common factors taken out, fractions cancelled.",
            "合并同类项、提取公因式、约分、通分。",
        ),
    ),
    Explained(
        ("same_index",), Words("index beside a delta", "δ 旁的指标"),
        r"u_0\,\delta_{0i} - u_i\,v_i = u_i\,(\delta_{0i} - v_i)",
        Words(
            "Where the delta is not 0, its two indices are equal: what stands beside it may be written with either.",
            "δ 不为零时两个指标相等，旁边的因子用哪个指标写都可以。",
        ),
    ),
    Explained(
        ("complete",), Words("add and subtract", "加上再减去"),
        r"\frac{u}{(1 + u)^2} = \frac{(1 + u) - 1}{(1 + u)^2}",
        Words("The numerator is completed so that the fraction splits.", "把分子配成分母的形式，以便拆分。"),
    ),
    Explained(
        ("recognise", "substitute"), Words("recognise the output", "认出已定义的量"),
        r"\frac{e^{a_i}}{\sum_k e^{a_k}} = p_i",
        Words("What has a name in the definition is written by its name.", "结果中出现定义过的量时，用它的名字代替。"),
    ),
    Explained(
        ("shares_of_one_sum",), Words("shares of one sum", "各份之和"),
        r"\sum_j \frac{u_j}{\sum_k u_k} = 1",
        Words("What is divided by its own sum adds up to 1.", "每一项除以总和，加起来等于 1。"),
    ),
    Explained(
        ("eliminate",), Words("solve the definition", "由定义反解"),
        r"y = \frac{1}{1 + e^{-x}} \quad\Rightarrow\quad e^{-x} = \frac{1 - y}{y}",
        Words(
            "The definition is solved for what the result should not contain.",
            "由定义解出某个量，再代入结果，使结果只含函数自身的输出。",
        ),
    ),
    Explained(
        ("assumed",), Words("assumption", "假设"), r"\sum_i t_i = 1",
        Words("An equation between inputs that the definition states.", "定义中约定的输入之间的等式。"),
    ),
)  # fmt: skip
"""In the order in which a derivation uses them."""
