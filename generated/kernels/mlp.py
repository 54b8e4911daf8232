"""Multilayer perceptron of any depth: NumPy kernels of

    mlp(x[n{0}], t[n{L}]; W{l}[n{l-1}, n{l}]) -> E
        O{0}[j] = x[j]
        X{l}[k] = sum(j, W{l}[j, k] * O{l-1}[j])
        O{l}[k] = sigmoid(X{l}[k])
        E = 1/2 * sum(k, (O{L}[k] - t[k])**2)

Perceptrons one after the other: the outputs of a layer are the inputs of the next.

What has a layer is a list with one array for each layer, or an array whose first axis is the layer.
Inputs of a sample may have leading batch axes, equal for all or none. float32 and float64 stay as they are,
float16 computes in float32, integers and bools become float64; NaN gives NaN; inputs are never changed.
`out` is an array (or a list or tuple of arrays, where several are returned) to write to; it may overlap an input.
Inside a function every array of samples has one leading axis, the sample.
"""

from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np

__all__ = ["mlp", "mlp_grad", "mlp_value_and_grad"]


@np.errstate(all="ignore")
def mlp(x, t, W, *, out=None):
    """Multilayer perceptron of any depth.

        O{0}_j = x_j
        X{l}_k = Σ_j W{l}_jk O{l-1}_j
        O{l}_k = sigmoid(X{l}_k)
        E = ½ Σ_k (O{L}_k - t_k)²

    x: (..., n{0}).
    t: (..., n{L}).
    W: a list (or array by layers) of W{l} (n{l-1}, n{l}), shared by all samples, l = 1..L.
    Returns (...,).

    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/mlp.tex
    """
    (x, t, W), L, call = _layers(
        ("x", x, ("n{0}",), False),
        ("t", t, ("n{L}",), False),
        ("W{l}", W, ("n{l-1}", "n{l}"), True),
    )
    O = _start(x)
    for l in range(1, L):
        O = _layer(O, W[l], call.dtype)
    E = _end(O, t, W[L], call.dtype)
    return _result(call, out, (E, (), False))


@np.errstate(all="ignore")
def mlp_grad(x, t, W, g=1.0, *, out=None):
    """Derivative of mlp.

        ∂E/∂W{l}_jk = X̄{l}_k O{l-1}_j
        Ō{L}_k = O{L}_k - t_k
        X̄{L}_k = (O{L}_k - t_k) O{L}_k (1 - O{L}_k)
        Ō{l}_k = Σ_m X̄{l+1}_m W{l+1}_km
        X̄{l}_k = (Σ_m X̄{l+1}_m W{l+1}_km) O{l}_k (1 - O{l}_k)

    x: (..., n{0}).
    t: (..., n{L}).
    W: a list (or array by layers) of W{l} (n{l-1}, n{l}), shared by all samples, l = 1..L.
    g: (...,), weight of each sample; 1/B for a mean over B samples.
    Returns a list of (n{l-1}, n{l}).

    The result by W{l} is summed over the samples.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/mlp.tex
    """
    (x, t, W, g), L, call = _layers(
        ("x", x, ("n{0}",), False),
        ("t", t, ("n{L}",), False),
        ("W{l}", W, ("n{l-1}", "n{l}"), True),
        ("g", g, (), False),
    )
    _, dE_dW = _backpropagation(call, L, x, t, W, g)
    results = _results(
        call,
        out,
        *((dE_dW[l], _at(("n{l-1}", "n{l}"), l, L), True) for l in range(1, L + 1)),
    )
    return _split(results, True)[0]


@np.errstate(all="ignore")
def mlp_value_and_grad(x, t, W, g=1.0, *, out=None):
    """Value and derivative of mlp; what they share is computed once.

        ∂E/∂W{l}_jk = X̄{l}_k O{l-1}_j
        Ō{L}_k = O{L}_k - t_k
        X̄{L}_k = (O{L}_k - t_k) O{L}_k (1 - O{L}_k)
        Ō{l}_k = Σ_m X̄{l+1}_m W{l+1}_km
        X̄{l}_k = (Σ_m X̄{l+1}_m W{l+1}_km) O{l}_k (1 - O{l}_k)

    x: (..., n{0}).
    t: (..., n{L}).
    W: a list (or array by layers) of W{l} (n{l-1}, n{l}), shared by all samples, l = 1..L.
    g: (...,), weight of each sample; 1/B for a mean over B samples.
    Returns value (...,) and a list of (n{l-1}, n{l}).

    The result by W{l} is summed over the samples.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/mlp.tex
    """
    (x, t, W, g), L, call = _layers(
        ("x", x, ("n{0}",), False),
        ("t", t, ("n{L}",), False),
        ("W{l}", W, ("n{l-1}", "n{l}"), True),
        ("g", g, (), False),
    )
    E, dE_dW = _backpropagation(call, L, x, t, W, g)
    value, *results = _results(
        call,
        out,
        (E, (), False),
        *((dE_dW[l], _at(("n{l-1}", "n{l}"), l, L), True) for l in range(1, L + 1)),
    )
    return value, _split(results, True)[0]


