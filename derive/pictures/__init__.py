"""Pictures: arrays and functions of arrays in, SVG out; one look, the same bytes each time.

This room knows NumPy, matplotlib (an extra, loaded when the first picture is drawn) and DeriveError alone.
"""
