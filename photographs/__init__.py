"""Photographs: which files are pictures, and the faces in them, framed as in FER2013.

    listing.py     which files in folders are pictures
    detection.py   where the faces of a photograph are
    framing.py     faces cut out as in FER2013
    finding.py     picture files and the faces in them, kept on the disk
"""
