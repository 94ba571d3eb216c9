import dataclasses
import os
import pickle

import numpy as np
import pytest

from base import jobs
from base.errors import UserError
from base.jobs import Jobs
from explaining.engine import Engine
from explaining.settings import LimeSettings
from networks import choice
from networks.network import open_network
from tests.base.tasks import die, refuse, square
from tests.support import ROOT


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="needs dask[distributed]")
    with (pytest.MonkeyPatch.context() as patch):
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("KERAS_BACKEND", "tensorflow")
        with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=True,
                                      dashboard_address=None) as local:
            yield local.scheduler_address


@pytest.fixture(params=["jobs", "cluster"])
def workers(request):
    if request.param == "jobs":
        return Jobs(jobs=2)
    return Jobs(cluster=request.getfixturevalue("cluster"))


def test_results_keep_their_order_and_come_from_other_processes(workers):
    found = list(workers.map(square, list(range(12))))
    assert [number for number, _ in found] == [item**2 for item in range(12)]
    assert os.getpid() not in {process for _, process in found}


def test_a_worker_that_dies_is_one_line():
    with pytest.raises(UserError, match="^--jobs 2: a process died, perhaps for want of memory"):
        list(Jobs(2).map(die, [7]))


def test_what_the_user_can_fix_comes_back_as_one_line(workers):
    with pytest.raises(UserError, match="^item 7 is bad$"):
        list(workers.map(refuse, [7]))


def test_another_version_on_a_worker_is_named(workers, monkeypatch):
    monkeypatch.setattr(jobs, "packages", lambda: {"numpy": "1.0"})
    with pytest.raises(UserError, match="worker on .*: has numpy 2.* instead of 1.0"):
        list(workers.map(refuse, [7]))


def test_one_job_runs_in_this_process():
    assert list(Jobs().map(lambda item: (item, os.getpid()), [1])) == [(1, os.getpid())]


def test_a_cluster_that_is_not_there_is_one_line():
    pytest.importorskip("distributed", reason="needs dask[distributed]")
    with pytest.raises(UserError, match="--cluster nonsense://: no Dask scheduler answers there"):
        list(Jobs(cluster="nonsense://").map(refuse, [7]))


def test_explanations_of_a_cluster_are_those_of_one_process(cluster):
    faces = np.random.default_rng(0).integers(0, 256, (2, 48, 48)).astype(np.uint8)
    network = open_network(choice.PRETRAINED)
    here = Engine(network.predict, LimeSettings("zero", 50))
    there = here._replace(workers=Jobs(cluster=cluster))
    asked = [(face, [0, 3]) for face in faces]
    for one, other in zip(here.explain(asked), there.explain(asked), strict=True):
        for label in (0, 3):
            for name in ("weights", "together", "without"):
                np.testing.assert_allclose(getattr(one[label], name), getattr(other[label], name),
                                           rtol=0, atol=1e-6)


def test_a_worker_with_another_model_says_so():
    network = open_network(choice.PRETRAINED)
    other = dataclasses.replace(network, raw=dataclasses.replace(network.raw, digest="another"))
    with pytest.raises(UserError, match="holds other weights"):
        pickle.loads(pickle.dumps(other))
