"""Every sentence that the notes add, in English and in Chinese.

Contract: `say(key, language, *arguments)` gives a Sentence; {0}, {1}, ... are filled with text or with
mathematics by the printer. A row without a translation fails a test. To extend: a phrase is a row, a
language is a field of Bilingual.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from derive.language.errors import DeriveError, did_you_mean
from derive.language.expressions import Dimension, Expression

LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Equality:
    """left = right inside a sentence; relation is = or the sign of not equal."""

    left: Expression
    right: Expression
    relation: str = "="


@dataclass(frozen=True)
class Code:
    """A name of a program in a sentence."""

    text: str


@dataclass(frozen=True)
class Shape:
    """n × m"""

    dimensions: tuple[Dimension, ...]


Argument = Expression | Equality | Code | Shape | str


@dataclass(frozen=True)
class Bilingual:
    """The same words in English and Chinese; {0}, {1}, ... stand for the arguments, if there are any."""

    english: str
    chinese: str
    arguments: tuple[Expression, ...] = ()

    def __getitem__(self, language: str) -> str:
        if language not in LANGUAGES:
            raise DeriveError(f"unknown language: {language}", hint=did_you_mean(language, LANGUAGES))
        return {"en": self.english, "zh": self.chinese}[language]


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


PHRASES: Mapping[str, Bilingual] = MappingProxyType(
    {
        "definition": Bilingual("Definition", "定义"),
        "derivative": Bilingual("Derivative", "导数"),
        "partial_derivative": Bilingual("Partial derivative with respect to {0}", "对 {0} 的偏导数"),
        "gradient": Bilingual("Gradient with respect to {0}", "对 {0} 的梯度"),
        "jacobian": Bilingual("Jacobian with respect to {0}", "对 {0} 的雅可比矩阵"),
        "vjp": Bilingual("Vector–Jacobian product with respect to {0}", "对 {0} 的向量–雅可比积（VJP）"),
        "jvp": Bilingual("Jacobian–vector product with respect to {0}", "对 {0} 的雅可比–向量积（JVP）"),
        "cotangent": Bilingual(
            "Here {0} is any cotangent: the gradient that arrives from behind, one entry for each entry of {1}.",
            "其中 {0} 是从后一层传回来的梯度，形状与 {1} 相同。",
        ),
        "tangent": Bilingual(
            "Here {0} is any direction, one entry for each entry of {1}.",
            "其中 {0} 是任意方向向量，形状与 {1} 相同。",
        ),
        "here": Bilingual("Here ", "其中 "),
        "array": Bilingual("{0} has size {1}", "{0} 的形状为 {1}"),
        "number": Bilingual("{0} is a number", "{0} 为标量"),
        "shared_array": Bilingual("the parameter {0} has size {1}", "参数 {0} 的形状为 {1}"),
        "shared_number": Bilingual("the parameter {0} is a number", "参数 {0} 为标量"),
        "case": Bilingual("For {0}: {1}.", "当 {0} 时：{1}。"),
        "first_of_ties": Bilingual(
            "If several entries share the extreme value, the first of them counts.",
            "若有多个分量同时取到最值，只取其中第一个。",
        ),
        "kink": Bilingual(
            "At the kink the derivative is that of the branch that owns it.",
            "在折点处，取条件中包含该点的那一支的导数。",
        ),
        "see": Bilingual("see {0}", "见 {0}"),
        "identities": Bilingual("Identities", "恒等式"),
        "remarks": Bilingual("Remarks", "说明"),
        "kernels": Bilingual("NumPy functions: ", "NumPy 函数："),
        "checked_one": Bilingual("Checked: one step,", "已检验：共 1 步，"),
        "checked_steps": Bilingual("Checked: {0} steps, each", "已检验：共 {0} 步，每步"),
        "at_sizes": Bilingual(
            " at {0} sizes × {1} random points with {2} digits", "取 {0} 组尺寸、每组 {1} 个随机点，以 {2} 位精度计算"
        ),
        "at_points": Bilingual(" at {0} random points with {1} digits", "取 {0} 个随机点，以 {1} 位精度计算"),
        "worst": Bilingual(", worst difference {0}", "，最大误差 {0}"),
        "no_difference": Bilingual(", no difference", "，没有误差"),
        "exactly_too": Bilingual(", {0} of them exactly as well", "，其中 {0} 步另以有理数精确检验"),
        "result_agrees": Bilingual(
            "; the result against SymPy's own derivative: difference {0}",
            "；结果与 SymPy 独立求得的导数对照：误差 {0}",
        ),
        "result_equal": Bilingual(
            "; the result against SymPy's own derivative: equal", "；结果与 SymPy 独立求得的导数对照：完全一致"
        ),
        "kernel_ulp": Bilingual("Measured error: at most {0} ULP.", "实测误差不超过 {0} ULP。"),
        "identity_checked": Bilingual(
            "Checked at {0} random points with {1} digits.", "已取 {0} 个随机点、以 {1} 位精度检验。"
        ),
        "comma": Bilingual(", ", "，"),
        "space": Bilingual(" ", ""),
        "list_comma": Bilingual(", ", "、"),
        "stop": Bilingual(".", "。"),
        "otherwise": Bilingual("otherwise", "其他"),
        "notes_title": Bilingual("Derivations, step by step", "逐步推导"),
    }
)  # fmt: skip


def words(key: str, language: str) -> str:
    """The words of a phrase; raises DeriveError for an unknown language."""
    return PHRASES[key][language]


def say(key: str, language: str, *arguments: Argument) -> Sentence:
    return Sentence(words(key, language), arguments)
