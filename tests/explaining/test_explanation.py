import io

import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from tests.support import explanation

HALVES = np.repeat([0, 1], 24 * 48).reshape(48, 48)


def test_an_explanation_shows_itself_in_a_notebook_with_its_sentence():
    found = explanation(HALVES, np.array([0.3, -0.1]))
    assert repr(found).startswith("<Happy, 100 %: mainly the ")
    figure = found.figure()
    assert isinstance(figure, Figure) and len(figure.subfigs[0].axes) == 5  # panels and a scale
    assert figure.subfigs[0].get_suptitle().startswith("Happy, 100 %: mainly the ")
    width, height = Image.open(io.BytesIO(found._repr_png_())).size
    assert width == 800 and 200 < height < 350
