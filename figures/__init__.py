"""Figures, drawn from arrays: each function returns a matplotlib Figure, style.save() writes it.

    style.py                     colours, signed maps, how a figure is written
    explanations.py              figures of faces and explanations
    numbers.py                   figures of numbers
"""
