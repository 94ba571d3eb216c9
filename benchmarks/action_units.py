"""Whether explanations mark what the network uses: what it loses without each action unit.

    python train.py --data data/avatars --outputs outputs/all/demonstration
    python -m benchmarks.action_units

Every test avatar with an expression is rendered again without each of its action units
(data/avatars/units.py), and the change of the label's log-odds is the truth: how much the network
uses the unit. The label is the one that the network predicts. A map is scored by Spearman's
correlation, over the units of a face, between that change and the map's mass (its sum) on the
pixels that change by at least MOVED grey levels. FunnyBirds does the same with parts of birds
(Hesse et al. 2023, arXiv 2308.06248).

Two networks, the included one and one trained on avatars, and three rules of hiding; every method
that samples asks the network --samples times, about as often as occlusion does. Controls: LIME's
map inverted, LIME's map of another face, a random one, and one in which all pixels are alike.
Beside it, deletion and insertion AUC by pixels in ten steps, and F-Fidelity, asked of a copy of the
network that is fine-tuned for the rule first (fine_tuning.py), both hidden by the same rule. The
truth is computed in float32, all else in bfloat16 (networks/precision.py).

Appends a row for each network, rule, face and method to benchmarks/action_units.csv, the first rule
first (an interrupted run continues where it stopped; --tables only prints), and prints the tables
of benchmarks/action_units.md, means over faces with 95 % bootstrap intervals. A face takes about
3 s for each network and rule on two CPU cores.
"""
import functools
import itertools
import pathlib

import numpy as np
from scipy.stats import spearmanr
from tqdm import tqdm

import fer2013
import model as network
from base import command_line
from benchmarks import measures
from benchmarks.fine_tuning import fine_tuned
from benchmarks.results import AVATARS_MODEL, WORK, append, cell, read, version
from explaining import faithfulness, methods, superpixels
from explaining.hiding import BASELINES
from fer2013 import bundled
from networks.precision import in_precision

HERE = pathlib.Path(__file__).resolve().parent

RULES = ("blurred", "mean", "zero")
MOVED = 8  # grey levels: the noise of the pictures is the same, but shades change everywhere
STEPS = 10  # of deletion and insertion
IG_STEPS = 50  # of integrated gradients
CONTROLS = ("LIME inverted", "LIME of another face", "all pixels alike")
SHOWN = (*methods.METHODS, *CONTROLS)
SCORES = ["correlation", "deletion", "insertion", "fidelity_plus", "fidelity_minus"]
COLUMNS = ["network", "model", "hide", "face", "emotion", "label", "units", "method", *SCORES]


def main():
    args = parse_arguments()
    pixels, labels, names = fer2013.load(bundled.AVATARS, "test")
    units = load_units(pixels, names)
    paths = {"avatars": args.avatars_model, "included": args.model}
    truths = {name: lost_without(units, pixels, network.load_model(path))
              for name, path in paths.items()}
    if not args.tables:
        for rule, (name, path) in itertools.product(RULES, paths.items()):
            data = bundled.AVATARS if name == "avatars" else args.data
            measure_all(args, rule, name, path, data, truths[name], units, pixels, labels, names)
    rows = read(args.table)
    print(tables(rows[rows.model.isin(list(map(version, paths.values())))], truths, units))


def parse_arguments():
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", default=HERE.parent / "data",
                        help="FER2013 in any form, the included model's training faces")
    parser.add_argument("--model", default=bundled.PRETRAINED, help="the included model")
    parser.add_argument("--avatars-model", default=AVATARS_MODEL,
                        help="a model trained on data/avatars")
    parser.add_argument("--faces", type=command_line.positive_integer, default=300,
                        help="number of faces, at most 300")
    parser.add_argument("--samples", type=command_line.positive_integer, default=200,
                        help="samples of each method that samples")
    parser.add_argument("--tables", action="store_true", help="measure nothing, print the tables")
    parser.add_argument("--table", type=pathlib.Path, default=HERE / "action_units.csv",
                        help="the CSV to create or to continue")
    return parser.parse_args()


