"""The search on a cluster: the result of one machine, whatever happens to the workers."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from kinglet.errors import InputError, WorkerError
from kinglet.search import search
from kinglet.search.cluster import connect
from kinglet.search.context import make_context
from kinglet.search.worker import STOP, Setup, run, warm
from tests import samples

distributed = pytest.importorskip(
    "distributed", reason="distributed is not installed: pip install 'kinglet[cluster]'"
)
CHOICES = {"budget": None, "candidates": 14, "model": ("lda", "logistic"), "estimate": False}


class Cluster:
    """A scheduler and workers in processes of their own, without a nanny that restarts them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        self.address = f"tcp://127.0.0.1:{port}"
        self.workers: list[subprocess.Popen] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", port)

    def add_worker(self, threads: int = 1) -> None:
        options = ["--nthreads", str(threads), "--no-nanny", "--local-directory", str(self.folder)]
        self.workers.append(self._start("worker", self.address, *options))

    def wait_for_workers(self, count: int) -> None:
        with distributed.Client(self.address, timeout=30, set_as_default=False) as client:
            wait_until(lambda: len(client.nthreads()) == count, 30)

    def _start(self, what: str, *options: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "dask", what, "--no-dashboard", *options]
        with (self.folder / f"{what}.log").open("a") as log:
            return subprocess.Popen(command, cwd=self.folder, stderr=log, stdout=log)

    def stores(self) -> list[Path]:
        """Folders of searches that the workers have."""
        return list(self.folder.glob("dask-scratch-space/*/kinglet-*"))

    def end(self) -> None:
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@contextmanager
def running(folder: Path, *threads: int) -> Iterator[Cluster]:
    """A cluster with a worker of so many threads for each number."""
    started = Cluster(folder)
    try:
        for count in threads:
            started.add_worker(count)
        started.wait_for_workers(len(threads))
        yield started
    finally:
        started.end()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with running(tmp_path_factory.mktemp("cluster"), 1, 2) as started:
        yield started


@pytest.fixture(scope="module")
def alone():
    return search(samples.labelled(), jobs=1, **CHOICES)


def told(result):
    """All that a search says of its candidates, but for the time they took."""
    return [
        (
            entry.number, entry.pipeline, entry.split_scores, entry.complete, entry.refused,
            entry.sizes, entry.margin, entry.thrift, entry.fresh,
            [(kind, values.tobytes()) for kind, values in entry.held_out.items()],
        )
        for entry in result.evaluations
    ]  # fmt: skip


