"""Cross entropy: NumPy kernels of

    cross_entropy(p[n], t[n]) -> L
        L = -sum(i, t[i]*log(p[i]))

Small where the probability p is large for what the target t asks for.

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

__all__ = ["cross_entropy", "cross_entropy_grad", "cross_entropy_value_and_grad"]


@np.errstate(all="ignore")
def cross_entropy(p, t, *, out=None):
    """Cross entropy.

        L = -Σ_i t_i ln(p_i)

    p: (..., n).
    t: (..., n).
    Returns (...,).

    Error: at most 4 ULP in float64 and 4 in float32, for one-hot targets.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/cross_entropy.tex
    """
    (p, t), call = _arguments(
        ("p", p, ("n",), False),
        ("t", t, ("n",), False),
    )
    return _tiled(_cross_entropy_tile, call, out, (p, t), (), ())[0]


def _cross_entropy_tile(p, t, L):
    """One tile of cross_entropy."""
    u = np.log(p)  # ln(p_i)
    L[...] = -_vecdot(t, u)  # L = -Σ_i t_i ln(p_i)
    return L


@np.errstate(all="ignore")
def cross_entropy_grad(p, t, *, out=None):
    """Derivative of cross_entropy.

        ∂L/∂p_i = -t_i/p_i

    p: (..., n).
    t: (..., n).
    Returns (..., n).

    Error: at most 1 ULP in float64 and 1 in float32, for one-hot targets.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/cross_entropy.tex
    """
    if (dL_dp := _target(out, p, t)) is not None:
        return _cross_entropy_grad_tile(p, t, dL_dp)
    (p, t), call = _arguments(
        ("p", p, ("n",), False),
        ("t", t, ("n",), False),
    )
    return _tiled(_cross_entropy_grad_tile, call, out, (p, t), (), ("n",), flat=True)[0]


def _cross_entropy_grad_tile(p, t, dL_dp):
    """One tile of cross_entropy_grad."""
    # ∂L/∂p_i = -t_i/p_i
    # dL_dp = -t / p
    np.divide(t, p, out=dL_dp)
    np.negative(dL_dp, out=dL_dp)
    return dL_dp


@np.errstate(all="ignore")
def cross_entropy_value_and_grad(p, t, *, out=None):
    """Value and derivative of cross_entropy; what they share is computed once.

        ∂L/∂p_i = -t_i/p_i

    p: (..., n).
    t: (..., n).
    Returns value (...,) and (..., n).

    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/cross_entropy.tex
    """
    (p, t), call = _arguments(
        ("p", p, ("n",), False),
        ("t", t, ("n",), False),
    )
    results = _tiled(_cross_entropy_value_and_grad_tile, call, out, (p, t), (), (), ("n",))
    return tuple(results)


def _cross_entropy_value_and_grad_tile(p, t, L, dL_dp):
    """One tile of cross_entropy_value_and_grad."""
    u = np.log(p, out=dL_dp)  # ln(p_i)
    L[...] = -_vecdot(t, u)  # L = -Σ_i t_i ln(p_i)
    # ∂L/∂p_i = -t_i/p_i
    # dL_dp = -t / p
    np.divide(t, p, out=dL_dp)
    np.negative(dL_dp, out=dL_dp)
    return L, dL_dp


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


def _tiled(tile, call, out, arrays, rest, *results, flat=False):
    """Results with these dimensions of a sample, computed in tiles; in `out` where it can be written to directly."""
    shapes = [_shape(call, dimensions) for dimensions in results]
    targets = None if out is None else _flat(out)
    direct = targets is not None and _are_direct(call, targets, shapes, arrays)
    found = targets if direct else [np.empty(shape, call.dtype) for shape in shapes]
    if flat:
        parts = [array.reshape(-1) for array in (*arrays, *found)]
    else:
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


def _vecdot(first, second):
    """Products along the last axis, added up in blocks of 128 and then the blocks: a few roundings, whatever BLAS does."""
    size = first.shape[-1]
    if size <= 256:
        return np.vecdot(first, second)
    rest = size - size % 128
    blocks = [a[..., :rest].reshape(*a.shape[:-1], -1, 128) for a in (first, second)]
    return np.add.reduce(np.vecdot(*blocks), axis=-1) + np.vecdot(first[..., rest:], second[..., rest:])
