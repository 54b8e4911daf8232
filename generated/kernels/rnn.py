"""Recurrent network through time: NumPy kernels of

    rnn(x{t}[n], y[o]; U[n, h], W[h, h], V[h, o]) -> E
        s{0}[k] = 0
        Z{t}[k] = sum(i, U[i, k] * x{t}[i]) + sum(j, W[j, k] * s{t-1}[j])
        s{t}[k] = tanh(Z{t}[k])
        P[m] = sum(k, V[k, m] * s{T}[k])
        E = 1/2 * sum(m, (P[m] - y[m])**2)

A state that every step renews from the one before and from its own input; the last one gives the
answer.

What has a step is a list with one array for each step, or an array whose first axis is the step.
Inputs of a sample may have leading batch axes, equal for all or none. float32 and float64 stay as they are,
float16 computes in float32, integers and bools become float64; NaN gives NaN; inputs are never changed.
`out` is an array (or a list or tuple of arrays, where several are returned) to write to; it may overlap an input.
Inside a function every array of samples has one leading axis, the sample.
"""

from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np

__all__ = ["rnn", "rnn_grad", "rnn_value_and_grad"]


class RnnGradient(NamedTuple):
    U: np.ndarray
    W: np.ndarray
    V: np.ndarray


@np.errstate(all="ignore")
def rnn(x, y, U, W, V, *, out=None):
    """Recurrent network through time.

        s{0}_k = 0
        Z{t}_k = Σ_i U_ik x{t}_i + Σ_j W_jk s{t-1}_j
        s{t}_k = tanh(Z{t}_k)
        P_m = Σ_k V_km s{T}_k
        E = ½ Σ_m (P_m - y_m)²

    x: a list (or array by steps) of x{t} (..., n), t = 1..T.
    y: (..., o).
    U: (n, h), shared by all samples.
    W: (h, h), shared by all samples.
    V: (h, o), shared by all samples.
    Returns (...,).

    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/rnn.tex
    """
    (x, y, U, W, V), T, call = _layers(
        ("x{t}", x, ("n",), False),
        ("y", y, ("o",), False),
        ("U", U, ("n", "h"), True),
        ("W", W, ("h", "h"), True),
        ("V", V, ("h", "o"), True),
    )
    s = _start(call.dtype, call.samples, call.sizes["h"])
    for t in range(1, T):
        s = _layer(s, x[t], U, W)
    E = _end(s, x[T], y, U, W, V)
    return _result(call, out, (E, (), False))


@np.errstate(all="ignore")
def rnn_grad(x, y, U, W, V, g=1.0, *, out=None):
    """Derivative of rnn.

        ∂E/∂U_ik = Σ_t Z̄{t}_k x{t}_i
        ∂E/∂W_jk = Σ_t Z̄{t}_k s{t-1}_j
        ∂E/∂V_km = (P_m - y_m) s{T}_k
        s̄{T}_k = Σ_m (P_m - y_m) V_km
        Z̄{T}_k = (Σ_m (P_m - y_m) V_km) (1 - s{T}_k²)
        s̄{t}_k = Σ_l Z̄{t+1}_l W_kl
        Z̄{t}_k = (Σ_l Z̄{t+1}_l W_kl) (1 - s{t}_k²)

    x: a list (or array by steps) of x{t} (..., n), t = 1..T.
    y: (..., o).
    U: (n, h), shared by all samples.
    W: (h, h), shared by all samples.
    V: (h, o), shared by all samples.
    g: (...,), weight of each sample; 1/B for a mean over B samples.
    Returns U (n, h), W (h, h), V (h, o).

    The result by U and W and V is summed over the samples.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/rnn.tex
    """
    (x, y, U, W, V, g), T, call = _layers(
        ("x{t}", x, ("n",), False),
        ("y", y, ("o",), False),
        ("U", U, ("n", "h"), True),
        ("W", W, ("h", "h"), True),
        ("V", V, ("h", "o"), True),
        ("g", g, (), False),
    )
    _, dE_dU, dE_dW, dE_dV = _backpropagation(call, T, x, y, U, W, V, g)
    results = _results(
        call,
        out,
        (dE_dU, ("n", "h"), True),
        (dE_dW, ("h", "h"), True),
        (dE_dV, ("h", "o"), True),
    )
    return RnnGradient(*_split(results, False, False, False))


