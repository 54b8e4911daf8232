"""Walking, comparing and rebuilding expressions; bound indices never capture free ones.

Contract: pure functions of trees. `canonical` decides equality up to the letters of bound indices, `unordered` up to
the order of terms and factors as well,
`rename` and `freshen` keep bound and free indices apart, `match` finds the indices at which a general
expression becomes a given one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from derive.language.expressions import (
    NODE_TYPES,
    Add,
    Applied,
    Call,
    Chosen,
    Delta,
    Expression,
    Guarded,
    Mul,
    Number,
    Partial,
    Reduce,
    Ref,
    Selected,
    Size,
    Where,
    delta,
    guarded,
    rechosen,
    reduce_over,
)
from derive.language.indices import Fixed, Index, Shifted, shifted


def walk(value: Expression) -> Iterator[Expression]:
    """Every node, the outermost first, from left to right."""
    stack = [value]
    while stack:
        top = stack.pop()
        yield top
        stack.extend(reversed(top.children))


def contains(value: Expression, kind: type[Expression] | tuple[type[Expression], ...]) -> bool:
    return any(isinstance(n, kind) for n in walk(value))


def references(value: Expression) -> Iterator[Ref]:
    return (n for n in walk(value) if isinstance(n, Ref))


def reference_names(value: Expression) -> frozenset[str]:
    """The names of all references in a tree."""
    cached = value.__dict__.get("_names")
    if cached is None:
        cached = frozenset({value.name} if isinstance(value, Ref) else ()).union(*map(reference_names, value.children))
        object.__setattr__(value, "_names", cached)
    found: frozenset[str] = cached
    return found


def subscripts(value: Expression) -> tuple[Index, ...]:
    """What the node itself writes where an index can stand, fixed and chosen positions included."""
    if isinstance(value, Ref):
        return value.indices
    if isinstance(value, Delta):
        return (value.left, value.right)
    if isinstance(value, Selected):
        return (value.at,)
    if isinstance(value, Reduce):
        return value.excluding
    if isinstance(value, Guarded):
        return (value.index,)
    if isinstance(value, Partial):
        return value.variable.indices
    return ()


def own_indices(value: Expression) -> tuple[Index, ...]:
    """The indices that the node itself mentions without binding them."""
    return tuple(letter for i in subscripts(value) for letter in letters(i))


def letters(index: Index) -> tuple[Index, ...]:
    """The indices that a subscript depends on: none for a fixed one, those of the quantity for a chosen one."""
    if isinstance(index, Fixed):
        return ()
    if isinstance(index, Shifted):
        return letters(index.base)
    return free_indices(index.by) if isinstance(index, Chosen) else (index,)


def bound_index(value: Expression) -> Index | None:
    return value.index if isinstance(value, Reduce | Selected) else None


def free_indices(value: Expression) -> tuple[Index, ...]:
    """Free indices in the order of their first appearance."""
    cached = value.__dict__.get("_free")
    if cached is None:
        found: dict[Index, None] = {}
        bound = bound_index(value)
        for child in value.children:
            found.update((i, None) for i in free_indices(child) if i != bound)
        for index in own_indices(value):
            found.setdefault(index)
        cached = tuple(found)
        object.__setattr__(value, "_free", cached)
    return cached


def index_names(value: Expression) -> set[str]:
    """Names that a new index must not take: those of all indices, free and bound, and of their sizes."""
    cached = value.__dict__.get("_index_names")
    if cached is None:
        bound = bound_index(value)
        own = (*own_indices(value), *([bound] if bound is not None else []))
        cached = frozenset(name for index in own for name in (index.name, str(index.size)))
        cached = cached.union(*map(index_names, value.children))
        object.__setattr__(value, "_index_names", cached)
    return set(cached)


def transform(value: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Apply `change` to every node, the innermost first."""
    children = tuple(transform(c, change) for c in value.children)
    return change(value.with_children(children) if children != value.children else value)


