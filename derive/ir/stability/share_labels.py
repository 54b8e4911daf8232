"""What is looked up at a label, less its mean: a mean of shares less the label's own.

    g_y - sum_j g_j p_j       -sum_j g_j (p_j - delta_yj)
    sum_j g_j p_j - g_y       sum_j g_j (p_j - delta_yj)

Contract: `means_less_labels` maps a graph to an equal one. p_j - delta_yj has a row of its own, which keeps its digits
where the share of the label is nearly 1; the sum stays a product of matrices where g is one.
"""

from __future__ import annotations

from dataclasses import replace

from derive.ir.build import constant
from derive.ir.graph import Argument, Graph, Node, moved, rebuild, whole
from derive.ir.stability.share_differences import less
from derive.ir.stability.share_means import minus, weighted_means, without_name
from derive.ir.stability.shares import negated, on_axes

LABELS = ("pick", "gather")


def means_less_labels(graph: Graph) -> Graph:
    """The rows above, beside other terms, too."""
    return rebuild(graph, lambda n: less_label(n) if n.op == "add" else n)


def less_label(node: Node) -> Node:
    for taken, first in enumerate(node.arguments):
        negative = negated(first)
        entry = first if negative is None else negative
        for other, argument in enumerate(node.arguments) if entry.node.op in LABELS else ():
            opposite = negated(argument)
            mean = argument if negative is not None else opposite
            if mean is None or (negative is not None and opposite is not None):
                continue
            for weights, (_, share) in weighted_means(mean.node):
                label = label_of(entry, weights, mean) if other != taken else None
                if label is not None:
                    rest = tuple(a for k, a in enumerate(node.arguments) if k not in (taken, other))
                    new = Argument(with_label(mean.node, weights, share, label), mean.axes)
                    new = new if negative is not None else minus(new)
                    return replace(node, arguments=(*rest, new)) if rest else on_axes(new, node)
    return node


def label_of(entry: Argument, weights: Argument, mean: Argument) -> Argument | None:
    """The label y on the axes of the mean, where `entry` is g_y."""
    look_up, bound = entry.node, len(mean.node.shape)
    entries, *labels = look_up.arguments
    if without_name(entries.node) != without_name(weights.node):
        return None
    found = [(w, a) for a, w in zip(entries.axes, weights.axes, strict=True)]
    over = [a for w, a in found if w == bound] == [len(look_up.shape)]
    own = all(w == bound or (a < len(entry.axes) and mean.axes[w] == entry.axes[a]) for w, a in found)
    if not over or not own or not (labels or isinstance(look_up.data, int)):
        return None
    label = moved(labels[0], entry.axes) if labels else Argument(constant(look_up.data), ())  # type: ignore[arg-type]
    if not set(label.axes) <= set(mean.axes):
        return None
    return Argument(label.node, tuple(mean.axes.index(a) for a in label.axes))


def with_label(mean: Node, weights: Argument, share: Argument, label: Argument) -> Node:
    """sum_j g_j (p_j - delta_yj)"""
    (size,) = mean.bound if mean.bound else mean.arguments[0].node.bound
    rank = len(mean.shape)
    space = (*mean.shape, size)
    index = Argument(Node("index", shape=(size,)), (rank,))
    delta = whole(Node("delta", (label, index), space, data=(size, size)))
    product = whole(Node("multiply", (weights, less(share, delta, space)), space))
    return Node("sum", (product,), mean.shape, (size,), origin=mean.origin)