def wait_until(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_same_result_as_on_one_machine(cluster, alone, monkeypatch):
    sent, signals = [], []
    submit, register = distributed.Client.submit, distributed.Client.register_plugin

    def note(self, *arguments, **options):
        sent.append(len(distributed.protocol.pickle.dumps(arguments)))
        return submit(self, *arguments, **options)

    def note_plugin(self, plugin, name):
        signals.append(getattr(plugin, "values", None) is not None)
        return register(self, plugin, name)

    monkeypatch.setattr(distributed.Client, "submit", note)
    monkeypatch.setattr(distributed.Client, "register_plugin", note_plugin)
    with connect(cluster.address) as (workers, count):
        assert count == 3
        there = search(samples.labelled(), jobs=count, executor=workers, **CHOICES)
        wait_until(lambda: not cluster.stores())  # the search has ended, the connection has not
    assert told(there) == told(alone)
    assert any(np.any(entry.held_out) for entry in there.evaluations)
    assert sum(signals) == 1  # sent once, whatever is sent later
    assert max(sent) < 20_000 < samples.labelled().signals.values.nbytes


def test_a_killed_worker_is_replaced(cluster, alone):
    killed = []

    def kill(progress):
        if progress.evaluated >= 4 and not killed:
            killed.append(cluster.workers.pop())
            assert len(cluster.stores()) >= 2
            killed[0].kill()
            cluster.add_worker(2)

    with connect(cluster.address) as (workers, count):
        there = search(
            samples.labelled(), jobs=count, executor=workers, on_progress=kill, **CHOICES
        )
    assert killed and told(there) == told(alone)
    cluster.wait_for_workers(2)
    wait_until(lambda: not cluster.stores())  # the killed one's too: its successor removes them


def test_what_to_expect_is_the_same(cluster):
    choices = CHOICES | {"estimate": True, "candidates": 2}
    alone = search(samples.labelled(36), jobs=1, **choices)
    with connect(cluster.address) as (workers, count):
        there = search(samples.labelled(36), jobs=count, executor=workers, **choices)
    assert alone.expected is not None and there.expected == alone.expected


@pytest.mark.parametrize("why", ["stop", "deadline"])
def test_a_batch_ends_when_the_search_does(why, cluster, tmp_path, monkeypatch):
    data = samples.labelled()
    context = make_context(data)
    setup = Setup(context.problem(tmp_path), context.splits)
    lda = next(p for p in samples.pipelines() if p.model.name == "lda")
    batch = (tuple(range(len(setup.splits))), [lda] * 5000, ())
    fast = SimpleNamespace(time=lambda: time.time() + 3600, monotonic=time.monotonic)
    monkeypatch.setattr("kinglet.search.cluster.executor.time", fast)
    deadline = fast.time() + (1 if why == "deadline" else 3600)
    with connect(cluster.address) as (workers, _):
        workers.submit(warm, setup, lda.chains()[0]).result()  # the setup is there
        future = workers.submit(run, setup, *batch, deadline)
        if why == "stop":
            time.sleep(0.5)
            (tmp_path / STOP).touch()
        assert len(future.result(timeout=20)) < 5000


def test_a_killed_search_leaves_nothing(cluster, tmp_path):
    script = (
        "from kinglet.search import search\n"
        "from kinglet.search.cluster import connect\n"
        "from tests import samples\n"
        f"with connect({cluster.address!r}) as (workers, count):\n"
        "    search(samples.labelled(), budget=600, jobs=count, executor=workers)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=Path(__file__).parents[2])
    try:
        wait_until(lambda: len(cluster.stores()) == 2, 60)
    finally:
        process.kill()
        process.wait()
    wait_until(lambda: not cluster.stores())


def test_a_cluster_that_ends_is_told_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr("kinglet.search.cluster.executor._PATIENCE", 2.0)

    def search_and_kill(process):
        def kill(progress):
            if progress.evaluated >= 2:
                process.kill()

        with connect(cluster.address) as (workers, count):
            search(samples.labelled(), jobs=count, executor=workers, on_progress=kill, **CHOICES)

    with running(tmp_path, 1) as cluster:
        with pytest.raises(WorkerError, match="the cluster has had no workers for 2 s"):
            search_and_kill(cluster.workers[0])
        cluster.add_worker()
        with pytest.raises(WorkerError, match="the scheduler of the cluster ended"):
            search_and_kill(cluster.scheduler)


def test_no_worker(tmp_path, monkeypatch):
    monkeypatch.setattr("kinglet.search.cluster.reach._JOIN", 0.5)
    with (
        running(tmp_path) as cluster,
        pytest.raises(InputError, match=r"has no workers.*dask worker tcp://"),
        connect(cluster.address),
    ):
        pass


@pytest.mark.parametrize(
    "address", ["nonsense://a:1", "host", "tcp://host", "a b:1", "tcp://a:1/x"]
)
def test_what_is_no_address_is_told_before_anything_is_tried(address, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"not the address.*tcp://host:8786"), connect(address):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nowhere.invalid:8786"])
def test_nobody_answers(address, monkeypatch):
    monkeypatch.setattr("kinglet.search.cluster.reach._PATIENCE", 0.5)
    with (
        pytest.raises(InputError, match=r"no scheduler answers there.*dask scheduler"),
        connect(address),
    ):
        pass


def test_other_versions_are_refused(cluster, monkeypatch):
    get_versions = distributed.Client.get_versions

    async def with_old_numpy(self, **options):
        found = await get_versions(self, **options)
        next(iter(found["workers"].values()))["packages"]["numpy"] = "2.0.1"
        return found

    monkeypatch.setattr(distributed.Client, "get_versions", with_old_numpy)
    with (
        pytest.raises(InputError, match=r"worker tcp://.* has numpy 2\.0\.1 and this machine"),
        connect(cluster.address),
    ):
        pass


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'kinglet\[cluster\]'"), connect("tcp://a:1"):
        pass


def test_the_command_tells_it_before_it_reads_a_file(tmp_path):
    run = subprocess.run(
        [
            sys.executable, "-m", "kinglet", "make", "--axes", "3", "--out", "out",
            "--cluster", "tcp://127.0.0.1:9", "one=missing.csv", "two=missing.csv",
        ],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 2 and list(tmp_path.iterdir()) == []
    assert "no scheduler answers there" in run.stderr and "Traceback" not in run.stderr