@np.errstate(all="ignore")
def rnn_value_and_grad(x, y, U, W, V, g=1.0, *, out=None):
    """Value and derivative of rnn; what they share is computed once.

        ∂E/∂U_ik = Σ_t Z̄{t}_k x{t}_i
        ∂E/∂W_jk = Σ_t Z̄{t}_k s{t-1}_j
        ∂E/∂V_km = (P_m - y_m) s{T}_k
        s̄{T}_k = Σ_m (P_m - y_m) V_km
        Z̄{T}_k = (Σ_m (P_m - y_m) V_km) (1 - s{T}_k²)
        s̄{t}_k = Σ_l Z̄{t+1}_l W_kl
        Z̄{t}_k = (Σ_l Z̄{t+1}_l W_kl) (1 - s{t}_k²)

    x: a list (or array by steps) of x{t} (..., n), t = 1..T.
    y: (..., o).
    U: (n, h), shared by all samples.
    W: (h, h), shared by all samples.
    V: (h, o), shared by all samples.
    g: (...,), weight of each sample; 1/B for a mean over B samples.
    Returns value (...,) and U (n, h), W (h, h), V (h, o).

    The result by U and W and V is summed over the samples.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/rnn.tex
    """
    (x, y, U, W, V, g), T, call = _layers(
        ("x{t}", x, ("n",), False),
        ("y", y, ("o",), False),
        ("U", U, ("n", "h"), True),
        ("W", W, ("h", "h"), True),
        ("V", V, ("h", "o"), True),
        ("g", g, (), False),
    )
    E, dE_dU, dE_dW, dE_dV = _backpropagation(call, T, x, y, U, W, V, g)
    value, *results = _results(
        call,
        out,
        (E, (), False),
        (dE_dU, ("n", "h"), True),
        (dE_dW, ("h", "h"), True),
        (dE_dV, ("h", "o"), True),
    )
    return value, RnnGradient(*_split(results, False, False, False))


def _backpropagation(call, T, x, y, U, W, V, g):
    """Value and gradients: forward once, every step's values kept, then back from step T to step 1."""
    s = [None] * (T + 1)
    kept = [None] * (T + 1)
    s[0] = _start(call.dtype, call.samples, call.sizes["h"])
    for t in range(1, T):
        s[t], kept[t] = _layer_kept(s[t - 1], x[t], U, W)
    E, Z_bar, dE_dV = _last(s[T - 1], x[T], y, U, W, V, g)
    dE_dU = None
    dE_dW = None
    for t in range(T, 1, -1):
        Z_bar, part_U, part_W = _back(s[t - 1], Z_bar, kept[t - 1], x[t], W)
        dE_dU = _plus(dE_dU, part_U)
        dE_dW = _plus(dE_dW, part_W)
    part_U, part_W = _first(s[0], Z_bar, x[1])
    dE_dU = _plus(dE_dU, part_U)
    dE_dW = _plus(dE_dW, part_W)
    return E, dE_dU, dE_dW, dE_dV


def _start(dtype, samples, h):
    """Step 0."""
    s = np.broadcast_to(dtype.type(0), (samples, h)).copy()  # s{0}_k = 0
    return s


def _layer(s_before, x, U, W):
    """Step t from the one before."""
    Z = x @ U + s_before @ W  # Z{t}_k = Σ_i U_ik x{t}_i + Σ_j W_jk s{t-1}_j
    s = np.tanh(Z)  # s{t}_k = tanh(Z{t}_k)
    return s


def _layer_kept(s_before, x, U, W):
    """The same, with the values that the way back needs again."""
    Z = x @ U + s_before @ W  # Z{t}_k = Σ_i U_ik x{t}_i + Σ_j W_jk s{t-1}_j
    s = np.tanh(Z)  # s{t}_k = tanh(Z{t}_k)
    e = np.exp(-2 * np.abs(Z))  # at most 1 on both sides of 0: nothing overflows
    kept = e / (1 + e * (2 + e))
    return s, kept


