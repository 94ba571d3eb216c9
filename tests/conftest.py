"""Fixtures that several test files share."""
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
    """The path of FER2013: the environment variable FER2013, else a copy unpacked for the session.

    Without either, the test is skipped.
    """
    if "FER2013" in os.environ:
        path = pathlib.Path(os.environ["FER2013"])
        assert path.exists(), f"the environment variable FER2013 names {path}, which does not exist"
        yield path
    elif UNPACK.exists():
        folder = tmp_path_factory.mktemp("fer2013")
        subprocess.run([sys.executable, UNPACK, folder], check=True)
        yield folder
        shutil.rmtree(folder)
    else:
        pytest.skip("needs FER2013: set the environment variable FER2013 to its path")


@pytest.fixture
def eagerly():
    """TensorFlow traces nothing, which would take longer than a few steps of a tiny network."""
    import tensorflow

    tensorflow.config.run_functions_eagerly(True)
    yield
    tensorflow.config.run_functions_eagerly(False)
