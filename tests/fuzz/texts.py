"""Texts that are mostly no definitions: random bytes, random tokens, and definitions with something changed.

Contract: `random_text(chance, seeds)` gives one text; the same source of chance gives the same one.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

ALPHABET = "abxyzijkn0123456789 ()[]{}+-*/=<>.,;:_#\n\t^!@'\"\\%&|~$?`"
ODD = "σΣ²λ×÷−–·≤≥≠→（）［］，；：＝＋０１２αβ∂∑√∞　\u00a0\u200b\ufeff\u2028\x00\x1b\r\x0b\x0c\x85é𝑥"
TOKENS = (
    "f", "x", "y", "a", "n", "i", "j", "k", "w", "0", "1", "2", "0.5", "1e-3", "1e9", "**", "*", "/", "+", "-", "(",
    ")",
    "[", "]", "{", "}", ",", ";", "=", "->", "<", "<=", ">", "\n", "\n    ", " ", "sum", "max", "mean", "where", "exp",
    "log", "abs", "clip", "softmax", "sigmoid", "prod", "logsumexp", "pi", "lambda", "import", "__class__", "O{l}",
    "O{l-1}", "O{L}", "W{0}", "x[n]", "a[i]", "#",
)  # fmt: skip
SEEDS = (
    "softmax(a[n]) -> p\n    p[i] = exp(a[i])/sum(k, exp(a[k]))\n",
    "perceptron(x[n], t[m]; w[n, m]) -> E\n    X[k] = sum(j, w[j, k]*x[j])\n    O[k] = sigmoid(X[k])\n"
    "    E = 1/2*sum(k, (O[k] - t[k])**2)\n",
    "relu(x) -> y\n    y = where(x < 0, 0, x)\n",
    "pick(a[n], y) -> L\n    L = log(sum(k, exp(a[k]))) - a[y]\n",
    "tv(x[n]) -> y\n    y = sum(i, abs(x[i+1] - x[i])) + x[0]\n",
    "g(x) -> y\n    y = x**2\nf(x, z) -> u, v\n    u = g(x*z) + clip(z, -1, 1)\n    v = max(x, z)\n",
    "mlp(x[n{0}], t[n{L}]; W{l}[n{l-1}, n{l}]) -> E\n    O{0}[j] = x[j]\n    X{l}[k] = sum(j, W{l}[j, k]*O{l-1}[j])\n"
    "    O{l}[k] = sigmoid(X{l}[k])\n    E = 1/2*sum(k, (O{L}[k] - t[k])**2)\n",
)


def random_text(chance: random.Random, seeds: Sequence[str] = SEEDS) -> str:
    kind = chance.randrange(10)
    if kind == 0:
        return bytes(chance.randrange(256) for _ in range(chance.randrange(60))).decode("utf-8", "replace")
    if kind == 1:
        return "".join(chance.choice(ALPHABET + ODD) for _ in range(chance.randrange(80)))
    if kind == 2:
        return "".join(chance.choice(TOKENS) for _ in range(chance.randrange(40)))
    if kind == 3:
        return "f(x, a[n]) -> y\n    y = " + "".join(chance.choice(TOKENS) for _ in range(1 + chance.randrange(15)))
    text = chance.choice(seeds)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        text = chance.choice(CHANGES)(text, chance)
    return text


def removed(text: str, chance: random.Random) -> str:
    first = chance.randrange(len(text) + 1)
    return text[:first] + text[first + chance.choice((1, 1, 2, 5)) :]


def inserted(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + chance.choice((*TOKENS, *ODD, *ALPHABET)) + text[place:]


def replaced(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + chance.choice((*TOKENS, *ALPHABET)) + text[place + 1 :]


def doubled(text: str, chance: random.Random) -> str:
    first = chance.randrange(len(text) + 1)
    last = first + chance.randrange(12)
    return text[:last] + text[first:last] * chance.choice((1, 1, 1, 50)) + text[last:]


def swapped(text: str, chance: random.Random) -> str:
    """Two words change places."""
    words = sorted(set("".join(c if c.isalnum() else " " for c in text).split()))
    if len(words) < 2:
        return text
    one, other = chance.choice(words), chance.choice(words)
    return text.replace(one, "\x00").replace(other, one).replace("\x00", other)


def line_moved(text: str, chance: random.Random) -> str:
    lines = text.split("\n")
    lines.insert(chance.randrange(len(lines) + 1), lines.pop(chance.randrange(len(lines))))
    return "\n".join(lines)


CHANGES: tuple[Callable[[str, random.Random], str], ...] = (removed, inserted, replaced, doubled, swapped, line_moved)
