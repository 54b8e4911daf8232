"""How others write the definitions: textbook NumPy, PyTorch, JAX, loops for numba."""
