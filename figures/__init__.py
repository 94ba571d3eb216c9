"""Figures, drawn from arrays: they compute nothing and use no network.

    style.py                     colours, signed maps, how a figure is written
    explanations.py              figures of faces and explanations
    numbers.py                   figures of numbers
    text.py                      text that is legible in every script
"""
