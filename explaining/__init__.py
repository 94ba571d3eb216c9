"""LIME and other explanation methods, their faithfulness, and the choice of faces to explain.

    settings.py             the settings of LIME
    face_lime.py            LIME for 48x48 grey faces
    face_explainer.py       the samples and the fits underneath
    surrogate.py            what superpixels do alone and in pairs
    without.py              the answer when parts of the face are hidden
    superpixels.py          how a face is divided into superpixels
    baselines.py            what the hidden part of a face shows
    methods/                every attribution method, all with the same signature
    faithfulness.py         scores for how far a map can be trusted
    engine.py               explanations of many faces, kept on the disk
    face_set.py             the faces of a split, and which of them to explain
    table.py                explanations as a table and arrays
    regions.py              brows, eyes, nose and mouth, and what a superpixel is called
    averages.py             the mean explanation of an emotion
    single_faces.py         python explain.py --label happy
    many_faces.py           python explain.py --count 200, and --mistakes
    explain_photographs.py  python explain.py --image me.jpg
    sentences.py            the texts of the page
    wording.py              the texts above and below an explanation
"""
