"""Photographs: which files are pictures, and the faces in them, framed as in FER2013.

    detection.py   where the faces of a photograph are
    framing.py     faces cut out as in FER2013
    finding.py     picture files, also those in folders, and the faces in them
"""
