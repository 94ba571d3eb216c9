"""Figures, drawn from arrays: they compute nothing and know no network.

    style.py         colours, maps with a sign, how a figure is written
    explanations.py  figures of faces and explanations
    numbers.py       figures of numbers
    report.html.jinja, page.py   the report
"""
