"""The faces that come with the repository, and when they are used in the place of FER2013."""
import dataclasses

from base.options import notes
from fer2013.dataset import DataOptions, open_dataset
from fer2013.sources import AVATARS, COMPOSITES, DATA, HERE, INCLUDED, lying_at, search


def open_for_training(options):
    """The user's Dataset, or the avatars if none is named and data/ holds no FER2013."""
    return open_own(options) or open_included(AVATARS, options)


def open_for_explaining(options, trained_on):
    """The user's Dataset, or else included faces of the kind that the model was trained on."""
    faces = AVATARS if trained_on == INCLUDED[AVATARS] else COMPOSITES
    return open_own(options) or open_included(faces, options)


def open_own(options=DataOptions()):  # noqa: B008, it is immutable
    """The user's Dataset; None if none is named and data/ holds no FER2013."""
    folder = HERE / DATA
    if options.data != DATA or search(folder) is not None:
        return open_dataset(options)
    if (lying := lying_at(folder)) != "nothing":
        notes.info("%s: no FER2013 in it, but %s", DATA, lying)
    return None


def open_included(place, options):
    return open_dataset(dataclasses.replace(options, data=str(place)))
