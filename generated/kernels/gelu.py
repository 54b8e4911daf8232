"""Gaussian error linear unit (GELU): NumPy kernels of

    gelu(x) -> y
        Phi = 1/2*(1 + erf(x/sqrt(2)))
        y = x*Phi

A number times the probability that a standard normal variable lies below it.

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

__all__ = ["gelu", "gelu_grad", "gelu_value_and_grad", "gelu_vjp", "gelu_jvp"]


@np.errstate(all="ignore")
def gelu(x, *, out=None):
    """Gaussian error linear unit (GELU).

        Φ = ½ (1 + erf(x/√2))
        y = x Φ

    x: (...,).
    Returns (...,).

    Error: at most 4 ULP in float64 and 6 in float32.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/gelu.tex
    """
    if (y := _target(out, x)) is not None:
        return _gelu_tile(x, y)
    (x,), call = _arguments(("x", x, (), False))
    return _tiled(_gelu_tile, call, out, (x,), (), ())[0]


def _gelu_tile(x, y):
    """One tile of gelu."""
    # y = x Φ
    # y = _normal_tail(-x, np.maximum(x, -100000000))
    np.ndarray.clip(x, -100000000.0, np.inf, out=y)
    u = np.negative(x)
    _normal_tail(u, y, out=y)
    return y


@np.errstate(all="ignore")
def gelu_grad(x, *, out=None):
    """Derivative of gelu.

        ∂y/∂x = x e^(-½ x²)/√(2 π) + Φ

    x: (...,).
    Returns (...,).

    Error: at most 4 ULP in float64 and 6 in float32, counted against Phi + |x| phi.
    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/gelu.tex
    """
    if (dy_dx := _target(out, x)) is not None:
        return _gelu_grad_tile(x, dy_dx)
    (x,), call = _arguments(("x", x, (), False))
    return _tiled(_gelu_grad_tile, call, out, (x,), (), ())[0]


def _gelu_grad_tile(x, dy_dx):
    """One tile of gelu_grad."""
    dtype = dy_dx.dtype
    # ∂y/∂x = x e^(-½ x²)/√(2 π) + Φ
    # dy_dx = _normal_tail(-x, 1, np.maximum(np.minimum(x, 100000000), -100000000) / np.sqrt(dtype.type(2) * 3.141592653589793))
    np.negative(x, out=dy_dx)
    u = np.ndarray.clip(x, -100000000.0, 100000000.0)
    u /= np.sqrt(dtype.type(2) * 3.141592653589793)
    _normal_tail(dy_dx, 1.0, u, out=dy_dx)
    return dy_dx


@np.errstate(all="ignore")
def gelu_value_and_grad(x, *, out=None):
    """Value and derivative of gelu; what they share is computed once.

        ∂y/∂x = x e^(-½ x²)/√(2 π) + Φ

    x: (...,).
    Returns value (...,) and (...,).

    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/gelu.tex
    """
    if out is None and (y := _target(None, x)) is not None:
        results = _gelu_value_and_grad_tile(x, y, np.empty_like(y))
        return tuple(results)
    (x,), call = _arguments(("x", x, (), False))
    results = _tiled(_gelu_value_and_grad_tile, call, out, (x,), (), (), ())
    return tuple(results)


def _gelu_value_and_grad_tile(x, y, dy_dx):
    """One tile of gelu_value_and_grad."""
    dtype = y.dtype
    # y = x Φ
    # y = _normal_tail(-x, np.maximum(x, -100000000))
    np.ndarray.clip(x, -100000000.0, np.inf, out=y)
    u = np.negative(x, out=dy_dx)
    _normal_tail(u, y, out=y)
    # ∂y/∂x = x e^(-½ x²)/√(2 π) + Φ
    # dy_dx = _normal_tail(u, 1, np.maximum(np.minimum(x, 100000000), -100000000) / np.sqrt(dtype.type(2) * 3.141592653589793))
    u2 = np.ndarray.clip(x, -100000000.0, 100000000.0)
    u2 /= np.sqrt(dtype.type(2) * 3.141592653589793)
    _normal_tail(u, 1.0, u2, out=dy_dx)
    return y, dy_dx


@np.errstate(all="ignore")
def gelu_vjp(x, g, *, out=None):
    """Vector-Jacobian product of gelu: the cotangent g pulled back.

        g · ∂y/∂x = g (x e^(-½ x²)/√(2 π) + Φ)

    x: (...,).
    g: (...,).
    Returns (...,).

    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/gelu.tex
    """
    if (grad_x := _target(out, x, g)) is not None:
        return _gelu_vjp_tile(x, g, grad_x)
    (x, g), call = _arguments(
        ("x", x, (), False),
        ("g", g, (), False),
    )
    return _tiled(_gelu_vjp_tile, call, out, (x, g), (), ())[0]


def _gelu_vjp_tile(x, g, grad_x):
    """One tile of gelu_vjp."""
    dtype = grad_x.dtype
    # g · ∂y/∂x = g (x e^(-½ x²)/√(2 π) + Φ)
    # grad_x = g * _normal_tail(-x, 1, np.maximum(np.minimum(x, 100000000), -100000000) / np.sqrt(dtype.type(2) * 3.141592653589793))
    np.negative(x, out=grad_x)
    u = np.ndarray.clip(x, -100000000.0, 100000000.0)
    u /= np.sqrt(dtype.type(2) * 3.141592653589793)
    _normal_tail(grad_x, 1.0, u, out=grad_x)
    grad_x *= g
    return grad_x


@np.errstate(all="ignore")
def gelu_jvp(x, v, *, out=None):
    """Jacobian-vector product of gelu: the tangent v pushed forward.

        v · ∂y/∂x = v (x e^(-½ x²)/√(2 π) + Φ)

    x: (...,).
    v: (...,).
    Returns (...,).

    ValueError for shapes that do not fit, TypeError for complex, object or text arrays.
    Derivation: latex/gelu.tex
    """
    if (dy := _target(out, x, v)) is not None:
        return _gelu_jvp_tile(x, v, dy)
    (x, v), call = _arguments(
        ("x", x, (), False),
        ("v", v, (), False),
    )
    return _tiled(_gelu_jvp_tile, call, out, (x, v), (), ())[0]


def _gelu_jvp_tile(x, v, dy):
    """One tile of gelu_jvp."""
    dtype = dy.dtype
    # v · ∂y/∂x = v (x e^(-½ x²)/√(2 π) + Φ)
    # dy = v * _normal_tail(-x, 1, np.maximum(np.minimum(x, 100000000), -100000000) / np.sqrt(dtype.type(2) * 3.141592653589793))
    np.negative(x, out=dy)
    u = np.ndarray.clip(x, -100000000.0, 100000000.0)
    u /= np.sqrt(dtype.type(2) * 3.141592653589793)
    _normal_tail(dy, 1.0, u, out=dy)
    dy *= v
    return dy


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


def _normal_tail(x, factor=1.0, other=None, out=None):
    """factor Q(x) + other exp(-x²/2), where Q(x) = erfc(x/√2)/2: a standard normal variable exceeds x.

    x is not rounded before it is squared, and nothing is rounded below the normal range but the result.
    """
    shape = np.shape(x)
    x = np.atleast_1d(x)
    size = np.ndarray.clip(np.abs(x), 0.0, 1e4)
    tail = _mills(size)
    if np.ndim(factor) or factor != 1.0:
        tail *= np.clip(factor, -1e8, 1e8)
    side = np.less(x, 0.0, out=np.empty_like(x))  # Q(x) = 1 - Q(-x)
    beyond = factor * side
    side *= -2.0
    side += 1.0
    if other is not None:
        tail += side * other
    side *= _gaussian(size, 0.5, tail)
    found = np.add(side, beyond, out=out)
    return found if out is not None else found.reshape(shape)


def _mills(x, scale=1.0):
    """exp(t²/2) Q(t) / scale for t = x / scale >= 0, where Q(t) = erfc(t/√2)/2, the ratio of J. P. Mills.

    (t + 29/32) times it lies between 0.39 and 0.5 and is a polynomial in (t - c)/(t + c), interpolated at Chebyshev nodes
    with 40 digits: from 0 to 40 with c = 6 in float64, from 0 to 15 with c = 15/4 in float32, to what each can hold. The
    variable is that of M. M. Shepherd and J. G. Laframboise, Chebyshev approximation of (1 + 2 x) exp(x²) erfc x,
    Mathematics of Computation 36 (1981).
    """
    if x.dtype == np.float32:
        center, coefficients = 3.75, (
            0.00017875302203384407, 0.00048774749714419155, -0.0012639416984170234, -0.00214706700077345,
            0.014957563139790367, -0.03417177997713802, 0.03975453644581389, -0.00390498696450959,
            -0.08068042323046498, 0.4658075749134307,
        )  # fmt: skip
    else:
        center, coefficients = 6.0, (
            1.582909120824813e-09, 2.9014012774681617e-09, -1.5929853415465823e-08, -1.957561683292882e-08,
            1.3466870077800984e-07, -6.282103266424415e-09, -1.010259192172584e-06, 1.8510203802273675e-06,
            4.3677014831435375e-06, -2.6867694608079475e-05, 3.971765556222859e-05, 0.0001183295809167032,
            -0.0008859046279743788, 0.0030306666562263315, -0.0073802501723382735, 0.014076217522703844,
            -0.021546574124124522, 0.025878830171417164, -0.021468687891707795, 0.0033053044515817913,
            0.0298897220514482, -0.0734756685441752, 0.44738213955321104,
        )  # fmt: skip
    u = x + center * scale
    total = x - center * scale
    np.divide(total, u, out=u)
    np.multiply(u, coefficients[0], out=total)
    total += coefficients[1]
    for coefficient in coefficients[2:]:
        total *= u
        total += coefficient
    total /= np.add(x, 0.90625 * scale, out=u)
    return total


def _gaussian(x, square, factor=1.0, out=None):
    """factor exp(-square x²) for square a power of 2: x² is exact, of float32 in float64, of float64 by a short x.

    Where exp(-square x²) is below the normal range it is lifted by e^40, and lowered last.
    """
    shape = np.shape(x)
    x = np.atleast_1d(x)
    if x.dtype == np.float32:
        found = x.astype(np.float64)
        found *= found
        found *= -square
        np.exp(found, out=found)
        found *= factor
        found = found.astype(x.dtype)
    else:
        size = np.ndarray.clip(np.abs(x), 0.0, np.sqrt(1000 / square))
        short = size + 3 * 2.0 ** (31 - np.round(np.log2(square) / 2))  # to 20 bits behind the point
        short -= 3 * 2.0 ** (31 - np.round(np.log2(square) / 2))
        rest = size - short
        size += short
        rest *= size
        rest *= -square
        np.square(short, out=short)
        short *= -square
        deep = None if short.min(initial=0.0) >= -600 else short < -600
        if deep is not None:
            np.add(short, 40.0, where=deep, out=short)
        np.exp(short, out=short)
        short *= factor
        found = np.expm1(rest, out=rest)
        found *= short
        found += short
        if deep is not None:
            np.multiply(found, 4.248354255291589e-18, where=deep, out=found)
    if out is None:
        return found.reshape(shape)
    out[...] = found
    return out
