"""Every sentence that the notes add, in English and in Chinese.

Contract: `say(key, language, *arguments)` gives a Sentence; {0}, {1}, ... are filled with text or with
mathematics by the printer. A row without a translation fails a test. To extend: a phrase is a row, a
language is a field of Words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.language.expressions import Expression
from derive.language.indices import Dimension
from derive.language.words import Equality, Words


@dataclass(frozen=True)
class Code:
    """A name of a program in a sentence."""

    text: str


@dataclass(frozen=True)
class Cite:
    """The name of a definition whose notes are meant."""

    text: str


@dataclass(frozen=True)
class Shape:
    """n × m"""

    dimensions: tuple[Dimension, ...]


Argument = Expression | Equality | Code | Cite | Shape | str


@dataclass(frozen=True)
class Sentence:
    """Words with mathematics in them."""

    template: str
    arguments: tuple[Argument, ...] = ()

    def pieces(self) -> Iterator[Argument]:
        """Words and arguments from left to right; a template without arguments is plain text."""
        if not self.arguments:
            yield self.template
            return
        for part in re.split(r"(\{\d+\} = \{\d+\}|\{\d+\})", self.template):
            yield from self.filled(part)

    def filled(self, part: str) -> Iterator[Argument]:
        """Words, an argument, or an equality of two, which is one formula."""
        places = [int(found) for found in re.findall(r"\{(\d+)\}", part)]
        values = [self.arguments[place] for place in places]
        match values:
            case [Expression() as left, Expression() as right]:
                yield Equality(left, right)
            case [left, right]:
                yield from (left, " = ", right)
            case [value]:
                yield value
            case _:
                yield from [part] if part else []


PHRASES: Mapping[str, Words] = MappingProxyType(
    {
        "definition": Words("Definition", "定义"),
        "derivative": Words("Derivative", "导数"),
        "partial_derivative": Words("Partial derivative with respect to {0}", "对 {0} 的偏导数"),
        "gradient": Words("Gradient with respect to {0}", "对 {0} 的梯度"),
        "jacobian": Words("Jacobian with respect to {0}", "对 {0} 的雅可比矩阵"),
        "vjp": Words("Vector–Jacobian product with respect to {0}", "对 {0} 的向量–雅可比积（VJP）"),
        "jvp": Words("Jacobian–vector product with respect to {0}", "对 {0} 的雅可比–向量积（JVP）"),
        "second_derivative": Words("Second derivative", "二阶导数"),
        "hessian": Words("Hessian with respect to {0}", "对 {0} 的黑塞矩阵"),
        "hessian_block": Words("Second derivatives with respect to {0} and {1}", "对 {0} 与 {1} 的二阶导数"),
        "second_partial": Words("Second partial derivative with respect to {0}", "对 {0} 的二阶偏导数"),
        "mixed_partial": Words("Mixed partial derivative with respect to {0} and {1}", "对 {0} 与 {1} 的混合偏导数"),
        "as_above": Words("as derived above", "见上面的推导"),
        "hvp": Words("Hessian–vector product with respect to {0}", "对 {0} 的黑塞–向量积（HVP）"),
        "cotangent": Words(
            "Here {0} is any cotangent: the gradient that arrives from behind, one entry for each entry of {1}.",
            "其中 {0} 是从后一层传回来的梯度，形状与 {1} 相同。",
        ),
        "tangent": Words(
            "Here {0} is any direction, one entry for each entry of {1}.",
            "其中 {0} 是任意方向向量，形状与 {1} 相同。",
        ),
        "here": Words("Here ", "其中 "),
        "array": Words("{0} has size {1}", "{0} 的形状为 {1}"),
        "label": Words(
            "{0} is a label, a whole number from 0 up to below {1}", "{0} 是小于 {1} 的类别编号（从 0 开始）"
        ),
        "number": Words("{0} is a number", "{0} 为标量"),
        "shared_array": Words("the parameter {0} has size {1}", "参数 {0} 的形状为 {1}"),
        "shared_number": Words("the parameter {0} is a number", "参数 {0} 为标量"),
        "run_in": Words(".", "："),
        "given": Words("{0} is given by {1}.", "{0} 由 {1} 给出。"),
        "assumed": Words("It is assumed that {0} = {1}.", "假设 {0} = {1}。"),
        "case": Words("For {0}: {1}.", "当 {0} 时：{1}。"),
        "first_of_ties": Words(
            "If several entries share the extreme value, the first of them counts.",
            "若有多个分量同时取到最值，只取其中第一个。",
        ),
        "kink": Words(
            "At the kink the derivative is that of the branch that owns it.",
            "在折点处，取条件中包含该点的那一支的导数。",
        ),
        "adjoints": Words(
            "Backwards through the named quantities, the last one first; a bar marks the adjoint of a quantity: "
            "the gradient with respect to it.",
            "从输出开始，沿各中间变量逐个往回求；变量上的横线表示它的伴随变量，即对该变量的梯度。",
        ),
        "tangents": Words(
            "Forwards through the named quantities, the first one first; a dot marks the tangent of a quantity: "
            "its rate of change along {0}.",
            "从输入开始，沿各中间变量逐个往前求；变量上的点表示它沿方向 {0} 的变化率。",
        ),
        "adjoint_of": Words("Adjoint of {0}: {1}", "{0} 的伴随变量 {1}"),
        "tangent_of": Words("Tangent of {0}: {1}", "{0} 的方向导数 {1}"),
        "gradient_of": Words("Gradient with respect to {0}: {1}", "对 {0} 的梯度 {1}"),
        "result": Words("Result", "结果"),
        "see": Words("see {0}", "见 {0}"),
        "identities": Words("Identities", "恒等式"),
        "remarks": Words("Remarks", "说明"),
        "kernels": Words("NumPy functions: ", "NumPy 函数："),
        "checked_one": Words("Checked: one step,", "已检验：共 1 步，"),
        "checked_steps": Words("Checked: {0} steps, each", "已检验：共 {0} 步，每步"),
        "at_sizes": Words(
            " at {0} sizes × {1} random points with {2} digits", "取 {0} 组尺寸、每组 {1} 个随机点，以 {2} 位精度计算"
        ),
        "at_points": Words(" at {0} random points with {1} digits", "取 {0} 个随机点，以 {1} 位精度计算"),
        "worst": Words(", worst difference {0}", "，最大误差 {0}"),
        "no_difference": Words(", no difference", "，没有误差"),
        "exactly_too": Words(", {0} of them exactly as well", "，其中 {0} 步另以有理数精确检验"),
        "result_agrees": Words(
            "; the result against SymPy's own derivative: difference {0}",
            "；结果与 SymPy 独立求得的导数对照：误差 {0}",
        ),
        "result_equal": Words(
            "; the result against SymPy's own derivative: equal", "；结果与 SymPy 独立求得的导数对照：完全一致"
        ),
        "certified": Words("Certified errors: ", "经检定的误差上界："),
        "at_most_ulps": Words("{0} at most {1} ULP ({2} in float32)", "{0} 不超过 {1} ULP（float32 为 {2}）"),
        "certified_there": Words(
            "Certified errors, in the ranges that the docstrings name: ",
            "在各函数文档字符串所述的范围内，经检定的误差上界：",
        ),
        "certified_roundings": Words(
            "Certified errors, in what rounding each input and each quantity of the formula once may change: ",
            "经检定的误差上界（以公式中每个输入和中间量各舍入一次所能引起的变化为单位）：",
        ),
        "at_most": Words("{0} at most {1} ({2} in float32)", "{0} 不超过 {1}（float32 为 {2}）"),
        "semicolon": Words("; ", "；"),
        "identity_checked": Words(
            "Checked at {0} random points with {1} digits.", "已取 {0} 个随机点、以 {1} 位精度检验。"
        ),
        "comma": Words(", ", "，"),
        "space": Words(" ", ""),
        "list_comma": Words(", ", "、"),
        "stop": Words(".", "。"),
        "otherwise": Words("otherwise", "其他"),
        "site_title": Words("Derivatives, step by step", "逐步求导"),
        "site_lead": Words(
            "Gradients as a textbook derives them, every step checked, each with the NumPy functions that compute it.",
            "像教科书那样一步步推导梯度，每一步都经过检验，并附上可直接使用的 NumPy 函数。",
        ),
        "all_notes": Words("All derivations", "全部推导"),
        "search": Words("Search by name or word", "按名称或关键词搜索"),
        "nothing_found": Words("Nothing found.", "没有找到。"),
        "steps_label": Words("Steps", "推导过程"),
        "rules_count": Words("{0} rules", "{0} 条规则"),
        "show_result": Words("Result only", "只看结果"),
        "show_textbook": Words("Textbook steps", "教科书步骤"),
        "show_full": Words("Every rule", "逐条规则"),
        "copy": Words("Copy LaTeX", "复制 LaTeX"),
        "copy_source": Words("Copy code", "复制代码"),
        "copied": Words("Copied", "已复制"),
        "source": Words("NumPy source", "NumPy 源码"),
        "document_lead": Words(
            "Each line follows from the one before by the reason in its margin; {0} explains the reasons once. "
            "Every step was evaluated before and after at random points and must agree.",
            "每一行都由上一行得出，理由写在右侧；各条规则统一在{0}中说明。每一步变换前后都在随机点上求值对照，两者必须一致。",
        ),
        "rules_title": Words("The rules", "求导与化简规则"),
        "rules_lead": Words(
            "Here u, v, ... depend on the variable and c does not.", "其中 u、v 等依赖自变量，c 与自变量无关。"
        ),
        "elementary_title": Words("Elementary functions", "初等函数"),
        "own_definitions": Words("Definitions of one's own", "自定义函数"),
        "curve_alt": Words(
            "Graph of {0} for {1} from {2} to {3}: it goes from {4} to {5}.",
            "{0} 的图像，{1} 从 {2} 到 {3}，函数值从 {4} 到 {5}。",
        ),
        "curves_alt": Words("Graphs of {0} over {1}, one for each of: {2}.", "{0} 随 {1} 变化的图像，分别取 {2}。"),
        "errors_title": Words("Error of {0}", "{0} 的误差"),
        "errors_alt": Words(
            "Error of {0} in units in the last place for {1} from {2} to {3}, on a logarithmic scale: the textbook "
            "form is off by up to {4}, the generated function by at most {5}.",
            "{0} 的误差（以 ULP 计，对数刻度），{1} 从 {2} 到 {3}：教科书公式的误差最大 {4}，生成的函数不超过 {5}。",
        ),
        "textbook_form": Words("the formula as it stands", "直接套用公式"),
        "kernel_form": Words("the generated function", "生成的函数"),
        "jacobian_title": Words("Jacobian at {0} = {1}", "{0} = {1} 处的雅可比矩阵"),
        "jacobian_alt": Words(
            "Jacobian of {0} at {1} = {2} as a table of {3} × {3} numbers, coloured by sign; from {4} to {5}.",
            "{0} 在 {1} = {2} 处的雅可比矩阵，{3} × {3} 个数，按正负着色，从 {4} 到 {5}。",
        ),
        "starts_title": Words("Adam, learning rate {0}", "Adam，学习率 {0}"),
        "from_start": Words("from {0}", "起点 {0}"),
        "rates_title": Words("Gradient descent from {0}", "从 {0} 出发的梯度下降"),
        "with_rate": Words("learning rate {0}", "学习率 {0}"),
        "diverges": Words("{0}: diverges at step {1}", "{0}：第 {1} 步发散"),
        "minimum": Words("minimum", "极小值点"),
        "descent_alt": Words(
            "Contour lines of {0} with {1} minima and {2} paths of descent: {3}.",
            "{0} 的等高线图，有 {1} 个极小值点和 {2} 条下降路径：{3}。",
        ),
        "notes_title": Words("Derivations, step by step", "逐步推导"),
        "layers": Words("{0} counts the layers, from 1 to {1}", "{0} 为层号，从 1 到 {1}"),
        "at_base": Words("Base case: the adjoints of layer {0}", "奠基步骤：第 {0} 层的伴随变量"),
        "at_step": Words("Induction step: from layer {0} to layer {1}", "归纳步骤：由第 {0} 层推出第 {1} 层"),
        "at_start": Words("The adjoints of layer 0", "第 0 层的伴随变量"),
        "induction": Words(
            "Backwards through the layers, by induction: first the adjoints of the last layer, then those of any layer "
            "from those of the next, and with them the gradients. A bar marks the adjoint of a quantity: the gradient "
            "with respect to it.",
            "用归纳法从最后一层往回求：先求最后一层的伴随变量，再由后一层推出前一层，最后由它们得到各个梯度。"
            "变量上的横线表示它的伴随变量，即对该变量的梯度。",
        ),
        "known_adjoints": Words(
            "Here the adjoints of layer {0} are known, whatever comes after it.",
            "设第 {0} 层的伴随变量已知，与其后还有多少层无关。",
        ),
        "from_end": Words("What follows layer {0} contributes", "第 {0} 层之后的部分的贡献"),
        "from_layer": Words("Layer {0} contributes", "第 {0} 层的贡献"),
        "all_layers": Words("the sum of all contributions", "各部分贡献之和"),
        "through_layer": Words("only through what uses it", "只经由直接用到它的量"),
        "depths_agree": Words(
            "Put together for 1 to {0} layers and compared with the equations written out: difference {1}.",
            "对 1 至 {0} 层分别合成完整的梯度，与逐层写开的方程对照：误差 {1}。",
        ),
        "depths_equal": Words(
            "Put together for 1 to {0} layers and compared with the equations written out: equal.",
            "对 1 至 {0} 层分别合成完整的梯度，与逐层写开的方程对照：完全一致。",
        ),
        "layers_in_time": Words("{0} counts the time steps, from 1 to {1}", "{0} 为时刻，从 1 到 {1}"),
        "at_base_in_time": Words("Base case: the adjoints of step {0}", "奠基步骤：时刻 {0} 的伴随变量"),
        "at_step_in_time": Words(
            "Induction step: from step {0} back to step {1}", "归纳步骤：由时刻 {0} 回推到时刻 {1}"
        ),
        "at_start_in_time": Words("The adjoints of step 0", "时刻 0 的伴随变量"),
        "induction_in_time": Words(
            "Backwards in time, by induction: first the adjoints of the last step, then those of any step from those "
            "of the next, and with them the gradients. A bar marks the adjoint of a quantity: the gradient with "
            "respect to it.",
            "用归纳法沿时间反向求解：先求最后时刻的伴随变量，再由后一时刻推出前一时刻，最后由它们得到各个梯度。"
            "变量上的横线表示它的伴随变量，即对该变量的梯度。",
        ),
        "known_adjoints_in_time": Words(
            "Here the adjoints of step {0} are known, whatever comes after it.",
            "设时刻 {0} 的伴随变量已知，与其后还有多少时刻无关。",
        ),
        "from_end_in_time": Words("What follows step {0} contributes", "时刻 {0} 之后的部分的贡献"),
        "from_layer_in_time": Words("Step {0} contributes", "时刻 {0} 的贡献"),
        "depths_agree_in_time": Words(
            "Put together for 1 to {0} time steps and compared with the equations written out: difference {1}.",
            "对 1 至 {0} 个时刻分别合成完整的梯度，与逐个时刻写开的方程对照：误差 {1}。",
        ),
        "depths_equal_in_time": Words(
            "Put together for 1 to {0} time steps and compared with the equations written out: equal.",
            "对 1 至 {0} 个时刻分别合成完整的梯度，与逐个时刻写开的方程对照：完全一致。",
        ),
    }
)  # fmt: skip


def words(key: str, language: str) -> str:
    """The words of a phrase; raises DeriveError for an unknown language."""
    return PHRASES[key][language]


def say(key: str, language: str, *arguments: Argument) -> Sentence:
    return Sentence(words(key, language), arguments)
