"""Downloads FER2013 from Kaggle."""
import os
import pathlib
import tempfile

from base import files
from base.errors import UserError
from fer2013.sources import DATA, HERE, find, search

ON_KAGGLE = "msambare/fer2013"


def download(path):
    """Download FER2013 from Kaggle to path/fer2013, completely or not at all.

    Does nothing if `path` already contains FER2013.

    Raises:
        UserError: kagglehub is not installed, or the download failed; it says how to do it by hand.
    """
    folder = files.make_folder(HERE / DATA if path == DATA else path)
    if search(folder) is not None:
        print(f"{folder}: already contains FER2013, nothing to download")
        return
    by_hand = (f"get https://www.kaggle.com/datasets/{ON_KAGGLE} with a browser and put its "
               f"archive.zip into {folder}")
    try:
        import kagglehub  # not at the top, because it is optional
    except ImportError:
        install = "pip install -r requirements-optional.txt"
        raise UserError(f"--download: needs kagglehub; {install}, or {by_hand}") from None
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".downloading-") as temporary:
            target = str(pathlib.Path(temporary, "fer2013"))
            downloaded = kagglehub.dataset_download(ON_KAGGLE, output_dir=target)
            find(downloaded)
            os.rename(downloaded, folder / "fer2013")
    except Exception as error:  # of requests, kagglehub, zipfile or the disk: the download failed
        raise UserError(f"--download: {ON_KAGGLE} was not downloaded ({type(error).__name__}: "
                        f"{str(error)[:80]}); {by_hand}") from error
