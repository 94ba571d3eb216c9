"""What all programs refuse, and their --help."""
import importlib
import re
import subprocess
import sys

import pytest

from base.options import told
from tests.support import ENVIRONMENT, ROOT, main_of

README = ROOT / "README.md"


REFUSED = {
    "unknown option": (["train.py", "--epoch-count", "3"], "unrecognized arguments"),
    "no epochs": (["train.py", "--epochs", "0"], "whole number of at least 1"),
    "negative rate": (["train.py", "--learning-rate", "-1"], "a number above 0"),
    "seed too large": (["train.py", "--seed", "4294967296"], "whole number from 0"),
    "unknown optimizer": (["train.py", "--optimizer", "magic"], "invalid choice: 'magic'"),
    "unknown emotion": (["explain.py", "--label", "bored"], "invalid choice: 'bored'"),
    "no data": (["train.py", "--data", "nowhere"],
                "nowhere: no such file or directory; data/README.md"),
    "no model": (["evaluate.py", "--model", "nowhere.keras"], "nowhere.keras: No such file"),
    "name too long": (["evaluate.py", "--model", f"{'x' * 300}.keras"],
                      "File name too long"),
    "pairs of mistakes": (["explain.py", "--pairs", "--mistakes"], "--pairs: expected without"),
    "two faces": (["explain.py", "--index", "1", "--name", "a"], "not allowed with argument"),
}


@pytest.mark.parametrize(("command", "expected"), REFUSED.values(), ids=REFUSED)
def test_refuses_with_one_line_and_status_2(command, expected, tmp_path, monkeypatch, capsys):
    script, *options = command
    module = importlib.import_module(script.removesuffix(".py"))
    try:
        status, line = main_of(module, monkeypatch, *options, "--outputs", tmp_path / "outputs"), ""
    except SystemExit as ended:  # argparse
        status, line = ended.code, capsys.readouterr().err.splitlines()[-1]
    except Exception as error:
        status, line = told(error)
    assert status == 2 and expected in line
    assert not list(tmp_path.glob("outputs/*"))


@pytest.mark.parametrize("script", [
    "dataset.py", "train.py", "evaluate.py", "explain.py", "app.py"])
def test_help_shows_purpose_and_defaults_and_loads_nothing_heavy(script):
    result = subprocess.run(
        [sys.executable, "-X", "importtime", ROOT / script, "--help"], capture_output=True,
        text=True, cwd=ROOT, env=ENVIRONMENT, check=True)
    text, imported = result.stdout, set(re.findall(r"\| *(\w+)$", result.stderr, re.M))
    assert f"python {script}" in text and "(default: outputs)" in " ".join(text.split())
    assert "[]" not in text and "default: None" not in text
    assert f"| `python {script}` |" in README.read_text(encoding="utf-8")
    assert not {"keras", "tensorflow", "sklearn", "matplotlib"} & imported
