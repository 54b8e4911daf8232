"""What would be right: advice for texts as people write them elsewhere, one row each.

Contract: `advice_at(line, column)` is the hint of the first row of ADVICE that fits the place of a syntax error, and
`advice_for(name)` that for a name which other languages have. To extend: a row; a pattern sees the line from the faulty
character on (`before` what stands left of it).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Advice:
    """hint, where `pattern` fits what starts at the fault and `before` what ends there."""

    pattern: str
    hint: str
    before: str = ""

    def fits(self, line: str, at: int) -> bool:
        left = not self.before or re.search(rf"(?:{self.before})\s*$", line[:at]) is not None
        return left and re.match(self.pattern, line[at:]) is not None


PYTHON = "a definition is no Python: first f(x) -> y, then y = ... on the next line"
PRODUCT = "a product is written with *, as in 2*x"
NO_LATEX = "formulas are written as text, not as LaTeX: a/b, sqrt(x), sum(k, x[k])"
NESTED = "one comparison stands in a where; put another where inside for the other"
SUBSCRIPT = "a subscript is a letter, a number, a label, or a letter plus a number, as in x[i+1]"

ADVICE: tuple[Advice, ...] = (
    Advice("", PYTHON, r"^\s*(def|lambda|return|import|from|class|print)\b.*"),
    Advice("", PYTHON, r"=\s*lambda\b.*"),
    Advice(r"=", "f(x) -> y comes first, and its equation y = ... on the next line", r"^\s*\w+\([^()]*\)"),
    Advice(r"=", "an input has no default value", r"^\s*\w+\([^()]*"),
    Advice(r"=", "an index and a term are enough: sum(k, x[k]) runs over the whole range", r"\b(sum|prod)\(\s*\w+"),
    Advice(r"=", "an equation has one =, and a condition compares with <, <=, > or >="),
    Advice(r":=", "an equation is written with ="),
    Advice(r"[-+*/]\s*=", "a name has one equation: write it as one sum"),
    Advice(r":", "an input is a name, with its sizes in brackets: x[n]", r"^\s*\w+\([^()\[]*"),
    Advice(r":", "an index is a single name, as in x[i]"),
    Advice(r"\^", "a power is written **, as in x**2"),
    Advice(r"!=", "comparisons are <, <=, > and >="),
    Advice(r"!", "n! is written exp(lgamma(n + 1))"),
    Advice(r"(if|else)\b", "cases are written where(x < 0, 0, x)"),
    Advice(r"(and|or|not)\b", NESTED),
    Advice(r"[<>]", NESTED, r"[<>]=?[^,]*"),
    Advice(r"[<>]", "a comparison stands only in where(condition, a, b)"),
    Advice(r"[&|~]", NESTED, r"where\(.*"),
    Advice(r"\|", "the absolute value is written abs(x)"),
    Advice(r";", "one ; parts the inputs of a sample from the parameters", r"->.*|^\s*\w+\([^()]*;[^()]*"),
    Advice(r";", "each equation has a line of its own"),
    Advice(r"'", "a derivative is asked for on the command line or in define, not in the definition"),
    Advice(r"\"", "there is no text in a formula: only names and numbers"),
    Advice(r"@", "a product over an index is written sum(j, w[j, k] * x[j])"),
    Advice(r"\{", NO_LATEX, r"\\\w*|\^|_"),
    Advice(r"[\\$]", NO_LATEX),
    Advice(r"\{", "indices stand in square brackets, as in x[i]; in braces stands a layer, as in O{l-1}"),
    Advice(r"%", "there is no remainder here"),
    Advice(r"/", "a comment starts with #, and a quotient has one /", r"/"),
    Advice(r"\*", "a power is written **, as in x**2", r"\*\*"),
    Advice(r"/", "a comment starts with #", r"->.*"),
    Advice(r"\.T\b", "a matrix is transposed by its indices: w[j, i] in place of w[i, j]"),
    Advice(r"\.", "functions have no module before them: exp(x)", r"\b(np|numpy|math|torch|jnp|tf)"),
    Advice(r"\.", "a name has no parts: only letters, digits and _"),
    Advice(r"_", "a number is written without _", r"\d"),
    Advice(r"_", "a name starts with a letter"),
    Advice(r",\s*\d", "decimals are written with a point, as in 1.5", r"\d"),
    Advice(r"-\s*\d", "positions count from 0; there is none before the first", r"\["),
    Advice(r"\[", "all indices stand in one pair of brackets: x[i, j]", r"\]"),
    Advice(r"[-+*/]", "a size is a name or a number", r"^\s*\w+\([^()]*"),
    Advice(r"[-+*/(]", SUBSCRIPT, r"\[[^\]]*"),
    Advice(r"[A-Za-z]", "inputs are parted by commas, as in f(x, y)", r"^\s*\w+\([^()]*\w"),
    Advice(r"\w", "the argument of a function stands in brackets, as in exp(x)",
           r"\b(exp|log|sqrt|sin|cos|tan|tanh|abs|sigmoid|erf)"),
    Advice(r"x[0-9a-fA-F]", "numbers are decimal", r"\b0"),
    Advice(r"[A-Za-z0-9(]", PRODUCT, r"[\w)\]]"),
)  # fmt: skip

SYMBOLS = MappingProxyType({
    "Σ": "a sum is written sum(k, x[k])", "∑": "a sum is written sum(k, x[k])",
    "Π": "a product over an index is written prod(k, x[k])", "∏": "a product over an index is written prod(k, x[k])",
    "√": "a root is written sqrt(x)", "π": "the number is written pi", "∞": "there is no infinity in a formula",
    "∂": "a derivative is asked for on the command line or in define, not in the definition",
    "×": "a product is written with *", "·": "a product is written with *", "⋅": "a product is written with *",
    "∙": "a product is written with *", "∗": "a product is written with *", "÷": "a quotient is written with /",
    "∕": "a quotient is written with /", "−": "a difference is written with -", "–": "a difference is written with -",
    "—": "a difference is written with -", "≤": "write <=", "≥": "write >=", "≦": "write <=", "≧": "write >=",
    "≠": "comparisons are <, <=, > and >=", "→": "write ->", "⟶": "write ->", "≔": "an equation is written with =",
    "。": "an equation ends with its line", "、": "write ,", "‘": "there is no text in a formula",
    "’": "a derivative is asked for on the command line or in define, not in the definition",
    "“": "there is no text in a formula", "”": "there is no text in a formula",
})  # fmt: skip

NAMES = MappingProxyType({
    "ln": "log is the natural logarithm", "lg": "log is the natural logarithm: log(x)/log(10)",
    "log2": "write log(x)/log(2)", "log10": "write log(x)/log(10)", "pow": "a power is written **, as in x**2",
    "power": "a power is written **, as in x**2", "square": "write x**2",
    "e": "e**x is written exp(x), and e is exp(1)", "inf": "there is no infinity in a formula",
    "infinity": "there is no infinity in a formula", "nan": "there is no NaN in a formula",
    "dot": "write sum(i, x[i]*y[i])", "matmul": "write sum(j, w[j, k]*x[j])", "norm": "write sqrt(sum(i, x[i]**2))",
    "transpose": "a matrix is transposed by its indices: w[j, i]", "average": "did you mean mean?",
    "avg": "did you mean mean?", "product": "did you mean prod?", "argmax": "max(k, x[k]) is known, its place is not",
    "argmin": "min(k, x[k]) is known, its place is not", "gamma": "write exp(lgamma(x))",
    "asin": "did you mean arcsin?",
    "acos": "did you mean arccos?", "atan": "did you mean arctan?", "asinh": "did you mean arcsinh?",
    "acosh": "did you mean arccosh?", "atanh": "did you mean arctanh?", "sgn": "did you mean sign?",
    "erfc": "write 1 - erf(x)", "logistic": "did you mean sigmoid?", "sec": "write 1/cos(x)", "csc": "write 1/sin(x)",
    "cot": "write cos(x)/sin(x)", "heaviside": "write where(x < 0, 0, 1), or step(x)", "if": "did you mean where?",
    "piecewise": "did you mean where?", "length": "a size is a value: n", "len": "a size is a value: n",
    "softplus_": "did you mean softplus?", "eval": "a text is read, never run",
})  # fmt: skip


def advice_at(line: str, column: int) -> str | None:
    """The hint for a syntax error at a column (from 1) of a line."""
    at = column - 1
    symbol = advice_for_symbol(line[at : at + 1], line[at + 1 : at + 2])
    return symbol or next((row.hint for row in ADVICE if row.fits(line, at)), None)


def advice_for_symbol(character: str, following: str) -> str | None:
    """What to write in place of a character that no keyboard of a programmer has."""
    if not character or character.isascii():
        return None
    if character in SYMBOLS:
        return SYMBOLS[character]
    if character in "σς" and following in ("(", "（"):
        return "the logistic function is written sigmoid(x)"
    plain = unicodedata.normalize("NFKC", character)
    if unicodedata.category(character) == "No" and plain.isdigit():
        return f"a power is written **{plain}"
    if plain != character and plain.isascii() and plain.isprintable():
        return f"this is another character than {plain!r}: write that one" if plain.strip() else "write a plain space"
    words = unicodedata.name(character, "").split()
    if words[:1] == ["GREEK"] and len(words) > 3:
        return f"names are of Latin letters: write {words[3].lower()}"
    return "names are of the letters a to z and A to Z, digits and _" if character.isalpha() else None


def advice_for(name: str) -> str | None:
    """The hint for an unknown name."""
    return NAMES.get(name)
