"""Generated source made into a module: the only place where the package runs code that it wrote."""

from __future__ import annotations

import functools
import linecache
from types import CodeType, ModuleType

from derive.emit.kernel_numpy import emit_tiles


def load(name: str, source: str) -> ModuleType:
    """A module with the functions of a generated kernel file; `inspect.getsource` works on them.

    It has the package's tiles, as a file in generated/kernels has.
    """
    module = executed(name, source)
    if "_walk" in module.__dict__:
        module.__dict__["_walk"] = tiles().walk
    return module


@functools.cache
def tiles() -> ModuleType:
    """The module that all kernels of this process share."""
    return executed("_tiles", emit_tiles())


def executed(name: str, source: str) -> ModuleType:
    path = f"<derive {name}>"
    module = ModuleType(name)
    exec(code_of(source, path), module.__dict__)
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    return module


@functools.lru_cache(maxsize=64)
def code_of(source: str, path: str) -> CodeType:
    """Compiled once for all modules that are made of it in turn."""
    return compile(source, path, "exec")
