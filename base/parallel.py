"""One function over many items: in this process, in several, or on a Dask cluster; in order.

    Workers(jobs=2).map(explain, faces)                         # an iterator of results
    Workers(cluster="tcp://10.0.0.1:8786").map(explain, faces)

The results are those of one process, whichever worker computes them. A worker that dies costs the
items in work a second try. The function, of a module that the worker can import, and the items are
pickled; what is large, such as a model, is opened by the worker. joblib runs the processes of this
machine, Dask those of others.
"""
import collections
import functools
import hashlib
import importlib.metadata
import os
import pathlib
import pickle
import platform
from concurrent.futures.process import BrokenProcessPool
from typing import NamedTuple

from base import options
from base.errors import UserError

GROWTH = 4_000_000_000  # bytes by which a worker's memory may grow after its first item
DEATHS = 3  # tries of an item whose worker dies, as Dask's own default: then the item is the reason
ROOMS = ("base", "fer2013", "networks", "explaining")
PACKAGES = ("numpy", "scipy", "scikit-learn", "scikit-image", "lime", "keras", "tensorflow")


class Workers(NamedTuple):
    """Where functions run.

    Attributes:
        jobs: processes on this machine; 1 for this process itself.
        cluster: address of a Dask scheduler; empty for this machine.
    """
    jobs: int = 1
    cluster: str = ""

    @property
    def here(self):
        """Whether everything runs in this process."""
        return self.jobs == 1 and not self.cluster

    def map(self, function, items):
        """Yield function(item) for each of a list of items, in their order.

        Raises:
            UserError: the cluster is not there, or its workers are not as this process is; and what
                the function raises.
        """
        if self.here:
            return map(function, items)
        task = functools.partial(on_worker, pickle.dumps(function), versions())
        return on_cluster(self.cluster, task, items) if self.cluster else on_this_machine(
            self.jobs, task, items)


def add_options(parser):
    """--jobs and --cluster."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--jobs", type=options.positive_integer, default=1, metavar="N",
                       help="processes that share the work on this machine")
    which.add_argument("--cluster", default="", metavar="tcp://HOST:PORT",
                       help="address of a Dask scheduler whose workers share the work")


def on_this_machine(jobs, task, items):
    """Workers.map() in processes of this machine, each with its share of the processor's threads.

    A worker that dies takes the pool with it; the items without a result go to a new one.
    """
    from joblib import Parallel, delayed

    done, deaths = 0, 0
    while done < len(items):
        try:
            pool = Parallel(jobs, batch_size=1, return_as="generator")
            for result in pool(delayed(on_lasting_worker)(task, item) for item in items[done:]):
                done, deaths = done + 1, 0
                yield result
        except BrokenProcessPool as error:
            deaths += 1
            if deaths == DEATHS:
                raise UserError(f"--jobs {jobs}: the worker processes died {DEATHS} times, perhaps "
                                "for want of memory; expected fewer jobs") from error


def on_lasting_worker(task, item):
    """task(item) in a process of joblib's, which is not to be started anew for what it opens.

    joblib takes it for a memory leak if a worker grows by 300 MB after its first item, as one does
    that finds faces first and explains them later, and would load TensorFlow and the models again.
    """
    from joblib.externals.loky import process_executor

    process_executor._MAX_MEMORY_LEAK_SIZE = GROWTH
    return task(item)


def on_cluster(address, task, items):
    """Workers.map() on a Dask cluster, which gives the task of a dead worker to another."""
    try:
        from distributed import Client, KilledWorker
        from distributed.comm.core import CommClosedError
    except ImportError as error:
        raise UserError(f"--cluster: needs dask ({error}); "
                        "pip install -r requirements-optional.txt") from error
    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UserError(f"--cluster {address}: no Dask scheduler answers there "
                        f"({str(error).splitlines()[0]})") from error
    with client:
        if not client.nthreads():
            print(f"{address}: has no worker yet; waiting for one", flush=True)
            client.wait_for_workers(1)
        try:
            yield from in_order(client, task, items)
        except KilledWorker as error:
            raise UserError(f"--cluster {address}: {DEATHS} workers died of the same item, perhaps "
                            "for want of memory") from error
        except (ImportError, RuntimeError) as error:  # Dask hides the ImportError of its scheduler
            reason = error.__cause__ or error
            raise UserError(f"--cluster {address}: cannot run this project ({reason}); its "
                            "scheduler and workers need PYTHONPATH with this folder") from error
        except (OSError, CommClosedError) as error:
            raise UserError(f"--cluster {address}: lost the scheduler ({error})") from error


def in_order(client, task, items):
    """Yield the results of a few more items than there are threads, so that none is idle."""
    waiting = collections.deque()
    for item in items:
        waiting.append(client.submit(task, item, pure=False))
        while len(waiting) > 2 * sum(client.nthreads().values()):
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def on_worker(pickled, expected, item):
    """function(item) in a worker process, which must have the versions of the one that asks."""
    # TensorFlow reads this when it first computes; joblib and Dask set OMP_NUM_THREADS
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", os.environ.get("OMP_NUM_THREADS", "1"))
    try:
        check_versions(expected, versions())
        return unpickle(pickled)(item)
    except UserError as error:
        raise UserError(f"worker on {platform.node()}: {error}") from None


@functools.lru_cache(maxsize=2)
def unpickle(pickled):
    """The function, whose import of TensorFlow is kept quiet."""
    with options.quiet_stderr():
        return pickle.loads(pickled)


def check_versions(expected, found):
    """UserError that names the versions in which two processes differ."""
    other = [f"{name} {found.get(name)} instead of {version}"
             for name, version in expected.items() if found.get(name) != version]
    if other:
        raise UserError(f"has {', '.join(other)}; expected the same everywhere, "
                        "or the results would depend on the worker")


@functools.cache
def versions():
    """{name: version} of what decides the results: packages(), and this project's code."""
    root = pathlib.Path(__file__).resolve().parent.parent
    code = (path.read_bytes() for room in ROOMS for path in sorted(root.glob(f"{room}/*.py")))
    return packages() | {"this project": hashlib.sha256(b"".join(code)).hexdigest()[:8]}


@functools.cache
def packages():
    """{name: version} of Python, Keras's backend and the packages that compute."""
    found = {"Python": platform.python_version(),
             "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow")}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "none"
    return found
