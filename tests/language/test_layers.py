"""Recurrences in the language: layers found, sizes inferred, plain definitions cut out, faults at their place."""

from __future__ import annotations

import pytest

from derive.emit.unicode_text import unicode_text
from derive.language.errors import DeriveError
from derive.language.layered import Layer, accented, at, base_of, layer_of, moved, mover, relabelled
from derive.language.layers import parse_definitions
from derive.language.recurrence import RecurrentDefinition
from derive.language.resolve import parse
from tests.recurrences import FUNCTIONS, TEXTS, definition


def test_names_with_layers() -> None:
    assert layer_of("O{l-1}") == Layer("l", -1)
    assert layer_of("O{12}") == Layer("", 12)
    assert layer_of("O") is layer_of("{l}") is layer_of("O{l}{l}") is None
    assert (base_of("O{l-1}"), base_of("O")) == ("O", "O")
    assert accented("O{l}", "bar") == "O_bar{l}"
    assert moved("O{l-1}", "l", Layer("", 3)) == "O{2}"
    assert moved("O{l-1}", "l", Layer("l", 1)) == "O{l}"
    assert moved("O{L}", "l", Layer("", 3)) == "O{L}"
    assert at("O{l}", Layer("L", -1)) == "O{L-1}"


def test_relabelling_leaves_other_strings_alone() -> None:
    change = mover("l", Layer("", 2))
    assert relabelled(("chain rule through {0}", frozenset({"O{l}"}), 7), change) == (
        "chain rule through {0}", frozenset({"O{2}"}), 7,
    )  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_unrolls_to_a_plain_definition(name: str) -> None:
    found = definition(TEXTS[name])
    for depth in (1, 2, 5):
        unrolled = found.unrolled(depth)
        assert not isinstance(unrolled, RecurrentDefinition)
        assert len(unrolled.equations) == len(found.base) + depth * len(found.layer) + len(found.head)
        left = [n for n in (*unrolled.names, *unrolled.sizes) if (layer_of(n) or Layer("")).letter]
        assert not left


def test_a_network_by_layers() -> None:
    mlp = definition(TEXTS["mlp"])
    assert (mlp.letter, mlp.depth, mlp.carried, mlp.entries(Layer("l"))) == ("l", "L", ("O",), ("X{l}",))
    assert [e.name for e in (*mlp.base, *mlp.layer, *mlp.head)] == ["O{0}", "X{l}", "O{l}", "E"]
    unrolled = mlp.unrolled(2)
    assert [(i.name, i.dimensions) for i in unrolled.inputs] == [
        ("x", ("n{0}",)), ("t", ("n{2}",)), ("W{1}", ("n{0}", "n{1}")), ("W{2}", ("n{1}", "n{2}")),
    ]  # fmt: skip
    assert unicode_text(unrolled.equation("X{2}").body) == "Σ_j W{2}_jk O{1}_j"


def test_a_size_on_the_left_alone_is_that_of_the_layer() -> None:
    assert definition(TEXTS["rnn"]).base[0].indices[0].size == "h"


def test_what_matters_at_the_last_step_only_follows_it() -> None:
    inside = TEXTS["rnn"].replace("P[m] = sum(k, V[k, m]*s{T}[k])", "P{t}[m] = sum(k, V[k, m]*s{t}[k])")
    late = definition(inside.replace("(P[m]", "(P{T}[m]"))
    assert [e.name for e in late.layer] == ["Z{t}", "s{t}"]
    assert [e.name for e in late.head] == ["P{T}", "E"]


def test_plain_definitions_stay_plain() -> None:
    assert parse_definitions(FUNCTIONS) == parse(FUNCTIONS)