def replace(value: Expression, table: Mapping[Expression, Expression]) -> Expression:
    """Replace whole nodes, the outermost first; what is put in is not looked into again."""
    if value in table:
        return table[value]
    children = tuple(replace(c, table) for c in value.children)
    return value.with_children(children) if children != value.children else value


def fresh_index(index: Index, taken: Iterable[str]) -> Index:
    """An index of the same size whose name is not taken: the next letters of the alphabet."""
    used = set(taken)
    if index.name not in used:
        return index
    start = ord(index.name[0]) if len(index.name) == 1 and index.name.isalpha() else ord("i")
    letters = [chr(c) for c in range(start + 1, ord("z") + 1) if chr(c) != "o"]
    letters += [c for c in "ijklmnpqrs" if c not in letters]
    for suffix in ("", *map(str, range(1, 1000))):
        for letter in letters:
            if letter + suffix not in used:
                return Index(letter + suffix, index.size)
    raise AssertionError("more than ten thousand indices")


def fresh_letters(indices: Iterable[Index], taken: Iterable[str]) -> tuple[Index, ...]:
    """Indices of the same sizes, none with a name that is taken or that of another."""
    used = set(taken)
    found: list[Index] = []
    for index in indices:
        found.append(fresh_index(index, used))
        used.add(found[-1].name)
    return tuple(found)


def rename(value: Expression, table: Mapping[Index, Index]) -> Expression:
    """Replace free indices; bound ones step aside where they would capture."""
    active = {old: new for old, new in table.items() if old in free_indices(value) and old != new}
    if not active:
        return value
    bound = bound_index(value)
    incoming = {letter.name for new in active.values() for letter in letters(new)}
    if bound is not None and bound.name in incoming:
        taken = index_names(value) | incoming
        value = rebind(value, fresh_index(bound, taken))
    children = tuple(rename(c, {o: n for o, n in active.items() if o != bound_index(value)}) for c in value.children)
    value = value.with_children(children) if children != value.children else value
    return rename_own(value, active)


def rename_own(value: Expression, table: Mapping[Index, Index]) -> Expression:
    def new(index: Index) -> Index:
        if isinstance(index, Shifted):
            return shifted(new(index.base), index.offset, index.size)
        return rechosen(index, rename(index.by, table)) if isinstance(index, Chosen) else table.get(index, index)

    if isinstance(value, Selected):
        return Selected(value.kind, value.index, value.body, new(value.at))
    if isinstance(value, Reduce):
        return Reduce(value.kind, value.index, value.body, tuple(map(new, value.excluding)))
    return resubscripted(value, new)


def resubscripted(value: Expression, new: Callable[[Index], Index]) -> Expression:
    """The node with each index that it writes or binds changed; its children are as they were."""
    if isinstance(value, Ref):
        # what is chosen by a quantity is a child of the reference and changed already
        return Ref(value.name, tuple(i if isinstance(i, Chosen) else new(i) for i in value.indices))
    if isinstance(value, Delta):
        return delta(new(value.left), new(value.right))
    if isinstance(value, Selected):
        return Selected(value.kind, new(value.index), value.body, new(value.at))
    if isinstance(value, Reduce):
        return reduce_over(value.kind, new(value.index), value.body, tuple(map(new, value.excluding)))
    if isinstance(value, Guarded):
        return guarded(new(value.index), value.low, value.high, value.body)
    if isinstance(value, Partial):
        return Partial(value.body, Ref(value.variable.name, tuple(map(new, value.variable.indices))), value.holding)
    return value


def rebind(value: Expression, new: Index) -> Expression:
    """The same reduction over another letter."""
    old = bound_index(value)
    assert old is not None
    body = rename(value.children[0], {old: new})
    if isinstance(value, Selected):
        return Selected(value.kind, new, body, value.at)
    assert isinstance(value, Reduce)
    return Reduce(value.kind, new, body, value.excluding)


def freshen(value: Expression, taken: Iterable[str], avoid: Iterable[str] = ()) -> Expression:
    """Rename every bound index whose name is taken, to a letter that is not to be avoided either."""
    used = set(taken)
    unwanted = used | set(avoid)

    def change(n: Expression) -> Expression:
        bound = bound_index(n)
        if bound is not None and bound.name in used:
            n = rebind(n, fresh_index(bound, unwanted | index_names(n)))
        return n

    return transform(value, change)


