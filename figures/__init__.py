"""Figures, drawn from arrays and records: each function returns a matplotlib Figure.

    style.py            two colours, maps on a signed scale, style.save() writes a figure
    explanations.py     the four panels of LIME; a sheet of all emotions
    framed.py           a photograph with its faces framed, and their explanations
    comparisons.py      several methods on one face; mistakes
    averages.py         mean explanations of many faces
    pairs.py            what superpixels or regions do together
    numbers.py          the dataset, training curves, confusion matrix, reliability
"""
