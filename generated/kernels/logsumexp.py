"""Logarithm of a sum of exponentials: NumPy kernels of

    logsumexp(a[n]) -> y
        y = log(sum(k, exp(a[k])))

A smooth maximum: at least the largest entry, and at most ln(n) more.

Inputs of a sample may have leading batch axes, equal for all or none. float32 and float64 stay as they are,
float16 computes in float32, integers and bools become float64; NaN gives NaN; inputs are never changed.
`out` is an array (or a tuple of arrays, where several are returned) to write to; it may overlap an input.
Inside a function every array of samples has one leading axis, the sample.
"""

from functools import lru_cache
from math import prod
from typing import NamedTuple

import numpy as np

if __package__:  # large arrays in tiles on several threads; a file that was copied alone computes them in one go
    try:
        from ._tiles import walk as _walk
    except ImportError:
        _walk = None
else:
    _walk = None

__all__ = ["logsumexp", "logsumexp_grad", "logsumexp_value_and_grad"]


@np.errstate(all="ignore")
def logsumexp(a, *, out=None):
    """Logarithm of a sum of exponentials.

        y = ln(Σ_k e^(a_k))

    a: (..., n).
    Returns (...,).

    Error: at most 4 ULP in float64 and 4 in float32, counted against 1 + |y|, for logits up to ×10 and
    1000 entries.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/logsumexp.tex
    """
    (a,), call = _arguments(("a", a, ("n",), False))
    return _tiled(_logsumexp_tile, call, out, (a,), (), ())[0]


def _logsumexp_tile(a, y):
    """One tile of logsumexp."""
    dtype = y.dtype
    places = _largest(a)
    highest = _highest(a, places)
    u = np.maximum(highest - (44 if dtype == np.float32 else 354), np.minimum(highest, 0))
    # 0 where the largest fits, else whole: nothing overflows, and little is rounded away
    shift = np.floor(u)
    e = _exp_less(a, shift[:, None])  # all times one number: the quotient is the same
    y[...] = shift + np.log(np.add.reduce(e, axis=1))  # y = ln(Σ_k e^(a_k))
    return y


@np.errstate(all="ignore")
def logsumexp_grad(a, *, out=None):
    """Derivative of logsumexp.

        ∂y/∂a_k = e^(a_k)/(Σ_l e^(a_l))

    a: (..., n).
    Returns (..., n).

    Error: at most 8 ULP in float64 and 8 in float32, for logits up to ×10 and 1000 entries.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/logsumexp.tex
    """
    if (dy_da := _target(out, a)) is not None:
        if a.ndim == 2:
            return _logsumexp_grad_tile(a, dy_da)
        _logsumexp_grad_tile(*_rows(a, dy_da))
        return dy_da
    (a,), call = _arguments(("a", a, ("n",), False))
    return _tiled(_logsumexp_grad_tile, call, out, (a,), (), ("n",))[0]


def _logsumexp_grad_tile(a, dy_da):
    """One tile of logsumexp_grad."""
    dtype = dy_da.dtype
    places = _largest(a)
    highest = _highest(a, places)
    u = np.maximum(highest - (44 if dtype == np.float32 else 354), np.minimum(highest, 0))
    e = _exp_less(a, np.floor(u)[:, None], out=dy_da)  # all times one number: the quotient is the same
    np.divide(e, np.add.reduce(e, axis=1)[:, None], out=dy_da)  # ∂y/∂a_k = e^(a_k)/(Σ_l e^(a_l))
    return dy_da


@np.errstate(all="ignore")
def logsumexp_value_and_grad(a, *, out=None):
    """Value and derivative of logsumexp; what they share is computed once.

        ∂y/∂a_k = e^(a_k)/(Σ_l e^(a_l))

    a: (..., n).
    Returns value (...,) and (..., n).

    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/logsumexp.tex
    """
    (a,), call = _arguments(("a", a, ("n",), False))
    results = _tiled(_logsumexp_value_and_grad_tile, call, out, (a,), (), (), ("n",))
    return tuple(results)


def _logsumexp_value_and_grad_tile(a, y, dy_da):
    """One tile of logsumexp_value_and_grad."""
    dtype = y.dtype
    places = _largest(a)
    highest = _highest(a, places)
    u = np.maximum(highest - (44 if dtype == np.float32 else 354), np.minimum(highest, 0))
    # 0 where the largest fits, else whole: nothing overflows, and little is rounded away
    shift = np.floor(u)
    e = _exp_less(a, shift[:, None], out=dy_da)  # all times one number: the quotient is the same
    total = np.add.reduce(e, axis=1)  # Σ_k e^(a_k)
    y[...] = shift + np.log(total)  # y = ln(Σ_k e^(a_k))
    np.divide(e, total[:, None], out=dy_da)  # ∂y/∂a_k = e^(a_k)/(Σ_l e^(a_l))
    return y, dy_da


