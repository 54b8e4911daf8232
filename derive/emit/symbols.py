"""Names and user text in print: Greek letters, subscripts and what each format must escape.

Contract: every function is total; no text of a definition or of a catalogue row (x_1, 50%, <b>,
\\input{...}) reaches LaTeX, Markdown or KaTeX as code. To extend: a letter or a character is a table entry.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from types import MappingProxyType

from derive.language.layered import base_of, layer_of

GREEK = MappingProxyType(
    {
        "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
        "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
        "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
        "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ",
        "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    }
)  # fmt: skip
"""Names of Greek letters as LaTeX has them, with their characters."""

ACCENTS = MappingProxyType({"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "dot": "\u0307", "vec": "\u20d7"})
"""A name such as x_hat or W_out_bar is a letter under an accent; in text the accent combines with the letter."""

LATEX_SPECIAL = MappingProxyType(
    {
        "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
        "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": "$<$", ">": "$>$", "|": "$|$",
        '"': "''", "`": r"\textasciigrave{}", "'": "'",
        "–": "--", "—": "---", "‘": "`", "’": "'", "“": "``", "”": "''", "…": r"\dots{}", "\u00a0": "~",
        "−": "$-$", "×": r"$\times$", "·": r"$\cdot$", "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$",
        "≈": r"$\approx$", "→": r"$\to$", "∞": r"$\infty$", "∂": r"$\partial$", "∑": r"$\sum$", "∈": r"$\in$",
        "√": r"$\surd$", "±": r"$\pm$", "²": "$^2$", "³": "$^3$", "½": r"$\tfrac12$", "ᵀ": r"$^{\mathsf T}$",
        "′": "$'$", "∇": r"$\nabla$", "⟨": r"$\langle$", "⟩": r"$\rangle$", "∘": r"$\circ$", "ℝ": "$\\mathbf R$",
    }
    | {character: f"$\\{name}$" for name, character in GREEK.items()}
    | {"Α": "A", "Β": "B"}
)  # fmt: skip
"""Characters of text that LaTeX (with inputenc's utf8 alone) must be given in other words."""

MARKDOWN_SPECIAL = MappingProxyType(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "[": "&#91;", "]": "&#93;", "$": "&#36;", "\\": "&#92;"}
    | {character: "\\" + character for character in "*_`~|"}
)
LINE_START = re.compile(r"^(\d*)((?<=\d)[.)](?=\s|$)|[-+#](?=\s|$|#))")
"""What would begin a list or a heading."""

OPERATORS = frozenset({"sinh", "cosh", "tanh", "coth", "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos",
                       "arctan", "ln", "log", "exp"})  # fmt: skip
"""Names that LaTeX knows as functions."""

PIECES = re.compile(r"[A-Za-z]+|[0-9]+")
CJK = re.compile("[\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]")

IN_MATH = MappingProxyType(
    {"\\": "/", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_", "^": "", "~": " ",
     "<": "", ">": "", "–": "-"}
)  # fmt: skip
"""What text inside a formula must not hold."""


def is_letter(character: str) -> bool:
    """A character that every engine sets as it is (Chinese ones where the engine is xelatex)."""
    return " " <= character <= "~" or "\u00c0" <= character <= "\u017f" or CJK.match(character) is not None


def escape_latex(text: str) -> str:
    """Text of a user as LaTeX text; Chinese characters stay (for xelatex), other unknown ones are named."""
    return "".join(map(escape_character, text))


def escape_character(character: str) -> str:
    if character in LATEX_SPECIAL:
        return LATEX_SPECIAL[character]
    if is_letter(character) or character.isspace():
        return " " if character.isspace() else character
    return rf"\texttt{{U+{ord(character):04X}}}"


def escape_markdown(text: str) -> str:
    r"""Text of a user as Markdown text: no markup, no HTML, no mathematics (\( and \[ would start some)."""
    return LINE_START.sub(r"\1\\\2", "".join(MARKDOWN_SPECIAL.get(c, c) for c in escape_line(text)))


def escape_line(text: str) -> str:
    """Text of a user for a terminal: one line, no control characters."""
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or c.isprintable())


def latex_in_math(text: str) -> str:
    """Any text inside \\text{...} in a formula that KaTeX also reads: no nested $."""
    return "".join(IN_MATH.get(c, c if is_letter(c) else "?") for c in text)


def letters(name: str) -> str:
    """One word of a name in LaTeX: a letter, a Greek letter, a number or an upright word."""
    if name in GREEK:
        return "\\" + name
    if len(name) == 1 or name.isdigit():
        return name if name.isalnum() else latex_in_math(name)
    return rf"\mathrm{{{latex_in_math(name)}}}"


