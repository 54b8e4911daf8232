"""Perceptron with one output: NumPy kernels of

    perceptron_single(x[n], t; w[n]) -> E
        X = sum(j, w[j] * x[j])
        O = sigmoid(X)
        E = 1/2 * (O - t)**2

A weighted sum, an activation, and the squared distance to the target.

Inputs of a sample may have leading batch axes, equal for all or none. float32 and float64 stay as they are,
float16 computes in float32, integers and bools become float64; NaN gives NaN; inputs are never changed.
`out` is an array (or a tuple of arrays, where several are returned) to write to; it may overlap an input.
Inside a function every array of samples has one leading axis, the sample.
"""

from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np

__all__ = ["perceptron_single", "perceptron_single_grad", "perceptron_single_value_and_grad"]


@np.errstate(all="ignore")
def perceptron_single(x, t, w, *, out=None):
    """Perceptron with one output.

        X = Σ_j w_j x_j
        O = sigmoid(X)
        E = ½ (O - t)²

    x: (..., n).
    t: (...,).
    w: (n,), shared by all samples.
    Returns (...,).

    Error: at most 4 in float64 and 4 in float32, in roundings of the formula: what rounding each input
    and each of its quantities once may change.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/perceptron_single.tex
    """
    (x, t, w), call = _arguments(
        ("x", x, ("n",), False),
        ("t", t, (), False),
        ("w", w, ("n",), True),
    )
    dtype = call.dtype
    X = x @ w  # X = Σ_j w_j x_j
    side = (X >= 0).astype(dtype)
    e = np.exp(-np.abs(X))  # at most 1 on both sides of 0: nothing overflows
    E = 0.5 * ((side - t + e * (1 - side - t)) / (1 + e))**2  # E = ½ (O - t)²
    return _result(call, out, (E, (), False))


@np.errstate(all="ignore")
def perceptron_single_grad(x, t, w, g=1.0, *, out=None):
    """Derivative of perceptron_single.

        ∂E/∂w_j = (O - t) O (1 - O) x_j

    x: (..., n).
    t: (...,).
    w: (n,), shared by all samples.
    g: (...,), weight of each sample; 1/B for a mean over B samples.
    Returns (n,).

    The result by w is summed over the samples.
    Error: at most 4 in float64 and 4 in float32, in roundings of the formula: what rounding each input
    and each of its quantities once may change.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/perceptron_single.tex
    """
    (x, t, w, g), call = _arguments(
        ("x", x, ("n",), False),
        ("t", t, (), False),
        ("w", w, ("n",), True),
        ("g", g, (), False),
    )
    dtype = call.dtype
    X = x @ w  # X = Σ_j w_j x_j
    side = (X >= 0).astype(dtype)
    e = np.exp(-np.abs(X))  # at most 1 on both sides of 0: nothing overflows
    # g (O - t) O (1 - O)
    product = g * ((side - t + e * (1 - side - t)) / (1 + e)) * (e / (1 + e * (2 + e)))
    dE_dw = product @ x  # ∂E/∂w_j = (O - t) O (1 - O) x_j
    return _result(call, out, (dE_dw, ("n",), True))


@np.errstate(all="ignore")
def perceptron_single_value_and_grad(x, t, w, g=1.0, *, out=None):
    """Value and derivative of perceptron_single; what they share is computed once.

        ∂E/∂w_j = (O - t) O (1 - O) x_j

    x: (..., n).
    t: (...,).
    w: (n,), shared by all samples.
    g: (...,), weight of each sample; 1/B for a mean over B samples.
    Returns value (...,) and (n,).

    The result by w is summed over the samples.
    Error: at most 4 in float64 and 4 in float32, in roundings of the formula: what rounding each input
    and each of its quantities once may change.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/perceptron_single.tex
    """
    (x, t, w, g), call = _arguments(
        ("x", x, ("n",), False),
        ("t", t, (), False),
        ("w", w, ("n",), True),
        ("g", g, (), False),
    )
    dtype = call.dtype
    X = x @ w  # X = Σ_j w_j x_j
    side = (X >= 0).astype(dtype)
    e = np.exp(-np.abs(X))  # at most 1 on both sides of 0: nothing overflows
    ratio = (side - t + e * (1 - side - t)) / (1 + e)  # O - t
    E = 0.5 * ratio**2  # E = ½ (O - t)²
    dE_dw = (ratio * g * (e / (1 + e * (2 + e)))) @ x  # ∂E/∂w_j = (O - t) O (1 - O) x_j
    results = _results(
        call,
        out,
        (E, (), False),
        (dE_dw, ("n",), True),
    )
    return tuple(results)


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
