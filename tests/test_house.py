"""The rules of CONTRIBUTING.md about which room may import which, read off the imports."""
import ast
import graphlib

import pytest

from tests.support import ROOT

PROGRAMS = {"train", "evaluate", "explain", "dataset", "app"}
ROOMS = {"base", "fer2013", "training", "explaining", "figures", "networks", "photographs",
         "page"}
ALLOWED = {  # beside itself
    "base": set(),
    "fer2013": {"base"},
    "model": {"base", "fer2013", "networks"},
    "figures": {"base", "fer2013"},
    "networks": {"base", "fer2013"},
    "training": {"base", "fer2013", "model", "figures", "networks"},
    "photographs": {"base", "fer2013"},
    "explaining": {"base", "fer2013", "model", "figures", "networks"},
    "page": {"base", "fer2013", "model", "figures", "networks", "photographs", "explaining"},
} | dict.fromkeys(PROGRAMS, ROOMS | {"model"})


def modules():
    """{dotted name: path} of the programs, model.py and every file of a room."""
    paths = [ROOT / f"{name}.py" for name in PROGRAMS | {"model"}]
    paths += [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


MODULES = modules()


def imported(path):
    """The modules of ours that a file imports, anywhere in it, also inside of functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import; expected the room's name"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if name in MODULES else node.module for name in names]
        yield from (name for name in names if name in MODULES)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_room_imports_only_what_lies_below_it(name):
    room = name.split(".")[0]
    others = {other.split(".")[0] for other in imported(MODULES[name])} - {room}
    assert others <= ALLOWED[room], f"{name} imports {others - ALLOWED[room]}"


def test_no_circle_even_inside_of_functions():
    graph = {name: set(imported(path)) - {name} for name, path in MODULES.items()}
    order = list(graphlib.TopologicalSorter(graph).static_order())  # raises CycleError
    assert len(order) == len(MODULES)


def test_the_top_level_holds_programs_and_the_network_alone():
    assert {path.stem for path in ROOT.glob("*.py")} == PROGRAMS | {"model"}
