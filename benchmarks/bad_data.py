"""Damaged data sets for bad_input.py: the properties of tests/fer2013/test_bad_input.py."""
import math
import os
import traceback

import hypothesis

from benchmarks.bad_cases import READ, REFUSED, SILENT, TRACEBACK

CASES = 6_000
PROPERTIES = 14  # in tests/fer2013/test_bad_input.py


def cases(share, seed, first):
    # test_bad_input reads it when it is imported
    os.environ["BAD_INPUT_CASES"] = str(math.ceil(CASES * share / PROPERTIES))
    from tests.fer2013 import test_bad_input

    properties = [item for item in vars(test_bad_input).values()
                  if hypothesis.is_hypothesis_test(item)]
    assert len(properties) == PROPERTIES, f"found {len(properties)} properties; correct PROPERTIES"
    done = {}
    for check in properties[:len(properties) * (first == 0)]:
        try:
            hypothesis.seed(seed)(check)()
        except Exception as error:  # a face that is not what was written, or another error
            traceback.print_exc()
            yield check.__name__, SILENT if isinstance(error, AssertionError) else TRACEBACK
        for (kind, outcome), count in test_bad_input.outcomes.items():
            for _ in range(count - done.get((kind, outcome), 0)):
                yield kind, READ if outcome == "loaded" else REFUSED
        done = dict(test_bad_input.outcomes)
