"""Get FER2013 from Kaggle."""
import os
import pathlib
import tempfile

from base import files
from base.errors import UserError
from fer2013.sources import find, search

ON_KAGGLE = "msambare/fer2013"


def download(path):
    """Get FER2013 from Kaggle into the directory `path`, as path/fer2013: all of it or nothing."""
    folder = files.make_folder(path)
    if search(folder) is not None:
        print(f"{folder}: holds FER2013 already, nothing to download")
        return
    by_hand = f"get https://www.kaggle.com/datasets/{ON_KAGGLE} with a browser and lay its archive.zip into {folder}"
    try:
        import kagglehub  # not at the top: it is optional
    except ImportError:
        install = "pip install -r requirements-optional.txt"
        raise UserError(f"--download: needs kagglehub; {install}, or {by_hand}") from None
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".downloading-") as temporary:
            found = kagglehub.dataset_download(ON_KAGGLE, output_dir=str(pathlib.Path(temporary, "fer2013")))
            find(found)
            os.rename(found, folder / "fer2013")
    except Exception as error:  # requests', kagglehub's own, zipfile's, the disk's: all mean that it did not work
        raise UserError(f"--download: {ON_KAGGLE} did not come ({type(error).__name__}: {str(error)[:80]}); {by_hand}"
                        ) from error
