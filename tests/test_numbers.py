"""Numbers in README and docs/ agree with the files that commands wrote."""
import json
import re

from benchmarks.all import card_tables
from tests.support import ROOT

EVALUATION = json.loads((ROOT / "pretrained/evaluation.json").read_text(encoding="utf-8"))
DEMONSTRATION = json.loads((ROOT / "benchmarks/demonstration.json").read_text(encoding="utf-8"))


def text_of(page):
    """A page's text with every white space as one space."""
    return " ".join((ROOT / page).read_text(encoding="utf-8").split())


def result_row(split, numbers):
    cells = [f"{numbers[name]:.2%}" for name in ("accuracy", "accuracy_not_in_train",
                                                 "balanced_accuracy")]
    cells += [f"{numbers[name]:.3f}" for name in ("macro_f1", "expected_calibration_error")]
    return f"| {split} | {' | '.join(cells)} |"


def speed_of(way):
    """Faces per second of the fastest round, from the table of the training speed."""
    return int(re.search(rf"\| {re.escape(way)} \| (\d+) \|", text_of("benchmarks/speed.md"))[1])


def test_the_results_of_the_readme_are_those_of_the_last_evaluation():
    assert result_row("PublicTest, one forward pass", EVALUATION) in text_of("README.md")
    assert (result_row("PublicTest, with mirror images", EVALUATION["tta"])
            in text_of("README.md"))


def test_the_interval_and_the_repeated_faces_of_the_readme_are_those_of_the_evaluation():
    low, high = EVALUATION["accuracy_interval"]
    assert f"uncertain by {50 * (high - low):.1f} points either way" in text_of("README.md")
    repeated = 1 - EVALUATION["faces_not_in_train"] / EVALUATION["faces"]
    assert f"{100 * repeated:.1f} % of PublicTest" in text_of("README.md")


def test_the_tables_of_the_card_are_those_of_the_last_evaluation():
    assert " ".join(card_tables(EVALUATION).split()) in text_of("pretrained/README.md")


def test_the_speed_of_training_is_that_of_its_benchmark():
    muon, adamw = (speed_of(f"{name}, bfloat16") for name in ("muon", "adamw"))
    ratio = muon / speed_of("muon, float32")
    text = text_of("docs/long_runs.md")
    assert f"trains about {ratio:.1f} times as fast" in text
    assert f"{muon} faces per second on two cores, or {adamw} with `--optimizer adamw`" in text


def test_the_demonstration_is_as_accurate_as_the_page_says():
    expected = f"classifies {100 * DEMONSTRATION['accuracy']:.1f} % of the {DEMONSTRATION['faces']}"
    assert DEMONSTRATION["split"] == "test" and expected in text_of("docs/long_runs.md")
