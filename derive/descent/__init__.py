"""Descent along gradients: optimizers, runs with reports, stationary points.

This room knows NumPy and DeriveError alone: it takes any function that gives a value and a gradient.
"""
