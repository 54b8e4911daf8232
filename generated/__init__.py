"""Kernels, notes and evidence that `python -m derive all` writes; do not edit."""
