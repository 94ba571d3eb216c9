"""What several test files share."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from tests.support import ROOT

UNPACK = ROOT.parent / "shared" / "fer2013" / "unpack.py"


@pytest.fixture(scope="session")
def real_fer2013(tmp_path_factory):
    """FER2013 itself: where the environment variable FER2013 says, else unpacked for the session; or the test skips."""
    if "FER2013" in os.environ:
        path = pathlib.Path(os.environ["FER2013"])
        assert path.exists(), f"the environment variable FER2013 names {path}, and nothing is there"
        yield path
    elif UNPACK.exists():
        folder = tmp_path_factory.mktemp("fer2013")
        subprocess.run([sys.executable, UNPACK, folder, "--csv"], check=True)
        yield folder
        shutil.rmtree(folder)
    else:
        pytest.skip("needs FER2013: set the environment variable FER2013 to where it lies")
