"""Arrays that many candidates need: the signals, their features, shared by the workers on disk."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import numpy as np

from kinglet.host import fit_chain, run_chain
from kinglet.pipeline.fitted import Arrays
from kinglet.pipeline.spec import Chain
from kinglet.signals import Perturbation, change_beyond_doubt, perturb

Kind = Literal["plain", "gain", "noise", "tilt"]
STRESS: tuple[Perturbation, ...] = ("gain", "noise", "tilt")
Probe = Literal["usual", "scaled", "shuffled"]
PROBES: tuple[Probe, ...] = ("usual", "scaled", "shuffled")
_PROBE_LINES = 64
_DISK_BYTES = 2 << 30  # what does not fit any more is computed anew where it is needed
_KEPT_FLOATS = 64_000_000  # 256 MB of features in the memory of one worker


def chain_key(chain: Chain) -> str:
    """Name of a chain of steps on disk."""
    text = json.dumps([use.to_json() for use in chain], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def seed_of(seed: int, text: str) -> int:
    """A seed of its own for everything that has a name: hash(seed, name), 32 bits."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{text}".encode()).digest()[:4], "little")


class Store:
    """A folder with the signals of one search and every array computed from them.

    Files appear by an atomic rename; two workers that compute the same write the same bytes.

    Parameters
    ----------
    folder : Path
    seed : int
        Seed of everything that is drawn.
    stream : ndarray of int, shape (n,), optional
        Recording of each line, for steps that remember the lines before.
    n_learned : int, optional
        Steps are fitted on so many of the first lines; on all by default.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        stream: np.ndarray | None = None,
        n_learned: int | None = None,
    ) -> None:
        self.folder = folder
        self.seed = seed
        self.stream = stream
        self.n_learned = n_learned
        self._recent: OrderedDict[str, np.ndarray] = OrderedDict()
        self._fits: dict[Chain, dict[Chain, Arrays]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets the folder, not what this one keeps in memory."""
        return Store, (self.folder, self.seed, self.stream, self.n_learned)

    @staticmethod
    def create(
        folder: Path,
        values: np.ndarray,
        seed: int,
        stream: np.ndarray | None = None,
        n_learned: int | None = None,
    ) -> Store:
        """Write the signals, float32 of shape (n, length, axes), to a new store."""
        store = Store(folder, seed, stream, n_learned)
        store._write("plain", np.ascontiguousarray(values, dtype=np.float32))
        return store

    def array(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """Read an array by name; compute and keep it where nobody did so far."""
        if name in self._recent:
            self._recent.move_to_end(name)
            return self._recent[name]
        path = self.folder / f"{name}.npy"
        if path.exists():
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        else:
            array = compute()
            if self._bytes() + array.nbytes < _DISK_BYTES:
                self._write(name, array)
        self._recent[name] = array
        while sum(kept.size for kept in self._recent.values()) > _KEPT_FLOATS:
            self._recent.popitem(last=False)
        return array

    def _bytes(self) -> int:
        """Bytes of the store on disk."""
        return sum(file.stat().st_size for file in self.folder.glob("*.npy"))

    def _write(self, name: str, array: np.ndarray) -> None:
        partial = self.folder / f"{name}.{uuid4().hex}.partial"
        with partial.open("wb") as file:
            np.save(file, array, allow_pickle=False)
        try:
            partial.replace(self.folder / f"{name}.npy")
        except PermissionError:  # on Windows, where another worker has read the same file already
            partial.unlink()

    def signals(self, kind: Kind = "plain") -> np.ndarray:
        """The signals as they are, or perturbed in one of the ways of `STRESS`."""

        def compute() -> np.ndarray:
            if kind == "plain":
                raise FileNotFoundError(f"{self.folder} holds no signals")
            return perturb(np.asarray(self.signals()), kind, seed_of(self.seed, kind))

        return self.array(kind, compute)

    def chain_fits(self, chain: Chain) -> dict[Chain, Arrays]:
        """What the steps of a chain learn from unlabelled lines (drawn once for all splits)."""
        if chain not in self._fits:
            values = np.asarray(self.signals()[: self.n_learned])
            self._fits[chain] = fit_chain(chain, values, seed_of(self.seed, chain_key(chain)))
        return self._fits[chain]

    def probe(self, chain: Chain, kind: Probe) -> np.ndarray:
        """Features of a few nominal signals, as they are or changed beyond doubt.

        They are the first lines, where nominal ones stand; float32 (n, n_features).
        """

        def compute() -> np.ndarray:
            signals = np.asarray(self.signals()[:_PROBE_LINES])
            if kind != "usual":
                signals = change_beyond_doubt(signals, kind, seed_of(self.seed, kind))
            return run_chain(chain, signals, self.chain_fits(chain))

        return self.array(f"{chain_key(chain)}_{kind}", compute)

    def features(self, chain: Chain, kind: Kind = "plain") -> np.ndarray:
        """Features of a chain for every signal, float32 (n, n_features)."""
        return self.array(
            f"{chain_key(chain)}_{kind}",
            lambda: run_chain(
                chain, np.asarray(self.signals(kind)), self.chain_fits(chain), self.stream
            ),
        )
