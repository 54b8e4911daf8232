"""All contestants, in the order of the columns."""

from __future__ import annotations

from benchmarks.peers import autograd_peer, compiled_peers, jax_peer, numpy_peers, torch_peers
from benchmarks.peers.row import Peer

PEERS = (
    Peer("ours", "ours", numpy_peers.ours),
    Peer("ours_into", "ours, out=", numpy_peers.ours_into),
    Peer("textbook", "textbook NumPy", numpy_peers.textbook),
    Peer("torch", "PyTorch autograd", torch_peers.autograd, "torch"),
    Peer("direct", "PyTorch direct, out=", torch_peers.direct, "torch", beside="ours_into"),
    Peer("jax", "JAX jit", jax_peer.prepare, "jax"),
    Peer("numba", "numba", compiled_peers.numba_loops, "numba"),
    Peer("autograd", "HIPS autograd", autograd_peer.prepare, "autograd"),
    Peer("sympy", "SymPy lambdify", compiled_peers.lambdified, "sympy"),
    Peer("copy", "copy", numpy_peers.copy, beside="ours_into", limit=True),
    Peer("multiply", "multiply", numpy_peers.multiply, beside="ours_into", limit=True),
    Peer("exp", "exp", numpy_peers.exponential, beside="ours_into", limit=True),
)

OURS = ("ours", "ours_into")


def peer(key: str) -> Peer:
    return next(p for p in PEERS if p.key == key)
