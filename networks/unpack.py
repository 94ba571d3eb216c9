"""In a process of its own (apart.py): the texts and arrays of a Keras file, copied out of it.

    python -m networks.unpack theirs.keras FOLDER

Reads a .keras archive or an HDF5 file and writes FOLDER/config.json, where there is an architecture
in it, and FOLDER/weights.h5 with plain arrays, without what the optimiser keeps. The process that
goes on reads nothing that a stranger wrote but that JSON.
"""
import hashlib
import json
import pathlib
import shutil
import sys
import zipfile

import h5py
import numpy as np

from base.errors import Refused
from networks import apart, limits

WEIGHTS = "model.weights.h5"
MEMBERS = ("config.json", "metadata.json", WEIGHTS)
OPTIMISERS = ("optimizer_weights", "optimizer", "_optimizer")  # at the top of a file
ATTRIBUTES = ("layer_names", "weight_names", "dtype", "backend", "keras_version")


def unpack(path, folder):
    """Copy a file's parts into a folder.

    Returns:
        {"form": the format in words, "digest": SHA-256 of the file's bytes}.
    """
    folder = pathlib.Path(folder)
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        archived = file.read(4) == b"PK\x03\x04"
        version = (unpack_archive if archived else copy_hdf5)(file, folder)
    form = "archive" if archived else "HDF5"
    return {"form": f"{form} of Keras {version}", "digest": digest}


def unpack_archive(file, folder):
    """The parts of a .keras file; returns its version of Keras."""
    with zipfile.ZipFile(file) as archive:
        check_members(archive.infolist())
        (folder / "config.json").write_bytes(archive.read("config.json"))
        metadata = json.loads(archive.read("metadata.json"))
        packed = folder / "packed"
        with archive.open(WEIGHTS) as member, packed.open("wb") as target:
            shutil.copyfileobj(member, target, 2**20)
    with packed.open("rb") as file:
        copy_hdf5(file, folder)
    packed.unlink()
    return str(metadata.get("keras_version", ""))


def check_members(infos):
    """The zip has exactly the three files of a .keras file, none larger than it may be.

    Of stored and deflated members zipfile unpacks no more than the directory declares; bzip2 and
    LZMA unpack without a limit.
    """
    names = sorted(info.filename for info in infos[:100])
    if names != sorted(MEMBERS):
        contents = ", ".join(names)[:100] or "nothing"
        raise Refused(f"contains {contents} instead of {', '.join(MEMBERS)}")
    for info in infos:
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(f"{info.filename} is neither stored nor deflated")
        most = limits.MOST_BYTES if info.filename == WEIGHTS else limits.MOST_TEXT
        if info.file_size > most:
            raise limits.too_much(f"bytes of {info.filename}", info.file_size, most)


def copy_hdf5(file, folder):
    """The arrays of an HDF5 file, and its architecture; returns its version of Keras."""
    with (h5py.File(file, "r") as source, h5py.File(folder / "weights.h5", "w") as target):
        if "model_config" in source.attrs:
            config = text(source.attrs["model_config"])
            if len(config) > limits.MOST_TEXT:
                raise limits.too_much("bytes of architecture", len(config), limits.MOST_TEXT)
            (folder / "config.json").write_text(config, encoding="utf-8")
        copy_group(source, target, [], 0)
        return text(source.attrs.get("keras_version", "1"))


def copy_group(source, target, sizes, depth):
    """Copy the arrays of a group and of all groups in it.

    Args:
        sizes: bytes of each part that was copied so far; grows.
        depth: how many groups this one is inside of.

    Raises:
        Refused: too many parts, too deep, too large, no plain arrays, or in another place.
    """
    if depth > limits.DEEPEST or len(source) + len(sizes) > limits.MOST_OBJECTS:
        raise Refused(f"has more than {limits.MOST_OBJECTS:,} parts, or parts deeper than "
                      f"{limits.DEEPEST}")
    copy_attributes(source, target)
    for name in source:
        if depth == 0 and name in OPTIMISERS:
            continue
        if not isinstance(source.get(name, getlink=True), h5py.HardLink):
            raise Refused(f"its {name} is a link to another place")
        part = source[name]
        if isinstance(part, h5py.Group):
            sizes.append(0)
            copy_group(part, target.create_group(name), sizes, depth + 1)
        else:
            check_array(name, part, sizes)
            target[name] = part[()]
            copy_attributes(part, target[name])


def check_array(name, part, sizes):
    """Refused unless a part is an array of numbers in the file itself, and not too large."""
    if not isinstance(part, h5py.Dataset) or part.external or part.is_virtual:
        raise Refused(f"its {name} lies in another file, or is no array")
    if part.dtype.hasobject:
        raise Refused(f"its {name} is no array of numbers")
    sizes.append(part.nbytes)
    if sum(sizes) > 4 * limits.MOST_PARAMETERS:
        raise Refused(f"declares more than {4 * limits.MOST_PARAMETERS:,} bytes of weights")


def copy_attributes(source, target):
    """Those by which Keras finds arrays: texts and lists of texts, long ones in parts."""
    for name in source.attrs:
        if name.rstrip("0123456789") in ATTRIBUTES:
            value = source.attrs[name]
            if isinstance(value, np.ndarray):
                target.attrs[name] = np.array([text(each).encode() for each in value.ravel()])
            else:
                target.attrs[name] = text(value)


def text(value):
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    apart.limit(limits.SECONDS)
    apart.tell(sys.stdout.buffer, unpack, *sys.argv[1:])
