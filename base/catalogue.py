"""Which program writes which file into outputs/, and which section of the report shows it.

report.py reads this list; explain.py --image gives a photograph's figure none of these names.
"""
from typing import NamedTuple


class Figure(NamedTuple):
    """A figure, or one for each emotion: the command that makes it and its text in the report."""
    section: str  # of the report
    name: str  # without the suffix, which --format sets; "{emotion}" stands for each of the seven
    heading: str
    shows: str  # the caption; with the numbers behind the figure also its alternative text
    command: str
    faces: bool = True  # whether the figure shows faces of the data


FIGURES = (
    Figure("model", "curves", "Accuracy and loss by epoch",
           "Accuracy and loss of the training faces, measured on augmented faces with dropout on, "
           "and of the validation faces, by epoch; the best epoch is marked.",
           "python evaluate.py", faces=False),
    Figure("results", "confusion_matrix", "Confusion matrix",
           "True emotions in rows, predicted emotions in columns; the shade is the share of the "
           "row.", "python evaluate.py", faces=False),
    Figure("results", "reliability", "Reliability",
           "Accuracy against confidence: above the diagonal the model is underconfident, below it "
           "overconfident.", "python evaluate.py", faces=False),
    Figure("overview", "explanations", "The seven emotions",
           "One explanation of each emotion. From left to right: the face; the superpixels that "
           "speak most for the emotion; their boundaries in blue; the boundaries of those that "
           "speak most against it in orange.", "python explain.py"),
    Figure("explanations", "{emotion}", "Explanation of {emotion}",
           "The face; the superpixels that speak most for the emotion; their boundaries in blue; "
           "the boundaries of those that speak most against it in orange.",
           "python explain.py"),
    Figure("explanations", "{emotion}_pairs", "What acts together in {emotion}",
           "The pairs of superpixels that change the probability most when both are shown, beyond "
           "the sum of the two: blue pairs add more together, vermilion ones less.",
           "python explain.py --pairs"),
    Figure("many", "emotions_average", "Emotions side by side",
           "The mean face of each emotion above, its mean map of weights below: blue speaks for "
           "the emotion, vermilion against it.", "python explain.py --count 200"),
    Figure("many", "{emotion}_average", "Average of {emotion}",
           "The mean face with the regions; the mean weight of each pixel's superpixel; the share "
           "of the positive weight in each region beside the region's share of the area.",
           "python explain.py --count 200"),
    Figure("many", "pairs_average", "What acts together, by region",
           "What the pairs of superpixels in two regions add together beyond their sum, mean over "
           "the faces: blue pairs add more together, vermilion ones less.",
           "python explain.py --count 200 --pairs", faces=False),
    Figure("compare", "{emotion}_compare", "Methods compared on {emotion}",
           "LIME beside other methods on the same face, with the scores of each.",
           "python explain.py --compare"),
    Figure("mistakes", "mistakes", "The most confident mistakes",
           "Wrong predictions, one in each row: the probabilities; the face, where the strongest "
           "superpixels for the predicted emotion rather than the true one are outlined; the map "
           "of all, in blue, and of the reverse, in vermilion. The weights are changes of the "
           "log-odds of the two emotions.",
           "python explain.py --mistakes"),
    Figure("data", "dataset", "The faces at a glance",
           "The data that dataset.py was given: faces by emotion and split, and examples of each "
           "emotion.", "python dataset.py"),
)
PHOTOGRAPHS = Figure(
    "others", "*", "{name}",
    "{name}: a photograph with its faces, their probabilities and explanations, or another picture "
    "in the folder of outputs.",
    "python explain.py --image PICTURE")


def names(figure, emotions):
    """{emotion: name} of a figure that exists for each emotion, {"": name} of a single figure."""
    keys = emotions if "{emotion}" in figure.name else ("",)
    return {emotion: figure.name.format(emotion=emotion) for emotion in keys}


def taken(emotions):
    """Every name, without suffix, of the pictures that the programs write."""
    own = {name for figure in FIGURES for name in names(figure, emotions).values()}
    return own | {"confusion_examples"}  # of evaluate.py, for the report
