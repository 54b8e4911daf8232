"""The contestants: ours, textbook NumPy, other libraries, and the limits of the machine."""
