"""Explaining: LIME for small grey faces, other methods, how faithful they are, and which faces are explained.

    settings.py             the settings of LIME
    face_lime.py            LIME itself
    superpixels.py          how a face is divided
    baselines.py            what a hidden part of it shows
    methods/                every attribution method behind one signature
    faithfulness.py         how far a map can be trusted
    face_set.py             the faces of a split, and which of them to explain
    averages.py             the mean explanation of an emotion
    single_faces.py         python explain.py --label happy
    many_faces.py           python explain.py --count 200, and --mistakes
    photographs.py          faces in photographs, found and framed
    explain_photographs.py  python explain.py --image me.jpg
    wording.py              what is written beside an explanation
"""