def load_units(pixels, names):
    """{index of a face: (names of its units, uint8 (units, 48, 48) faces without each)}."""
    stored = np.load(bundled.AVATARS / "units.npz")
    found = {}
    for index, name in enumerate(names):
        own = np.char.endswith(stored["names"], name.split("/")[-1])  # (rows,)
        if own.any():
            without = pixels[index] + stored["changes"][own]  # int16 (units, 48, 48)
            found[index] = stored["units"][own], without.astype(np.uint8)
    return found


def lost_without(units, pixels, model):
    """{index: (predicted label, float64 (units,) fall of its log-odds without each unit)}."""
    faces = np.concatenate([np.concatenate([pixels[index][None], without])
                            for index, (_, without) in units.items()])
    answers = iter(network.predict(model, faces).astype(np.float64))
    found = {}
    for index, (_, without) in units.items():
        whole, *others = itertools.islice(answers, len(without) + 1)
        label = int(whole.argmax())
        found[index] = label, log_odds(whole, label) - log_odds(np.array(others), label)
    return found


def log_odds(probabilities, label):
    """Of a label, float64 (...,), from probabilities, float (..., 7); also if one rounds to 1."""
    others = np.delete(probabilities, label, axis=-1).sum(axis=-1)
    return np.log(probabilities[..., label]) - np.log(others)


def measure_all(args, rule, name, path, data, truth, units, pixels, labels, names):
    """Append the rows of the faces that the table lacks for a rule and a network."""
    order = np.random.default_rng(0).permutation(list(units))[:args.faces]
    there = set()
    if args.table.exists():
        rows = read(args.table)
        there = set(rows[(rows.model == version(path)) & (rows.hide == rule)].face)
    else:
        args.table.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    if there.issuperset(names[index] for index in order):
        return
    model = network.load_model(path)
    tuned = fine_tuned(model, data, rule, WORK / "fine_tuned" / f"{version(path)}_{rule}.keras")
    asked, tuned = (in_precision(network.as_network(each), "bfloat16") for each in (model, tuned))

    @functools.lru_cache(maxsize=2)  # of a face and of the next one
    def explain(index):
        return maps_of(pixels[index], truth[index][0], asked, rule, args.samples)

    for place, index in enumerate(tqdm(order, f"{name}, {rule}", unit="face")):
        if names[index] in there:
            continue
        maps = explain(index)
        other = explain(order[(place + 1) % len(order)])["LIME"]
        maps = maps | dict(zip(CONTROLS, (-maps["LIME"], other, np.ones((48, 48))), strict=True))
        rows = measure(pixels[index], *truth[index], units[index][1], maps, asked, tuned, rule)
        append(args.table, rows, COLUMNS, network=name, model=version(path), hide=rule,
               face=names[index], emotion=fer2013.EMOTIONS[labels[index]],
               label=fer2013.EMOTIONS[truth[index][0]], units=len(truth[index][1]))


def maps_of(face, label, asked, rule, samples):
    """{method: float64 (48, 48)}, hidden by a rule where a method hides.

    Stock LIME and Grad-CAM have no choice of it.
    """
    sampled = {"samples": samples}
    options = {"LIME": sampled | {"hide": rule}, "KernelSHAP": sampled | {"hide": rule},
               "RISE": sampled | {"baseline": rule}, "HSIC": sampled | {"baseline": rule},
               "occlusion": {"baseline": rule},
               "integrated gradients": {"baseline": rule, "steps": IG_STEPS}}
    return {name: method(face, label, asked, 0, **options.get(name, {}))
            for name, method in methods.METHODS.items()}


