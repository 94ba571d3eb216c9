"""Figures, drawn from arrays and records: each function returns a matplotlib Figure.

Everywhere `title` is a sentence above a figure and `note` the small print below.

    style.py            two colours, maps on a signed scale, style.save() writes a figure
    explanations.py     the four panels of LIME, for faces and photographs; all emotions; pairs
    comparisons.py      several methods on one face; mistakes
    averages.py         mean explanations of many faces
    numbers.py          the dataset, training curves, confusion matrix, reliability
"""