def _end(s_before, x, y, U, W, V):
    """Step T and what follows it."""
    Z = x @ U + s_before @ W  # Z{T}_k = Σ_i U_ik x{T}_i + Σ_j W_jk s{T-1}_j
    s = np.tanh(Z)  # s{T}_k = tanh(Z{T}_k)
    P = s @ V  # P_m = Σ_k V_km s{T}_k
    s2 = P - y  # P_m - y_m
    E = 0.5 * _vecdot(s2, s2)  # E = ½ Σ_m (P_m - y_m)²
    return E


def _last(s_before, x, y, U, W, V, g):
    """Step T and what follows it, and back to the adjoints of step T."""
    Z = x @ U + s_before @ W  # Z{T}_k = Σ_i U_ik x{T}_i + Σ_j W_jk s{T-1}_j
    s = np.tanh(Z)  # s{T}_k = tanh(Z{T}_k)
    P = s @ V  # P_m = Σ_k V_km s{T}_k
    s2 = P - y  # P_m - y_m
    E = 0.5 * _vecdot(s2, s2)  # E = ½ Σ_m (P_m - y_m)²
    e = np.exp(-2 * np.abs(Z))  # at most 1 on both sides of 0: nothing overflows
    Z_bar = 4 * (s2 @ V.T * (e / (1 + e * (2 + e))))  # Z̄{T}_k = (Σ_m (P_m - y_m) V_km) (1 - s{T}_k²)
    Z_bar2 = g[:, None] * Z_bar  # g Z̄{T}_k
    dE_dV = (s * g[:, None]).T @ s2  # a part of ∂E/∂V_km: (P_m - y_m) s{T}_k
    return E, Z_bar2, dE_dV


def _back(s_before, Z_bar, kept_before, x, W):
    """From the adjoints of step t to its gradients and the adjoints of step t-1."""
    Z_bar_before = 4 * (Z_bar @ W.T * kept_before)  # Z̄{t-1}_k = (Σ_l Z̄{t}_l W_kl) (1 - s{t-1}_k²)
    dE_dU = x.T @ Z_bar  # a part of ∂E/∂U_ik: Z̄{t}_k x{t}_i
    dE_dW = s_before.T @ Z_bar  # a part of ∂E/∂W_jk: Z̄{t}_k s{t-1}_j
    return Z_bar_before, dE_dU, dE_dW


def _first(s_before, Z_bar, x):
    """From the adjoints of step 1 to the gradients that are left."""
    dE_dU = x.T @ Z_bar  # a part of ∂E/∂U_ik: Z̄{1}_k x{1}_i
    dE_dW = s_before.T @ Z_bar  # a part of ∂E/∂W_jk: Z̄{1}_k s{0}_j
    return dE_dU, dE_dW


def _plus(total, part):
    """The sum of two, in the memory of the first where there is one."""
    if total is None:
        return part
    total += part
    return total


def _layers(*rows, **tables):
    """Rows as `_arguments` takes them, W{t} being a list: arrays, how many steps there are, and the call.

    In a list of arrays that of step t has the place t.
    """
    lists = {name: _list(name, value) for name, value, _, _ in rows if "{" in name}
    first, *others = lists
    last = len(lists[first])
    if not last:
        raise ValueError(f"{_base(first)} is empty: expected at least one step")
    for name in others:
        if len(lists[name]) != last:
            raise ValueError(f"{_base(name)} has {len(lists[name])} steps: expected {last}, as {_base(first)} has")
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
    """One array for each step."""
    try:
        return list(value)
    except TypeError:
        raise TypeError(f"{_base(name)} is {type(value).__name__}: expected a list with one array for each step") from None


def _base(name):
    return name.partition("{")[0]


def _at(value, layer, last):
    """A name, or a tuple of names, at a step: n{t-1} at step 3 is n{2}."""
    if isinstance(value, tuple):
        return tuple(_at(part, layer, last) for part in value)
    if not isinstance(value, str):
        return value
    for text, number in (("t-1", layer - 1), ("t", layer), ("T", last)):
        value = value.replace("{" + text + "}", "{" + str(number) + "}")
    return value


def _split(results, *are_lists):
    """The results as they are returned: for each variable a list by steps, or one array."""
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