HEADER = "f(x[n]; W{l}[n, n]) -> E\n"
BASE = "  O{0}[i] = x[i]\n"
LAYER = "  O{l}[i] = sum(j, W{l}[j, i]*O{l-1}[j])\n"
END = "  E = sum(i, O{L}[i])\n"
FAULTS = {
    "no base case": (HEADER + LAYER + END, "O has no layer 0", 2, "O{0} = ..."),
    "no layer": (HEADER + BASE + "  E = sum(i, O{0}[i])\n", "no equation of a layer", 1, "O{l-1}"),
    "never continued": (HEADER + BASE + "  P{0} = 1\n" + LAYER + END, "P{0} is never continued", 3, "P{l} = ..."),
    "the layer after": (HEADER + BASE + LAYER.replace("l-1", "l+1") + END, "O{l+1}: a layer uses itself", 3, "O{l-1}"),
    "two layers before": (
        HEADER + BASE + LAYER.replace("l-1", "l-2") + END,
        "O{l-2}: a layer uses itself",
        3,
        "O{l-1}",
    ),
    "a numbered layer": (
        HEADER + BASE + LAYER + END.replace("L", "3"),
        "O{3}: of all layers only the start",
        4,
        "O{0}",
    ),
    "two letters": (HEADER + BASE + LAYER + "  P{m} = 1\n" + END, "P{m}: a layer is called l before", 4, "one letter"),
    "third letter": (HEADER + BASE + LAYER + END + "  F = O{M}[0]\n", "M is unknown", 5, "O{L}"),
    "about the last layer": (HEADER + BASE + LAYER + "  O{L}[i] = x[i]\n" + END, "a layer is called l before", 4, None),
    "about the layer before": (HEADER + BASE + "  O{l-1}[i] = x[i]\n", "no equation can be about layer l-1", 3, "O{l}"),
    "before the last": (HEADER + BASE + LAYER + END.replace("L", "L-1"), "only {L} can be used", 4, "O{L}"),
    "the last inside": (
        HEADER + BASE + LAYER.replace("l-1", "L") + END,
        "cannot be used in an equation of layer l",
        3,
        None,
    ),
    "a layer at the end": (HEADER + BASE + LAYER + END.replace("L", "l"), "of what follows the last layer", 4, "O{L}"),
    "a layer at the start": (HEADER + "  O{0}[i] = O{l}[i]\n" + LAYER + END, "an equation of the start", 2, "O{0}"),
    "an input of another layer": (
        HEADER + BASE + LAYER.replace("W{l}", "W{l-1}") + END,
        "W{l-1} cannot be used",
        3,
        "W{l}",
    ),
    "the end inside": (
        HEADER + BASE + LAYER.replace("sum", "E*sum") + END,
        "E is not known at layer l",
        3,
        "follows the last",
    ),
    "with and without": (HEADER + BASE + LAYER + "  O = 1\n" + END, "O is used with a layer and without", 4, None),
    "an unknown name": (HEADER + BASE + LAYER.replace("O{l-1}", "Q{l-1}") + END, "unknown name Q{l-1}", 3, None),
    "a layer as an index": (
        HEADER + BASE + "  O{l}[i] = sum(l, W{l}[l, i]*O{l-1}[l])\n" + END,
        "l counts layers",
        3,
        "another letter",
    ),
    "input of one layer": (
        "f(x[n]; W{0}[n, n]) -> E\n" + BASE + LAYER + END,
        "W{0} cannot be given for layer 0",
        1,
        "W{l}",
    ),
    "size of a layer": (
        HEADER.replace("x[n]", "x[n{l}]") + BASE + LAYER + END,
        "x is one array and has no size n{l}",
        1,
        None,
    ),
    "two sizes": (
        "f(x[n{0}]; W{l}[n{l-1}, n{l}]) -> E\n" + BASE + LAYER.replace("[j, i]", "[i, j]") + END,
        "O{0} has size n{0} here, but as O{l} it has size n{l-1}",
        2,
        "carries no layer",
    ),
    "base of another size": (
        "f(x[m]; W{l}[n{l-1}, n{l}]) -> E\n" + BASE + LAYER + END,
        "O{0} has size m here, but as O{l} it has size n{l}",
        2,
        None,
    ),
    "no depth": (
        "f(x[n]; W[n, n]) -> E\n" + BASE + LAYER.replace("W{l}", "W") + END,
        "how many layers there are",
        2,
        "W{l}",
    ),
    "several outputs": (
        HEADER.replace("E", "E, F") + BASE + LAYER + END + "  F = E\n",
        "returns one number",
        1,
        "O{L}",
    ),
    "an array": (HEADER.replace("E", "y") + BASE + LAYER + "  y[i] = O{L}[i]\n", "returns one number", 1, None),
    "not needed": (HEADER + BASE + LAYER + "  E = sum(i, x[i])\n", "E does not depend on the layer before", 1, None),
    "only at the last": (
        HEADER + BASE + LAYER + "  P{l} = sum(i, W{l}[i, i]*O{l}[i])\n  E = P{L}\n",
        "P{L} matters at the last layer only",
        None,
        None,
    ),
    "a cycle": (HEADER + BASE + "  O{l}[i] = O{l}[i]*O{l-1}[i]\n" + END, "O{l} is defined by itself", 3, None),
    "braces of another kind": (
        HEADER + BASE + LAYER.replace("O{l-1}", "O{l*2}"),
        "unexpected character '{'",
        3,
        "a layer",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_has_message_place_and_hint(fault: str) -> None:
    text, message, line, hint = FAULTS[fault]
    with pytest.raises(DeriveError) as caught:
        parse_definitions(text)
    assert message in str(caught.value)
    if line is not None:
        assert caught.value.place is not None
        assert caught.value.place.line == line
    assert hint is None or hint in (caught.value.hint or "")


def test_a_layer_outside_a_recurrence_is_refused() -> None:
    with pytest.raises(DeriveError, match=r"x\{i\} has a layer"):
        parse("f(x) -> y\n  y = x{i}")