# --- arguments and results: the same in every module ---


_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)
_SMALL = 1 << 16  # entries that are one tile in every dtype


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


def _target(out, first, *others):
    """The array to write to where there is nothing to convert or to check, else None.

    That is so for small arrays of one float dtype and one shape, `out` included, which then shares no memory with them.
    """
    if type(first) is not np.ndarray:
        return None
    dtype, shape = first.dtype, first.shape
    if (dtype is not _SINGLE and dtype is not _DOUBLE) or not shape or not 0 < first.size <= _SMALL:
        return None
    if not first.flags.c_contiguous:
        return None
    for array in others if out is None else (*others, out):
        if type(array) is not np.ndarray or array.dtype is not dtype or array.shape != shape or not array.flags.c_contiguous:
            return None
    if out is None:
        return np.empty(shape, dtype)
    if not out.flags.writeable:
        return None
    for array in (first, *others):
        if _overlap(out, array):
            return None
    return out


def _rows(*arrays):
    """The arrays of one shape with one axis for the samples."""
    return [array.reshape(-1, array.shape[-1]) for array in arrays]


def _overlap(first, second):
    """Whether two arrays may share memory; those that own theirs do not."""
    if first.flags.owndata and second.flags.owndata:
        return first is second
    return np.may_share_memory(first, second)


def _tiled(tile, call, out, arrays, rest, *results):
    """Results with these dimensions of a sample, computed in tiles; in `out` where it can be written to directly."""
    shapes = [_shape(call, dimensions) for dimensions in results]
    targets = None if out is None else _flat(out)
    direct = targets is not None and _are_direct(call, targets, shapes, arrays)
    found = targets if direct else [np.empty(shape, call.dtype) for shape in shapes]
    parts = [*arrays, *_by_samples(call, found)]
    if _walk is None:
        tile(*parts, *rest)
    else:
        _walk(tile, parts, rest)
    if direct or (out is None and call.dtype is call.result and all(shapes)):
        return found
    return _results(call, out, *((array, dimensions, False) for array, dimensions in zip(found, results)))


def _by_samples(call, arrays):
    """Arrays with one leading axis, the sample, for all that they have."""
    if len(call.batch) == 1:
        return arrays
    return [array.reshape((call.samples, *array.shape[len(call.batch) :])) for array in arrays]


def _are_direct(call, targets, shapes, arrays):
    """Whether arrays to write to fit, lie one entry after another, and share no memory."""
    if len(targets) != len(shapes):
        return False
    for target, shape in zip(targets, shapes):
        if type(target) is not np.ndarray or (target.dtype, target.shape) != (call.dtype, shape) or call.dtype != call.result:
            return False
        if not (target.flags.c_contiguous and target.flags.aligned and target.flags.writeable and target.dtype.isnative):
            return False
        others = [*arrays, *(t for t in targets if t is not target)]
        if any(_overlap(target, other) for other in others):
            return False
    return all(targets[k] is not t for k in range(len(targets)) for t in targets[:k])


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


# --- arithmetic of its own ---


def _exp_less(x, less, out=None):
    """exp(x - less); x as it is where there is nothing to take off, which is the same to the last bit."""
    if np.count_nonzero(less):
        x = out = np.subtract(x, less, out=out)
    return np.exp(x, out=out)


def _largest(array):
    """Where the first largest entries along the last axis stand, as an index; None where that axis is empty."""
    if not array.shape[-1]:
        return None
    places = array.argmax(axis=-1)
    if array.ndim == 2:
        return np.arange(len(array)), places
    return (*np.ix_(*map(np.arange, array.shape[:-1])), places)


def _at(values, places):
    """The entries at an index of `_largest`; 0 where the axis is empty."""
    return np.zeros(values.shape[:-1], values.dtype) if places is None else values[places]


def _placed(array, places, value, out=None):
    """The array with another value at an index of `_largest`."""
    if out is None:
        out = array.copy()
    elif out is not array:
        np.copyto(out, array)
    if places is not None:
        out[places] = value
    return out


def _highest(array, places):
    """The entries at an index of `_largest`; -inf where the axis is empty."""
    return np.full(array.shape[:-1], -np.inf, array.dtype) if places is None else array[places]