def _backpropagation(call, L, x, t, W, g):
    """Value and gradients: forward once, every layer's values kept, then back from layer L to layer 1."""
    O = [None] * (L + 1)
    kept = [None] * (L + 1)
    O[0] = _start(x)
    for l in range(1, L):
        O[l], kept[l] = _layer_kept(O[l - 1], W[l], call.dtype)
    E, X_bar = _last(O[L - 1], t, W[L], g, call.dtype)
    dE_dW = [None] * (L + 1)
    for l in range(L, 1, -1):
        X_bar, dE_dW[l] = _back(O[l - 1], X_bar, kept[l - 1], W[l])
    dE_dW[1] = _first(O[0], X_bar)
    return E, dE_dW


def _start(x):
    """Layer 0."""
    return x


def _layer(O_before, W, dtype):
    """Layer l from the one before."""
    X = O_before @ W  # X{l}_k = Σ_j W{l}_jk O{l-1}_j
    e = np.exp(-np.abs(X))  # at most 1 on both sides of 0: nothing overflows
    O = np.abs((X >= 0).astype(dtype) - (e - e * (e / (1 + e))))  # O{l}_k = sigmoid(X{l}_k)
    return O


def _layer_kept(O_before, W, dtype):
    """The same, with the values that the way back needs again."""
    X = O_before @ W  # X{l}_k = Σ_j W{l}_jk O{l-1}_j
    e = np.exp(-np.abs(X))  # at most 1 on both sides of 0: nothing overflows
    O = np.abs((X >= 0).astype(dtype) - (e - e * (e / (1 + e))))  # O{l}_k = sigmoid(X{l}_k)
    kept = e / (1 + e * (2 + e))  # O{l}_k (1 - O{l}_k)
    return O, kept


def _end(O_before, t, W, dtype):
    """Layer L and what follows it."""
    X = O_before @ W  # X{L}_k = Σ_j W{L}_jk O{L-1}_j
    side = (X >= 0).astype(dtype)
    e = np.exp(-np.abs(X))  # at most 1 on both sides of 0: nothing overflows
    ratio = (side - t + e * (1 - side - t)) / (1 + e)  # O{L}_k - t_k
    E = 0.5 * _vecdot(ratio, ratio)  # E = ½ Σ_k (O{L}_k - t_k)²
    return E


def _last(O_before, t, W, g, dtype):
    """Layer L and what follows it, and back to the adjoints of layer L."""
    X = O_before @ W  # X{L}_k = Σ_j W{L}_jk O{L-1}_j
    side = (X >= 0).astype(dtype)
    e = np.exp(-np.abs(X))  # at most 1 on both sides of 0: nothing overflows
    ratio = (side - t + e * (1 - side - t)) / (1 + e)  # O{L}_k - t_k
    E = 0.5 * _vecdot(ratio, ratio)  # E = ½ Σ_k (O{L}_k - t_k)²
    X_bar = ratio * (e / (1 + e * (2 + e)))  # X̄{L}_k = (O{L}_k - t_k) O{L}_k (1 - O{L}_k)
    X_bar2 = g[:, None] * X_bar  # g X̄{L}_k
    return E, X_bar2


def _back(O_before, X_bar, kept_before, W):
    """From the adjoints of layer l to its gradients and the adjoints of layer l-1."""
    # X̄{l-1}_k = (Σ_m X̄{l}_m W{l}_km) O{l-1}_k (1 - O{l-1}_k)
    X_bar_before = X_bar @ W.T * kept_before
    dE_dW = O_before.T @ X_bar  # ∂E/∂W{l}_jk = X̄{l}_k O{l-1}_j
    return X_bar_before, dE_dW


def _first(O_before, X_bar):
    """From the adjoints of layer 1 to the gradients that are left."""
    dE_dW = O_before.T @ X_bar  # ∂E/∂W{1}_jk = X̄{1}_k O{0}_j
    return dE_dW


