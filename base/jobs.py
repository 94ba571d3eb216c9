"""One function over many items: in this process, in several, or on a Dask cluster; in order.

    Jobs(2).map(explain, faces)                                  # an iterator of results
    Jobs(cluster="tcp://10.0.0.1:8786").map(explain, faces)

The function, of a module that the worker can import, and the items are pickled; what is large, such
as a model, is opened by the worker. A worker that dies costs the items in work another try. Every
process of a machine computes with as many threads, and so gives the same results to the last bit;
on machines with other processors they agree to 1e-6.
"""
import dataclasses
import functools
import importlib.metadata
import os
import pickle
import platform
import threading
import time
from concurrent.futures.process import BrokenProcessPool

from base.errors import UserError
from base.options import option, positive_integer, quiet_stderr

DEATHS = 3  # tries of an item whose worker dies, as Dask's own default: then the item is the reason
PACKAGES = ("numpy", "scipy", "scikit-learn", "scikit-image", "lime", "keras", "tensorflow")


@dataclasses.dataclass(frozen=True)
class Jobs:
    """Where functions run."""
    jobs: int = option(1, "processes that share the work on this machine", type=positive_integer,
                       metavar="N")
    cluster: str = option("", "address of a Dask scheduler whose workers share the work",
                          metavar="tcp://HOST:PORT")

    @property
    def here(self):
        """Whether everything runs in this process."""
        return self.jobs == 1 and not self.cluster

    def map(self, function, items):
        """Yield function(item) for each of a list of items, in their order.

        Raises:
            UserError: the cluster is not there, its workers have other packages, or they die; and
                what the function raises.
        """
        if self.here:
            return map(function, items)
        parent = None if self.cluster else os.getpid()
        task = functools.partial(on_worker, pickle.dumps(function), packages(), parent)
        return on_cluster(self.cluster, task, items) if self.cluster else self.on_workers(
            task, items)

    def on_workers(self, task, items):
        """map() in processes of this machine; what a dying one leaves goes to new ones."""
        done, deaths = 0, 0
        while done < len(items):
            try:
                for result in parallel(task, items[done:], n_jobs=self.jobs):
                    done, deaths = done + 1, 0
                    yield result
            except BrokenProcessPool as error:
                deaths += 1
                if deaths == DEATHS:
                    raise UserError(f"--jobs {self.jobs}: the worker processes died {DEATHS} "
                                    "times, perhaps for want of memory; expected fewer jobs"
                                    ) from error


def parallel(task, items, **settings):
    from joblib import Parallel, delayed

    return Parallel(batch_size=1, return_as="generator", **settings)(
        delayed(task)(item) for item in items)


def on_cluster(address, task, items):
    """map() on a Dask cluster, which gives the task of a dead worker to another."""
    try:
        from distributed import Client, KilledWorker
        from distributed.comm.core import CommClosedError
        from joblib import parallel_config
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
            with parallel_config("dask", client=client):
                yield from parallel(task, items)
        except KilledWorker as error:
            raise UserError(f"--cluster {address}: {DEATHS} workers died of the same item, perhaps "
                            "for want of memory") from error
        except (ImportError, RuntimeError) as error:  # Dask hides the ImportError of its scheduler
            raise UserError(f"--cluster {address}: cannot run this project "
                            f"({error.__cause__ or error}); its scheduler and workers need "
                            "PYTHONPATH with this folder") from error
        except (OSError, CommClosedError) as error:
            raise UserError(f"--cluster {address}: lost the scheduler ({error})") from error


def on_worker(pickled, expected, parent, item):
    """function(item) in a worker process, which must have the packages of the one that asks."""
    if parent:
        end_with(parent)
    found = packages()
    other = [f"{name} {found[name]} instead of {version}"
             for name, version in expected.items() if found[name] != version]
    try:
        if other:
            raise UserError(f"has {', '.join(other)}; expected the same everywhere, "
                            "or the results would depend on the worker")
        return unpickle(pickled)(item)
    except UserError as error:
        raise UserError(f"worker on {platform.node()}: {error}") from None


@functools.cache
def end_with(parent):
    """End this process within a second of its parent's end, even if that is killed."""
    def watch():
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


@functools.lru_cache(maxsize=2)
def unpickle(pickled):
    """The function, whose import of TensorFlow is kept quiet."""
    with quiet_stderr():
        return pickle.loads(pickled)


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
