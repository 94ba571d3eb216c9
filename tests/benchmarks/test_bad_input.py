"""The run of generated bad input counts what goes wrong, and would find it."""
import json

import numpy as np
import pytest

from base.errors import UserError
from benchmarks import bad_cases, bad_input
from benchmarks.bad_cases import READ, REFUSED, SILENT, TRACEBACK, Silent, attempt, judge


def fail(*arguments):
    raise KeyError("a")


def say_nothing(*arguments):
    raise Silent("another number")


def shut(random, here):
    (here / "a").mkdir()
    (here / "a").chmod(0)
    return READ


@pytest.mark.parametrize(("case", "outcome"), [
    (fail, TRACEBACK), (say_nothing, SILENT), (shut, READ), (lambda *_: exit(1), TRACEBACK)])
def test_what_a_case_led_to_is_counted(case, outcome, capsys):
    assert attempt(case, [0, 1], "a, case 1") == outcome
    assert ("a, case 1" in capsys.readouterr().err) == (outcome != READ)


def test_one_line_about_the_file_is_a_refusal_and_another_is_not(tmp_path):
    def refuse(text):
        raise UserError(text)

    path = tmp_path / "a.json"
    assert judge(lambda: refuse(f"{path}: cut off"), path) == REFUSED
    with pytest.raises(AssertionError, match="not one line about"):
        judge(lambda: refuse("cut off"), path)
    assert judge(lambda: [1], path, [1]) == READ
    with pytest.raises(Silent, match="a.json: another content"):
        judge(lambda: [2], path, [1])


def test_damage_is_drawn_and_never_leaves_the_bytes_as_they_are():
    content = bytes(range(256)) * 20
    for seed in range(20):
        random = np.random.default_rng(seed)
        assert len(bad_cases.cut(content, random)) < len(content)
        assert len(bad_cases.flip_bits(content, random)) == len(content)
        assert len(bad_cases.overwrite(content, random)) == len(content)
    record = {"a": [1, {"b": 2}]}
    changed = {json.dumps(bad_cases.change_json(record, np.random.default_rng(seed)))
               for seed in range(20)}
    assert len(changed) > 10 and record == {"a": [1, {"b": 2}]}


def test_every_kind_is_tried_and_a_run_goes_on_after_a_crash():
    kinds = {"a": (lambda *_: READ, 100), "b": (fail, 1)}
    assert list(bad_cases.generated(kinds, 0.02, 0, 1)) == [("a", READ), ("b", TRACEBACK)]


def test_the_page_sums_up_the_outcomes():
    cases = [{"kind": "cut", "outcome": outcome, "seconds": 1, "bytes": 10**8}
             for outcome in (READ, READ, REFUSED, TRACEBACK, SILENT, bad_cases.SKIPPED)]
    page = bad_input.page({"data": {"seconds": 3, "cases": cases}}, 7)
    assert "5 cases: 1 tracebacks, 1 silent errors, peak memory 100 MB, 1 skipped, 3 s" in page
    assert "| cut | 2 | 1 | 1 | 1 | 1 |" in page