def _layers(*rows, **tables):
    """Rows as `_arguments` takes them, W{l} being a list: arrays, how many layers there are, and the call.

    In a list of arrays that of layer l has the place l.
    """
    lists = {name: _list(name, value) for name, value, _, _ in rows if "{" in name}
    first, *others = lists
    last = len(lists[first])
    if not last:
        raise ValueError(f"{_base(first)} is empty: expected at least one layer")
    for name in others:
        if len(lists[name]) != last:
            raise ValueError(f"{_base(name)} has {len(lists[name])} layers: expected {last}, as {_base(first)} has")
    layers = range(1, last + 1)
    flat = []
    for name, value, dimensions, shared in rows:
        for k in layers if name in lists else (last,):
            flat.append((_at(name, k, last), lists[name][k - 1] if name in lists else value, _at(dimensions, k, last), shared))
    tables = {key: {_at(n, k, last): _at(v, k, last) for n, v in t.items() for k in layers} for key, t in tables.items()}
    arrays, call = _arguments(*flat, **tables)
    arrays = iter(arrays)
    return [[None, *(next(arrays) for _ in layers)] if row[0] in lists else next(arrays) for row in rows], last, call


def _list(name, value):
    """One array for each layer."""
    try:
        return list(value)
    except TypeError:
        raise TypeError(f"{_base(name)} is {type(value).__name__}: expected a list with one array for each layer") from None


def _base(name):
    return name.partition("{")[0]


def _at(value, layer, last):
    """A name, or a tuple of names, at a layer: n{l-1} at layer 3 is n{2}."""
    if isinstance(value, tuple):
        return tuple(_at(part, layer, last) for part in value)
    if not isinstance(value, str):
        return value
    for text, number in (("l-1", layer - 1), ("l", layer), ("L", last)):
        value = value.replace("{" + text + "}", "{" + str(number) + "}")
    return value


def _split(results, *are_lists):
    """The results as they are returned: for each variable a list by layers, or one array."""
    arrays = iter(results)
    layers = (len(results) - are_lists.count(False)) // max(1, are_lists.count(True))
    return [[next(arrays) for _ in range(layers)] if is_list else next(arrays) for is_list in are_lists]


# --- arguments and results: the same in every module ---


_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


_NUMBERS = {bool, int, float}  # the numbers of Python: they take the dtype of the arrays


class _Call(NamedTuple):
    """What the arguments of a call have in common."""

    dtype: np.dtype  # of the computation
    result: np.dtype  # of the results
    batch: tuple  # the leading axes of the samples
    samples: int  # how many there are
    sizes: dict  # the sizes of the definition, by name
    arguments: tuple  # of each its dtype, its shape, and that with one axis for the samples
    shapes: dict  # of results, as `_shape` gave them


def _arguments(*rows):
    """Rows of (name, value, dimensions of a sample, shared by all samples) to contiguous arrays of one dtype.

    All leading axes of a sample's arrays become one, the sample. Raises TypeError or ValueError, which names the
    argument.
    """
    arrays, seen = [], []
    for name, value, dimensions, shared in rows:
        if type(value) is np.ndarray:
            array, kind = value, value.dtype
        else:
            array = _array(name, value)
            kind = type(value) if type(value) in _NUMBERS else array.dtype
        arrays.append(array)
        seen.append((name, kind, array.shape, dimensions, shared))
    call = _agreed(tuple(seen))
    for place, (array, (dtype, shape, flat)) in enumerate(zip(arrays, call.arguments)):
        if array.dtype is not dtype or array.shape != flat or not array.flags.c_contiguous:
            arrays[place] = _fitted(array, dtype, shape, flat)
    return arrays, call


def _fitted(array, dtype, shape, flat):
    """A contiguous array of this dtype, of the flat shape after that with all leading axes."""
    if array.shape != shape:
        same, array = array, np.empty(shape, dtype)
        array[...] = same
    return np.asarray(array, dtype=dtype, order="C").reshape(flat)


@lru_cache
def _agreed(rows):
    """What rows of (name, kind, shape, dimensions of a sample, shared by all samples) have in common.

    kind: the dtype, or the type of a number of Python.
    """
    for name, kind, _, _, _ in rows:
        _check_kind(name, kind)
    result = _dtype([kind for _, kind, _, _, _ in rows])
    dtype = _SINGLE if result == np.float16 else result
    sizes = _sizes(rows)
    batch = _batch(rows)
    samples = prod(batch)
    arguments = []
    for _, _, shape, dimensions, shared in rows:
        own = shape[len(shape) - len(dimensions) :]
        arguments.append((dtype, own, own) if shared else (dtype, batch + own, (samples, *own)))
    return _Call(dtype, result, batch, samples, sizes, tuple(arguments), {})


def _shape(call, dimensions, shared=False):
    """The shape of a result with these dimensions of a sample, or summed over the samples; found once for equal calls."""
    shape = call.shapes.get((dimensions, shared))
    if shape is None:
        shape = (() if shared else call.batch) + tuple([call.sizes.get(d, d) for d in dimensions])
        call.shapes[dimensions, shared] = shape
    return shape