@dataclass(frozen=True)
class Spelling:
    """What a name is made of: x_hat_1 is the word x under a hat with the subscript 1."""

    word: str
    accents: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


def spelling(name: str) -> Spelling:
    """The parts of a name; one that is not made of words stays whole."""
    words = PIECES.findall(name) if re.fullmatch(r"[A-Za-z0-9_]+", name) else []
    if not words or words[0].isdigit():
        return Spelling(name)
    accents = tuple(w for w in words[1:] if w in ACCENTS)
    return Spelling(words[0], accents, tuple(w for w in words[1:] if w not in ACCENTS))


def latex_name(name: str, indices: tuple[str, ...] = ()) -> str:
    """x1 is x_1, w[j, k] is w_{jk}, x_hat[i] is \\hat{x}_i, gate is upright, W{l} is W^{(l)}."""
    parts, layer = spelling(base_of(name)), layer_of(name)
    base = letters(parts.word)
    for accent in parts.accents:
        base = rf"\{accent}{{{base}}}"
    base += f"^{{({latex_layer(name)})}}" if layer is not None else ""
    running = [latex_name(i) for i in indices]
    simple = not parts.below and all(len(i) == 1 for i in indices)
    inside = "".join(running) if simple else ",".join([*map(letters, parts.below), *running])
    if not inside:
        return base
    return f"{base}_{inside}" if len(inside) == 1 else f"{base}_{{{inside}}}"


def latex_layer(name: str) -> str:
    """What stands in the braces of a layered name: l-1."""
    layer = layer_of(name)
    assert layer is not None
    return letters(layer.letter) + (f"{layer.offset:+d}" if layer.offset else "") if layer.letter else str(layer)


def latex_size_name(name: str) -> str:
    """A size; that of a layer has it below, n_{l-1}."""
    return latex_name(name) if layer_of(name) is None else f"{latex_name(base_of(name))}_{{{latex_layer(name)}}}"


def text_name(name: str, indices: tuple[str, ...] = ()) -> str:
    """The same for a terminal: x_j, w_jk, θ, x1[j]; z_bar is z̄, W{l} stays W{l}."""
    layer = name[len(base_of(name)) :]
    name = base_of(name)
    base, accents = name, ""
    while base.rpartition("_")[2] in ACCENTS:
        base, _, word = base.rpartition("_")
        accents = ACCENTS[word] + accents
    letter = GREEK.get(base, base)
    accented = bool(accents) and len(letter) == 1
    shown = unicodedata.normalize("NFC", letter + accents) if accented else text_word(name)
    if not indices:
        return shown + layer
    if (accented or len(shown) == 1) and all(len(i) == 1 for i in indices):
        return f"{shown}{layer}_{''.join(indices)}"
    return f"{shown}{layer}[{', '.join(indices)}]"


def text_word(name: str) -> str:
    return GREEK.get(name.rstrip("_"), escape_line(name))


def latex_function(name: str, symbols: dict[str, str]) -> str:
    """The symbol of a defined function: the caller's, or its own name upright."""
    if name in symbols:
        return symbols[name]
    if len(name) == 1 or name in GREEK:
        return latex_name(name)
    if name in OPERATORS:
        return "\\" + name
    return rf"\operatorname{{{latex_in_math(name)}}}"


def text_function(name: str, symbols: dict[str, str]) -> str:
    """A LaTeX symbol as characters: \\sigma is σ, \\tanh and \\operatorname{sgn} are their letters."""
    return latex_as_text(symbols[name]) or name if name in symbols else text_name(name)


def latex_as_text(symbol: str) -> str:
    """A LaTeX symbol without its commands."""
    bare = re.sub(r"\\(operatorname|mathrm|mathbf|text)\b\*?", "", symbol)
    bare = re.sub(r"\\([A-Za-z]+)", lambda found: GREEK.get(found[1], found[1]), bare)
    return escape_line(re.sub(r"[{}\\]", "", bare))


def width_of(text: str) -> float:
    """Rough width of plain text in em."""
    return sum(1.0 if CJK.match(c) else 0.28 if c in " .,:;'()ilj|" else 0.75 if c.isupper() else 0.5 for c in text)


def width_of_name(name: str, indices: tuple[str, ...] = ()) -> float:
    """Rough width in em of a name with its indices."""
    words = PIECES.findall(base_of(name)) or [name]
    base = 0.6 if words[0] in GREEK else width_of(words[0]) + 0.1
    below = sum(0.4 if w in GREEK else 0.7 * width_of(w) + 0.1 for w in (*words[1:], *indices))
    above = 0.7 * width_of(f"({layer_of(name)})") + 0.1 if layer_of(name) is not None else 0.0
    return base + max(below, above)
