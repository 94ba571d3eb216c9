"""Estimate what superpixels contribute from few of a game's masks, and compare with the exact.

    python3.13 -m venv .games && .games/bin/pip install -r benchmarks/requirements-games.txt
    .games/bin/python -m benchmarks.estimators

Writes outputs/benchmarks/estimates.csv game by game, and resumes. Another estimator is one more
entry of ESTIMATORS: a function of a Game, the number of calls and a seed. It returns a dictionary
of what it estimates, float (superpixels,) "lime", "banzhaf" or "shapley"; if it predicts all of the
game's values, also these, "predicted", and the rows "asked" that it knew.
"""
import itertools
import pathlib
import time
import warnings
from functools import partial

import numpy as np
import pandas
import shapiq
from joblib import Parallel, delayed
from scipy.stats import spearmanr
from threadpoolctl import threadpool_limits
from tqdm.auto import tqdm

from base import files, options
from benchmarks.game_values import GAMES, load
from explaining.samples import Samples, local_model
from explaining.surrogate import Surrogate, r_squared

CALLS = 100, 200, 500, 1000, 2000
STRONGEST = 5
KEY = ["network", "face", "estimator", "calls", "seed"]
OUTPUTS = pathlib.Path(__file__).resolve().parent.parent / "outputs" / "benchmarks"


def explain(game, calls, seed):
    """As explain.py: LIME's regression of the process's predictions, corrected by its errors."""
    masks, values = game.known(game.pairs(calls, seed))
    return {"lime": Samples(masks, values[:, None], seed).adjusted_fit(0)[0]}


def process(game, calls, seed, alike=False):
    """The exact values of what explaining/surrogate.py predicts; alike: see Game.pairs()."""
    asked, rows = game.pairs(calls, seed, alike), game.pairs(len(game.values), seed)
    masks, values = game.known(asked)
    surrogate = Surrogate(masks, values, Samples(masks, values[:, None], seed).kernel(0))
    predicted = np.empty(len(rows))
    predicted[rows] = surrogate.predict(game.masks[rows])
    return game.exact(predicted) | {"predicted": predicted, "asked": asked}


def lime(game, calls, seed, paired=False):
    """The lime package's regression, of independent masks as the package draws them, or pairs."""
    asked = game.pairs(calls, seed) if paired else independent(game, calls, seed)
    weights, intercept = local_model(*game.known(asked))
    return {"lime": weights, "predicted": intercept + game.masks @ weights, "asked": asked}


def rise(game, calls, seed):
    """The mean with a superpixel shown less that with it hidden, as RISE has it for pixels."""
    masks, values = game.known(independent(game, calls, seed))
    means = [each.T @ values / np.maximum(each.sum(axis=0), 1) for each in (masks, 1 - masks)]
    return {"banzhaf": means[0] - means[1]}


def independent(game, calls, seed):
    return np.random.default_rng(seed).permutation(len(game.values))[:calls]


def package(name, game, calls, seed, target="shapley", terms=False, **arguments):
    """An approximator of shapiq; terms: it fits half as many as there are calls."""
    arguments |= {"max_terms": max(calls // 2, game.parts + 1)} if terms else {}
    made = getattr(shapiq.approximator, name)(n=game.parts, random_state=seed, **arguments)
    return {target: made.approximate(calls, game.ask).get_n_order_values(1)}


ESTIMATORS = {
    "explain.py": explain,
    "Gaussian process": process,
    "LIME": lime,
    "LIME, pairs": partial(lime, paired=True),
    "RISE": rise,
    "Gaussian process, alike sizes": partial(process, alike=True),
    "permutations": partial(package, "PermutationSamplingSV"),
    "KernelSHAP": partial(package, "KernelSHAP"),
    "KernelSHAP, pairs": partial(package, "KernelSHAP", pairing_trick=True),
    "LeverageSHAP": partial(package, "LeverageSHAP"),
    "PolySHAP": partial(package, "PolySHAP", max_order=3, terms=True),
    "OddSHAP": partial(package, "OddSHAP"),
    "RegressionMSR": partial(package, "RegressionMSR", index="SV"),
    "RegressionMSR, Banzhaf": partial(package, "RegressionMSR", index="BV", target="banzhaf"),
    "ProxySHAP": partial(package, "ProxySHAP", index="SV", max_order=1),
    "ProxySPEX": partial(package, "ProxySPEX", index="SV", max_order=1, hpo=False),
    "ProxySPEX, Banzhaf": partial(package, "ProxySPEX", index="BV", max_order=1, hpo=False,
                                  target="banzhaf"),
    "ShaplEIG": partial(package, "ShaplEIG", refit="decaying", show_progress=False),
}
SLOW = {"ShaplEIG": 100}  # the most calls of those that are played if named: it takes a minute


def main():
    parser = options.parser(__doc__)
    parser.add_argument("--games", default=GAMES, help="of benchmarks/games.py")
    parser.add_argument("--count", type=int, default=42, help="first games")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--only", nargs="+", choices=ESTIMATORS,
                        default=[name for name in ESTIMATORS if name not in SLOW])
    args = parser.parse_args()
    path = files.make_folder(OUTPUTS) / "estimates.csv"
    rows = pandas.read_csv(path) if path.exists() else pandas.DataFrame(columns=KEY)
    done = set(rows[KEY].itertuples(index=False, name=None))
    for game in tqdm(load(args.games)[:args.count], "playing", unit="game"):
        asked = [(game.network, game.face, name, calls, seed) for name, calls, seed
                 in itertools.product(args.only, CALLS, range(args.seeds))
                 if calls <= SLOW.get(name, len(game.values) - 1)]
        found = Parallel(-1)(delayed(play)(game, key) for key in asked if key not in done)
        rows = pandas.concat([rows, pandas.DataFrame(sum(found, []))], ignore_index=True)
        with files.replacing(path) as temporary:
            rows.to_csv(temporary, index=False)


def play(game, key):
    """Rows of an estimator's scores, see games.md, one for each target that it estimates."""
    started, (*_, name, calls, seed) = time.perf_counter(), key
    with threadpool_limits(1), warnings.catch_warnings(action="ignore"):
        found = ESTIMATORS[name](game, calls, seed)
    about = dict(zip(KEY, key, strict=True)) | {"seconds": time.perf_counter() - started}
    if "predicted" in found:
        others = np.delete(np.arange(len(game.values)), found["asked"])
        about["r2"] = r_squared(game.values[others], found["predicted"][others])
    rows = []
    for target, exact in game.exact().items():
        if (values := found.get(target)) is not None:
            right, shown = (set(np.argsort(-np.abs(each))[:STRONGEST]) for each in (exact, values))
            rows.append(about | {"target": target, "rank": spearmanr(exact, values).statistic,
                                 "error": ((values - exact) ** 2).sum() / (exact ** 2).sum(),
                                 "strongest": len(right & shown) / STRONGEST})
    return rows


if __name__ == "__main__":
    options.run(main)
