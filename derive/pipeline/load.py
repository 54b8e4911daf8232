"""Generated source made into a module: the only place where the package runs code that it wrote."""

from __future__ import annotations

import linecache
from types import ModuleType


def load(name: str, source: str) -> ModuleType:
    """A module with the functions of a generated kernel file; `inspect.getsource` works on them."""
    path = f"<derive {name}>"
    module = ModuleType(name)
    exec(compile(source, path, "exec"), module.__dict__)
    linecache.cache[path] = (len(source), None, source.splitlines(keepends=True), path)
    return module
