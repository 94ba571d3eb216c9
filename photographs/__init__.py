"""Photographs: which files are pictures, their pixels, the faces in them, framed as in FER2013.

    listing.py     which files in folders are pictures
    detection.py   detection of faces in photographs
    framing.py     photographs, and framing of their faces as in FER2013
    finding.py     the faces in many pictures
"""