def measure(face, label, lost, without, maps, asked, tuned, rule):
    """Yield a row of SCORES for each map.

    Args:
        face: uint8 (48, 48).
        label: int, the explained one.
        lost: float64 (units,), the fall of its log-odds without each unit.
        without: uint8 (units, 48, 48), the face without each unit.
        maps: {method: float64 (48, 48)}.
        asked: a networks.network.Network; tuned: the same, fine-tuned for F-Fidelity.
        rule: what hidden pixels show, a name in BASELINES.
    """
    moved = np.abs(without.astype(int) - face) >= MOVED  # (units, 48, 48)
    segments, hidden = superpixels.segment(face), BASELINES[rule](face)
    sequences = [faithfulness.degrade(*ends, ten_steps(relevance, segments))
                 for relevance in maps.values() for ends in ((face, hidden), (hidden, face))]
    answers = asked.predict(np.concatenate(sequences))[:, label].reshape(len(maps), 2, STEPS + 1)
    fidelity = measures.fidelity(maps, segments, face, label, tuned.predict, rule)
    for (name, relevance), curves in zip(maps.items(), answers, strict=True):
        scores = (rank_correlation(relevance, moved, lost), *map(faithfulness.area, curves),
                  *fidelity[name])
        yield {"method": name} | dict(zip(SCORES, scores, strict=True))


def ten_steps(relevance, segments):
    """The step, from 0, at which each pixel changes, in STEPS equal steps: int (48, 48)."""
    ranks = faithfulness.ranks(relevance.ravel(), np.random.default_rng(0))
    return ranks.reshape(relevance.shape) * STEPS // relevance.size


def rank_correlation(relevance, moved, lost):
    """Spearman's, between a map's mass on the pixels of each unit and what is lost without it.

    It is 0 for a map whose masses are all equal, because it ranks nothing.
    """
    masses = (relevance * moved).sum(axis=(1, 2))  # (units,)
    return 0.0 if np.ptp(masses) == 0 else spearmanr(masses, lost).statistic


def tables(rows, truths, units):
    """The tables as Markdown text, from a DataFrame of the CSV and {network: lost_without()}."""
    text = list(unit_table(truths, units))
    for (name, rule), part in rows.groupby(["network", "hide"], sort=False):
        faces = part.drop_duplicates("face")
        right = (faces.label == faces.emotion).mean()
        text += ["", f"**{NETWORKS[name]}, hidden: {rule}** ({len(faces)} faces, {right:.0%} of "
                     "them classified correctly)", "", *method_table(part)]
    return "\n".join(text)


NETWORKS = {"avatars": "Trained on avatars", "included": "The included model"}


def unit_table(truths, units):
    """Markdown lines: how far the log-odds fall without each unit, mean over the faces with it."""
    every = np.concatenate([found for found, _ in units.values()])
    lost = {name: np.concatenate([truth[index][1] for index in units])
            for name, truth in truths.items()}
    yield f"| action unit | faces | {' | '.join(NETWORKS[name].lower() for name in truths)} |"
    yield "|---|---:|" + "---:|" * len(truths)
    for unit in sorted(set(every), key=lambda unit: -lost["avatars"][every == unit].mean()):
        cells = " | ".join(f"{values[every == unit].mean():.2f}" for values in lost.values())
        yield f"| {unit} | {(every == unit).sum()} | {cells} |"


def method_table(rows):
    """Markdown lines: a row for each method and control, the best correlation first."""
    by_face = rows.pivot(index="face", columns="method", values=SCORES)
    scores, means = by_face["correlation"], rows.groupby("method")[SCORES].mean()
    yield "| method | rank correlation | LIME's lead | deletion | insertion | Fid+ | Fid- |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for method in means.sort_values("correlation", ascending=False).index:
        lead = "" if method == "LIME" else cell(scores["LIME"] - scores[method])
        fidelity = " | ".join(cell(by_face[score][method]) for score in SCORES[3:])
        yield (f"| {method} | {cell(scores[method])} | {lead} | {means.deletion[method]:.3f} | "
               f"{means.insertion[method]:.3f} | {fidelity} |")


if __name__ == "__main__":
    command_line.run(main)
