"""Binary cross entropy of a logit: NumPy kernels of

    bce_with_logits(x, t) -> L
        p = sigmoid(x)
        L = -(t*log(p) + (1 - t)*log(1 - p))

The sigmoid's slope cancels against the logarithm's: what is left is p - t.

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

__all__ = ["bce_with_logits", "bce_with_logits_grad", "bce_with_logits_value_and_grad"]


@np.errstate(all="ignore")
def bce_with_logits(x, t, *, out=None):
    """Binary cross entropy of a logit.

        p = sigmoid(x)
        L = -(t ln(p) + (1 - t) ln(1 - p))

    x: (...,).
    t: (...,).
    Returns (...,).

    Error: at most 2.5 ULP in float64 and 4 in float32, for t from 0 to 1.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/bce_with_logits.tex
    """
    if (L := _target(out, x, t)) is not None:
        return _bce_with_logits_tile(x, t, L)
    (x, t), call = _arguments(
        ("x", x, (), False),
        ("t", t, (), False),
    )
    return _tiled(_bce_with_logits_tile, call, out, (x, t), (), ())[0]


def _bce_with_logits_tile(x, t, L):
    """One tile of bce_with_logits."""
    # u = np.log1p(_sharp_exp(-np.abs(x)))
    u = np.abs(x, out=L)
    np.negative(u, out=u)
    _sharp_exp(u, out=u)
    np.log1p(u, out=u)
    s = np.subtract(1.0, t)  # 1 - t
    # L = -(t ln(p) + (1 - t) ln(1 - p))
    # L = -(np.where(np.abs(t) <= 0, 0, t * (np.minimum(x, 0) - u)) + np.where(np.abs(s) <= 0, 0, s * (-np.maximum(x, 0) - u)))
    u2 = np.abs(t)
    mask = np.less_equal(u2, 0.0)
    np.ndarray.clip(x, -np.inf, 0.0, out=u2)
    u2 -= u
    u2 *= t
    _chosen(mask, 0.0, u2, out=u2)
    u3 = np.abs(s)
    np.less_equal(u3, 0.0, out=mask)
    np.ndarray.clip(x, 0.0, np.inf, out=u3)
    np.negative(u3, out=u3)
    u3 -= u
    product = np.multiply(s, u3, out=s)
    _chosen(mask, 0.0, product, out=product)
    u2 += product
    np.negative(u2, out=L)
    return L


@np.errstate(all="ignore")
def bce_with_logits_grad(x, t, *, out=None):
    """Derivative of bce_with_logits.

        ∂L/∂x = p - t

    x: (...,).
    t: (...,).
    Returns (...,).

    Error: at most 3 ULP in float64 and 4 in float32, counted against p (1 - t) + t (1 - p), for t from
    0 to 1.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/bce_with_logits.tex
    """
    if (dL_dx := _target(out, x, t)) is not None:
        return _bce_with_logits_grad_tile(x, t, dL_dx)
    (x, t), call = _arguments(
        ("x", x, (), False),
        ("t", t, (), False),
    )
    return _tiled(_bce_with_logits_grad_tile, call, out, (x, t), (), ())[0]


def _bce_with_logits_grad_tile(x, t, dL_dx):
    """One tile of bce_with_logits_grad."""
    side = _compared(np.greater_equal, x, out=dL_dx)
    # at most 1 on both sides of 0: nothing overflows
    # e = np.exp(-np.abs(x))
    e = np.abs(x)
    np.negative(e, out=e)
    np.exp(e, out=e)
    # ∂L/∂x = p - t
    # dL_dx = (side - t + e * (1 - side - t)) / (1 + e)
    s = np.subtract(side, t)
    np.subtract(1.0, side, out=dL_dx)
    dL_dx -= t
    dL_dx *= e
    s += dL_dx
    s2 = np.add(1.0, e, out=e)
    np.divide(s, s2, out=dL_dx)
    return dL_dx


@np.errstate(all="ignore")
def bce_with_logits_value_and_grad(x, t, *, out=None):
    """Value and derivative of bce_with_logits; what they share is computed once.

        ∂L/∂x = p - t

    x: (...,).
    t: (...,).
    Returns value (...,) and (...,).

    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/bce_with_logits.tex
    """
    if out is None and (L := _target(None, x, t)) is not None:
        results = _bce_with_logits_value_and_grad_tile(x, t, L, np.empty_like(L))
        return tuple(results)
    (x, t), call = _arguments(
        ("x", x, (), False),
        ("t", t, (), False),
    )
    results = _tiled(_bce_with_logits_value_and_grad_tile, call, out, (x, t), (), (), ())
    return tuple(results)


def _bce_with_logits_value_and_grad_tile(x, t, L, dL_dx):
    """One tile of bce_with_logits_value_and_grad."""
    # at most 1 on both sides of 0: nothing overflows
    # e = _sharp_exp(-np.abs(x))
    u = np.abs(x, out=L)
    np.negative(u, out=u)
    e = _sharp_exp(u, out=dL_dx)
    u2 = np.log1p(e, out=u)
    s = np.subtract(1.0, t)  # 1 - t
    # L = -(t ln(p) + (1 - t) ln(1 - p))
    # L = -(np.where(np.abs(t) <= 0, 0, t * (np.minimum(x, 0) - u2)) + np.where(np.abs(s) <= 0, 0, s * (-np.maximum(x, 0) - u2)))
    u3 = np.abs(t)
    mask = np.less_equal(u3, 0.0)
    np.ndarray.clip(x, -np.inf, 0.0, out=u3)
    u3 -= u2
    u3 *= t
    _chosen(mask, 0.0, u3, out=u3)
    u4 = np.abs(s)
    np.less_equal(u4, 0.0, out=mask)
    np.ndarray.clip(x, 0.0, np.inf, out=u4)
    np.negative(u4, out=u4)
    u4 -= u2
    product = np.multiply(s, u4, out=s)
    _chosen(mask, 0.0, product, out=product)
    u3 += product
    np.negative(u3, out=L)
    side = _compared(np.greater_equal, x, out=u4)
    # ∂L/∂x = p - t
    # dL_dx = (side - t + e * (1 - side - t)) / (1 + e)
    s2 = np.subtract(side, t, out=product)
    s3 = np.subtract(1.0, side, out=side)
    s3 -= t
    s3 *= e
    s2 += s3
    np.add(1.0, e, out=dL_dx)
    np.divide(s2, dL_dx, out=dL_dx)
    return L, dL_dx


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


def _sharp_exp(x, out=None):
    """exp(x) rounded once: as float32 computes it, it may be off by two places more."""
    return np.exp(x, out=np.empty_like(x) if out is None else out, dtype=np.float64, casting="same_kind")

def _chosen(condition, first, second, out=None):
    """np.where to an array; large arrays by their bits: no slower in float64, and five times as fast in float32."""
    if condition.size < 2048 or condition.shape != np.broadcast(condition, first, second).shape:
        found = np.where(condition, first, second)
        if out is None:
            return found
        out[...] = found
        return out
    dtype = np.result_type(first, second)
    out = np.empty(condition.shape, dtype) if out is None else out
    kind = np.int32 if dtype.itemsize == 4 else np.int64
    mask = np.negative(condition.view(np.int8)).astype(kind)  # all bits, or none
    first, second, bits = (np.asarray(value, dtype).view(kind) for value in (first, second, out))
    np.bitwise_and(mask, np.bitwise_xor(first, second), out=mask)
    np.bitwise_xor(mask, second, out=bits)
    return out


def _compared(comparison, x, out=None):
    """comparison(x, 0) as 1 and 0; bools first, which is faster than to compare to numbers at once."""
    found = comparison(x, 0.0)
    if out is None:
        return found.astype(x.dtype)
    np.copyto(out, found)
    return out
