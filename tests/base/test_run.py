"""What a terminal, a pipe or a full disk cannot take ends a run without a traceback."""
import dataclasses
import os
import subprocess
import sys

import pytest

from base import options
from tests.support import ROOT

PROGRAM = """
import logging, sys
from base import options

def main():
    for number in range(20_000):
        print("R², 笑", number)
    options.notes.info("a note")
    print("done", file=sys.stderr)

options.run(main)
"""


def shell(redirection, **environment):
    command = f'"{sys.executable}" -c "$PROGRAM" {redirection}'
    return subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=ROOT, text=True,
                          capture_output=True, env=os.environ | {"PROGRAM": PROGRAM} | environment)


def test_a_character_that_the_encoding_lacks_is_replaced():
    result = shell("", PYTHONIOENCODING="ascii")
    assert result.returncode == 0 and result.stdout.startswith(r"R\xb2, \u7b11 0")
    assert result.stdout.endswith("19999\na note\n")


def test_a_pipe_whose_reader_has_ended_ends_the_run_without_a_word():
    result = shell("| head -n 1")
    assert (result.returncode, result.stdout, result.stderr) == (1, "R², 笑 0\n", "")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_one_line():
    result = shell("> /dev/full")
    assert result.returncode == 1
    assert result.stderr == "-c: [Errno 28] No space left on device\n"


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2> /dev/full"])
def test_closed_streams_leave_no_traceback(closed):
    result = shell(closed)
    assert result.returncode in (0, 1) and "Traceback" not in result.stderr


def test_options_are_made_of_the_fields_of_a_dataclass():
    @dataclasses.dataclass(frozen=True)
    class Settings:
        kind: str = options.option("slic", "which kind", choices=("slic", "grid"))
        many: tuple = options.option((), "several", nargs="+")
        all_of_it: bool = options.option(False, "everything")
        derived: int = 3

    parser = options.parser("A program.")
    options.add_options(parser, Settings, leave_out=("derived",))
    args = parser.parse_args(["--many", "a", "b", "--all-of-it"])
    assert vars(args) == {"kind": "slic", "many": ["a", "b"], "all_of_it": True}
    args.derived = 3
    assert options.settings(args, Settings) == Settings(many=("a", "b"), all_of_it=True)
    assert "which kind (default: slic)" in parser.format_help()