def _dtype(kinds):
    """The dtype of results from the kinds of their arguments."""
    dtypes = {kind for kind in kinds if isinstance(kind, np.dtype)}
    if len(dtypes) == 1 and dtypes <= {_SINGLE, _DOUBLE}:
        return _SINGLE if _SINGLE in dtypes else _DOUBLE
    weak = [kind() for kind in kinds if isinstance(kind, type)]
    result = np.result_type(*dtypes, *weak or [np.bool_]).newbyteorder("=")
    return _DOUBLE if result.kind in "biu" else result


def _array(name, value):
    """The value as an array."""
    try:
        return np.asarray(float(value) if type(value) is int else value)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name} is not an array of numbers: {error}") from None


def _check_kind(name, kind):
    """An argument's dtype must be one of real numbers."""
    if isinstance(kind, np.dtype) and (kind.kind not in "biuf" or kind.itemsize > 8):
        raise TypeError(f"{name} has dtype {kind}: expected float16, float32, float64 or integers")


def _sizes(rows):
    """The sizes of the definition, bound by shared parameters first; a shape that does not fit is refused."""
    sizes, origin = {}, {}
    for name, _, shape, dimensions, shared in sorted(rows, key=lambda row: not row[4]):
        before = len(shape) - len(dimensions)
        fits = before == 0 if shared else before >= 0
        for dimension, size in zip(dimensions, shape[before:]) if fits else ():
            if dimension in sizes:
                fits = fits and sizes[dimension] == size
            elif type(dimension) is int:
                fits = fits and dimension == size
            else:
                sizes[dimension], origin[dimension] = size, (name, dimensions)
        if not fits:
            known = {d: sizes[d] for d in dimensions if d in origin and origin[d][0] != name}
            raise ValueError(_mismatch(name, shape, dimensions, shared, known, origin))
    return sizes


def _mismatch(name, shape, dimensions, shared, known, origin):
    """What was expected of a shape, and why."""
    wanted = [str(d) for d in dimensions] if shared else ["...", *map(str, dimensions)]
    text = f"{name} has shape {shape}: expected ({', '.join(wanted)}{',' if len(wanted) == 1 else ''})"
    reasons = []
    for d, size in known.items():
        other, axes = origin[d]
        reasons.append(f"{d} = {size}, as in {other}[{', '.join(map(str, axes))}]")
    return f"{text} with {' and '.join(reasons)}" if reasons else text


def _batch(rows):
    """The leading axes of the samples: the same in all arguments, or none."""
    batch, first = (), None
    for name, _, shape, dimensions, shared in rows:
        own = () if shared else shape[: len(shape) - len(dimensions)]
        if own and first is None:
            batch, first = own, name
        elif own and own != batch:
            raise ValueError(f"{name} has batch axes {own}: expected {batch}, as {first} has, or none")
    return batch


def _result(call, out, row):
    """One result: a scalar for an array without axes, or `out`."""
    return _results(call, None if out is None else (out,), row)[0]


def _results(call, out, *rows):
    """Rows of (array, dimensions, summed over the samples) to results in their shapes and dtype, or in `out`."""
    found = [_shaped(value, _shape(call, dimensions, shared), call.result) for value, dimensions, shared in rows]
    if out is None:
        return [a if a.ndim else a[()] for a in found]
    targets = _flat(out)
    if len(targets) != len(found):
        raise ValueError(f"out holds {len(targets)} arrays: expected {len(found)}")
    for target, array in zip(targets, found):
        _check_out(target, array)
    for target, array in zip(targets, found):
        target[...] = array
    return targets


def _shaped(value, shape, dtype):
    """The result as an array, or a scalar, of this shape and dtype."""
    if isinstance(value, (np.ndarray, np.generic)) and value.shape == shape and value.dtype is dtype:
        return value
    return np.asarray(value).reshape(shape).astype(dtype, copy=False)


def _flat(out):
    """The arrays of a tuple, which may hold tuples."""
    if isinstance(out, (tuple, list)):
        return [array for part in out for array in _flat(part)]
    return [out]


def _check_out(target, array):
    """An array to write to must have the shape and dtype of the result."""
    if not isinstance(target, np.ndarray):
        raise TypeError(f"out is {type(target).__name__}: expected an array")
    if target.shape != array.shape or target.dtype != array.dtype:
        raise ValueError(f"out is {target.dtype} {target.shape}: expected {array.dtype} {array.shape}")
    if not target.flags.writeable:
        raise ValueError("out is read-only")


def _vecdot(first, second):
    """Products along the last axis, added up in blocks of 128 and then the blocks: a few roundings, whatever BLAS does."""
    size = first.shape[-1]
    if size <= 256:
        return np.vecdot(first, second)
    rest = size - size % 128
    blocks = [a[..., :rest].reshape(*a.shape[:-1], -1, 128) for a in (first, second)]
    return np.add.reduce(np.vecdot(*blocks), axis=-1) + np.vecdot(first[..., rest:], second[..., rest:])
