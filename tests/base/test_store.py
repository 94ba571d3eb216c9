import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from base.errors import UserError
from base.store import Store, kept_or_computed, make_key
from tests.support import ROOT

ARRAYS = {"weights": np.array([0.1, -2]), "label": np.asarray(3)}


def test_arrays_come_back_as_they_were_and_a_later_run_finds_them(tmp_path):
    for _ in range(2):
        kept = Store(tmp_path / "kept.sqlite")
        kept.add("a", ARRAYS)
        found = kept.get("a")
        assert "a" in kept and "b" not in kept
        with pytest.raises(KeyError):
            kept.get("b")
    assert found["weights"].tolist() == [0.1, -2] and found["label"].item() == 3


def test_a_key_depends_on_the_settings_and_on_the_bytes():
    keys = {make_key({"seed": seed}, face) for seed in (0, 1) for face in (b"a", b"b")}
    assert len(keys) == 4 and make_key({"a": 1, "b": 2}) == make_key({"b": 2, "a": 1})


def test_a_killed_process_loses_nothing_that_it_added(tmp_path):
    code = ("import sys, numpy; from base.store import Store; kept = Store(sys.argv[1])\n"
            "for number in range(10**6):\n"
            "    kept.add(str(number), {'number': numpy.asarray(number)})\n"
            "    print(number, flush=True)")
    run = subprocess.Popen([sys.executable, "-c", code, tmp_path / "kept.sqlite"], text=True,
                           stdout=subprocess.PIPE, cwd=ROOT, env=os.environ)
    added = [int(run.stdout.readline()) for _ in range(20)]
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    kept = Store(tmp_path / "kept.sqlite")
    assert [kept.get(str(number))["number"].item() for number in added] == list(range(20))


def test_a_full_disk_is_one_line_and_what_was_added_stays(tmp_path):
    kept = Store(tmp_path / "kept.sqlite")
    kept.add("a", ARRAYS)
    kept.connection.execute("PRAGMA max_page_count = 5")
    with pytest.raises(UserError, match="kept.sqlite: cannot be .*full"):
        kept.add("b", {"large": np.zeros(10**5)})
    assert "b" not in kept and kept.get("a")["weights"].tolist() == [0.1, -2]


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "kept.sqlite").write_bytes(b"PK\x03\x04 cut off" * 100)
    with pytest.raises(UserError, match="kept.sqlite: cannot be"):
        Store(tmp_path / "kept.sqlite")


@pytest.mark.parametrize("damaged", [b"", b"PK\x03\x04", "text", 7])
def test_a_result_that_is_damaged_is_refused(tmp_path, damaged):
    kept = Store(tmp_path / "kept.sqlite")
    kept.add("a", ARRAYS)
    kept.connection.execute("UPDATE results SET arrays = ?", (damaged,))
    with pytest.raises(UserError, match="kept.sqlite: cannot be"):
        kept.get("a")


def test_a_result_of_other_arrays_is_refused(tmp_path):
    kept = Store(tmp_path / "kept.sqlite")
    kept.add("a", ARRAYS)
    found = kept_or_computed(kept, ["a"], [0], iter, None, lambda arrays, _: arrays["segments"])
    with pytest.raises(UserError, match="kept.sqlite: cannot be .*'segments'"):
        next(found)
