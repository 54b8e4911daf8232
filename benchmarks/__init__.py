"""Measurements: kernels beside their peers (`python -m benchmarks`), and what derivations cost."""
