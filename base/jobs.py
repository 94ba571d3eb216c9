"""One function over many items: in this process, in several, or on a Dask cluster; in order.

    Jobs(2).map(explain, faces)                                  # an iterator of results
    Jobs(cluster="tcp://10.0.0.1:8786").map(explain, faces)

The function, of a module that the worker can import, and the items are pickled; what is large, such
as a model, is opened by the worker. Results of other processes and processors agree to 1e-6.
"""
import dataclasses
import functools
import importlib.metadata
import os
import pickle
import platform

from base.errors import UserError
from base.options import option, positive_integer, quiet_stderr

PACKAGES = ("numpy", "scipy", "scikit-learn", "scikit-image", "lime", "keras", "tensorflow")


@dataclasses.dataclass(frozen=True)
class Jobs:
    """Where functions run."""
    jobs: int = option(1, "processes that share the work", type=positive_integer, metavar="N")
    cluster: str = option("", "of a Dask scheduler, as tcp://HOST:PORT", metavar="ADDRESS")

    @property
    def here(self):
        """Whether everything runs in this process."""
        return self.jobs == 1 and not self.cluster

    def map(self, function, items):
        """An iterator of function(item) for each of a list of items, in their order.

        Raises:
            UserError: the cluster is not there, a process has other packages or dies; and what the
                function raises.
        """
        if self.here:
            return map(function, items)
        task = functools.partial(on_worker, pickle.dumps(function), packages())
        if self.cluster:
            return on_cluster(self.cluster, task, items)
        return on_this_machine(self.jobs, task, items)


def on_this_machine(jobs, task, items):
    from joblib import Parallel, delayed

    try:
        yield from Parallel(jobs, batch_size=1, return_as="generator")(
            delayed(task)(item) for item in items)
    except (ImportError, OSError, RuntimeError) as error:  # RuntimeError: a worker that died, too
        raise lost(f"--jobs {jobs}", error) from error


def on_cluster(address, task, items):
    """Jobs.map() on Dask; joblib's backend for it computes here if the cluster has one thread."""
    try:
        from distributed import CancelledError, Client, KilledWorker
        client = Client(address, timeout=10, set_as_default=False)
    except (ImportError, OSError, ValueError) as error:
        raise UserError(f"--cluster {address}: no Dask scheduler answers there, or it needs "
                        f"pip install -r requirements-optional.txt ({error})") from error
    with client:
        try:
            for future in client.map(task, items, pure=False):
                yield future.result()
        except (CancelledError, ImportError, KilledWorker, OSError, RuntimeError) as error:
            raise lost(f"--cluster {address}", error) from error


def lost(where, error):
    return UserError(f"{where}: a process died, perhaps for want of memory, or cannot run this "
                     f"project ({error.__cause__ or error})")


def on_worker(pickled, expected, item):
    """function(item) in a worker process, which must have the packages of the one that asks."""
    other = [f"{name} {packages()[name]} instead of {version}"
             for name, version in expected.items() if packages()[name] != version]
    if other:
        raise UserError(f"worker on {platform.node()}: has {', '.join(other)}; expected the same "
                        "everywhere, or the results would depend on the worker")
    return unpickle(pickled)(item)


@functools.lru_cache(maxsize=2)
def unpickle(pickled):
    with quiet_stderr():  # it imports TensorFlow
        return pickle.loads(pickled)


def installed(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


@functools.cache
def packages():
    """{name: version} of Python, Keras's backend and the packages that compute."""
    return {"Python": platform.python_version(),
            "KERAS_BACKEND": os.environ.get("KERAS_BACKEND", "tensorflow"),
            **{package: installed(package) for package in PACKAGES}}