def canonical(value: Expression) -> Expression:
    """The same expression with bound indices named by depth: equal up to the letters means equal."""
    cached = value.__dict__.get("_canonical")
    if cached is None:
        cached = with_depths(value, 0)
        object.__setattr__(value, "_canonical", cached)
    found: Expression = cached
    return found


def with_depths(value: Expression, depth: int) -> Expression:
    bound = bound_index(value)
    if bound is not None:
        value = rebind(value, Index(f"_{depth}", bound.size))
        depth += 1
    children = tuple(with_depths(c, depth) for c in value.children)
    return value.with_children(children) if children != value.children else value


def unordered(value: Expression) -> Expression:
    """The canonical form with terms and factors in one order: a b and b a are equal, a + b and b + a too."""
    cached = value.__dict__.get("_unordered")
    if cached is None:
        cached = in_order(canonical(value))
        object.__setattr__(value, "_unordered", cached)
    found: Expression = cached
    return found


def in_order(value: Expression) -> Expression:
    children = tuple(in_order(c) for c in value.children)
    if isinstance(value, Add | Mul):
        ordered = tuple(sorted(children, key=shape))
        return value if ordered == value.children else type(value)(ordered)
    return value.with_children(children) if children != value.children else value


def shape(value: Expression) -> str:
    """What a tree looks like without its free letters, so that a pattern and what it fits are ordered alike."""
    cached = value.__dict__.get("_shape")
    if cached is None:
        inner = "" if isinstance(value, Ref) else ",".join(map(shape, value.children))
        cached = f"{NODE_TYPES.index(type(value)):02d}{label(value)}({inner})"
        object.__setattr__(value, "_shape", cached)
    return str(cached)


def count_nodes(value: Expression) -> int:
    return sum(1 for _ in walk(value))


def match(pattern: Expression, value: Expression, free: Iterable[Index]) -> dict[Index, Index] | None:
    """Indices for the free ones of the pattern that make it the value (bound letters do not count)."""
    found: dict[Index, Index] = {}
    return found if agree(unordered(pattern), unordered(value), frozenset(free), found) else None


def agree(pattern: Expression, value: Expression, free: frozenset[Index], found: dict[Index, Index]) -> bool:
    if type(pattern) is not type(value) or label(pattern) != label(value):
        return False
    places = zip(subscripts(pattern), subscripts(value), strict=False)
    if not all(agree_on_place(old, new, free, found) for old, new in places):
        return False
    if isinstance(pattern, Ref):  # its children are what chooses its places
        return True
    pairs = zip(pattern.children, value.children, strict=False)
    return len(pattern.children) == len(value.children) and all(agree(p, v, free, found) for p, v in pairs)


def agree_on_place(old: Index, new: Index, free: frozenset[Index], found: dict[Index, Index]) -> bool:
    if isinstance(old, Shifted) and isinstance(new, Shifted) and old.offset == new.offset:
        return agree_on_place(old.base, new.base, free, found)
    if old in free:
        return old.size == new.size and found.setdefault(old, new) == new
    if isinstance(old, Chosen) and isinstance(new, Chosen):
        return old.size == new.size and agree(old.by, new.by, free, found)
    return old == new


def label(value: Expression) -> object:
    """What a node says beside its children and its indices."""
    match value:
        case Number(value=v):
            return v
        case Size(name=name):
            return name
        case Ref(name=name, indices=indices):
            return (name, len(indices))
        case Call(function=function):
            return function
        case Applied(function=function, derived=derived):
            return (function, derived)
        case Reduce(kind=kind, index=index, excluding=excluding):
            return (kind, index, len(excluding))
        case Selected(kind=kind, index=index):
            return (kind, index)
        case Where(relation=relation):
            return relation
        case Guarded(low=low, high=high):
            return (low, high)
        case Partial(variable=variable, holding=holding):
            return (variable.name, holding)
        case _:
            return None
