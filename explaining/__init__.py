"""LIME and other explanation methods, how far to trust them, and the choice of faces to explain.

    settings.py       the settings of LIME
    lime.py           LIME for 48x48 grey faces
    explanation.py    what is known of one explained label, and its figure
    samples.py        the samples of a face, and the local models of them
    surrogate.py      what superpixels do alone and in pairs
    superpixels.py    how a face is divided into superpixels
    hiding.py         what the hidden part of a face shows
    verdict.py        the prediction when parts of the face are hidden
    methods.py        every attribution method, all with the same signature
    faithfulness.py   scores for how far a map can be trusted
    regions.py        brows, eyes, nose and mouth, and what a superpixel is called
    averages.py       the mean explanation of an emotion
    engine.py         explanations of many faces, kept on the disk
    face_set.py       the faces of a split, and which of them to explain
    table.py          explanations as a table and arrays
    faces_explained.py, photographs_explained.py: the ways of explain.py
    output.py         where these write
    wording.py        every sentence about an explanation
"""
