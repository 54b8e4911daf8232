"""Entries looked up by position, as NumPy indexing: fixed places, labels, and what lands at a label's place.

Contract: each function spells one op of kind `position`; their arguments are Factors: texts with the axes of the node
that their own axes lie on. Labels are integer arrays, so no one-hot array is built: a gather is fancy indexing, a
scatter is `np.add.at` (in a helper of the module), entry by entry in the order of the samples.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from derive.emit.kernel_contraction import Factor
from derive.ir.graph import Node
from derive.language.indices import Dimension, Less

Extent = Callable[[Dimension], str]


def transposed(text: str, order: Sequence[int]) -> str:
    """Axes in another order; as .T or .mT where it is one of these."""
    order = tuple(order)
    if order == tuple(range(len(order))):
        return text
    if order == (*range(len(order) - 2), len(order) - 1, len(order) - 2):
        return f"{text}.{'T' if len(order) == 2 else 'mT'}"
    return f"np.transpose({text}, {order})"


def laid_out(part: Factor, axes: Sequence[int]) -> str:
    """The array with these axes in this order, new ones where it lacks one."""
    own = [a for a in axes if a in part.axes]
    text = transposed(part.text, [part.axes.index(a) for a in own])
    start = axes.index(own[0]) if own else len(axes)
    index = [":" if a in own else "None" for a in axes[start:]]
    return f"{text}[{', '.join(index)}]" if "None" in index else text


def places(label: Factor, shared: Sequence[int], node: Node, extent: Extent) -> list[str]:
    """Index arrays for the axes that the label shares, then the label itself."""
    axes = sorted(label.axes)
    found = []
    for axis in shared:
        after = len(axes) - 1 - axes.index(axis)
        index = f"[:{', None' * after}]" if after else ""
        found.append(f"np.arange({extent(node.space[axis])}){index}")
    return [*found, laid_out(label, axes)]


def pick(value: Factor, node: Node) -> str:
    """x[:, 0]; the bound axis is the last one."""
    axes = (*range(len(node.shape)), len(node.shape))
    return f"{laid_out(value, axes)}[{', '.join([':'] * len(node.shape) + [str(node.data)])}]"


def gather(value: Factor, label: Factor, node: Node, extent: Extent) -> str:
    """a[np.arange(samples), y]: the axes of the label come first, then those of the value alone."""
    bound = len(node.shape)
    named = sorted(label.axes)
    shared = [a for a in named if a in value.axes]
    alone = [a for a in range(bound) if a in value.axes and a not in named]
    text = laid_out(value, (*shared, bound, *alone))
    text = f"{text}[{', '.join(places(label, shared, node, extent))}]"
    return transposed(text, [(*named, *alone).index(a) for a in range(bound)])


def scatter(value: Factor, label: Factor, node: Node, extent: Extent) -> str:
    """Zeros to which each value is added at its label's place."""
    assert isinstance(node.data, int)
    named = sorted(label.axes)
    kept = [a for a in named if a < len(node.shape)]
    alone = [a for a in range(len(node.shape)) if a != node.data and a not in named]
    order = (*kept, node.data, *alone)
    shape = f"({', '.join(extent(node.shape[a]) for a in order)}{',' if len(order) == 1 else ''})"
    found = places(label, kept, node, extent)
    where = f"({', '.join(found)})" if kept else found[0]
    text = f"_scattered({shape}, {where}, {laid_out(value, (*named, *alone))})"
    return transposed(text, [order.index(a) for a in range(len(node.shape))])


def window(value: Factor, node: Node, extent: Extent) -> str:
    """x[:, 1:] where all places lie inside, else a helper that fills up with zeros."""
    assert isinstance(node.data, tuple)
    (axis, offset), bound = node.data, len(node.shape)
    text = laid_out(value, [bound if a == axis else a for a in range(bound)])
    after = rest_after(node.bound[0], node.shape[axis], offset)
    if after is None:
        return f"_shifted({text}, axis={axis}, offset={offset}, size={extent(node.shape[axis])})"
    piece = f"{offset or ''}:{-after if after else ''}"
    return f"{text}[{', '.join([':'] * axis + [piece])}]"


def rest_after(source: Dimension, target: Dimension, offset: int) -> int | None:
    """How many places of the source come after the window; None where it does not lie inside for sure."""
    (left, less), (right, more) = (counted(d) for d in (source, target))
    after = more - less - offset
    return after if left == right and offset >= 0 and after >= 0 else None


def counted(dimension: Dimension) -> tuple[str, int]:
    """A size as a symbol less a number."""
    if isinstance(dimension, Less):
        return dimension.size, dimension.by
    return ("", -dimension) if isinstance(dimension, int) else (str(dimension), 0)


def others(value: Factor, node: Node) -> str:
    """The products along the bound axis, which becomes the axis `data` of the node."""
    assert isinstance(node.data, int)
    bound = len(node.shape)
    text = f"_product_of_others({value.text}, axis={value.axes.index(bound)})"
    own = tuple(node.data if a == bound else a for a in value.axes)
    return transposed(text, [own.index(a) for a in range(bound)])
