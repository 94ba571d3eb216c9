"""What a terminal, a pipe or a full disk cannot take never ends a run."""
import io
import os
import subprocess
import sys

import pytest

from base import streams
from tests.support import ROOT

PROGRAM = """
import sys
from base import options

def main():
    args = options.parser("A program.").parse_args()
    for number in range(20_000):
        print("R², 笑", number)
    print("done", file=sys.stderr)

options.run(main)
"""


def shell(redirection, **environment):
    command = f'"{sys.executable}" -c "$PROGRAM" {redirection}'
    return subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], cwd=ROOT, text=True,
                          capture_output=True, env=os.environ | {"PROGRAM": PROGRAM} | environment)


@pytest.mark.parametrize("encoding", ["ascii", "cp1251", "cp1250", "cp932", "gbk", "big5", "cp874"])
def test_a_character_that_the_encoding_lacks_is_replaced(encoding):
    raw = io.BytesIO()
    stream = streams.LastingStream(io.TextIOWrapper(raw, encoding=encoding))
    stream.write("R² 笑 ok")
    stream.flush()
    assert stream.failure is None and raw.getvalue().endswith(b"ok")


def test_a_pipe_whose_reader_has_ended_is_no_error():
    result = shell("| head -n 1")
    assert result.returncode == 0 and result.stderr == "done\n"
    assert result.stdout == "R², 笑 0\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_one_line_at_the_end():
    result = shell("> /dev/full")
    assert result.returncode == 1
    assert result.stderr == ("done\n-c: what it printed is lost (No space left on device); "
                             "its files are written\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "2> /dev/full"])
def test_closed_streams_are_no_error(closed):
    result = shell(closed)
    assert result.returncode == 0 and "Traceback" not in result.stderr


def test_quiet_prints_errors_only():
    result = shell("--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "done\n")


def test_progress_is_a_line_for_each_item_where_there_is_no_terminal(capsys):
    assert list(streams.progress("ab", "face", name="happy")) == ["a", "b"]
    assert capsys.readouterr().err == "happy: face 1 of 2\nhappy: face 2 of 2\n"
    assert list(streams.progress("a", "face")) == ["a"] and capsys.readouterr().err == ""
