"""Arrays that many candidates need: the signals, their features, shared by the workers on disk."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import numpy as np

from kinglet.host import fit_chain, run_chain
from kinglet.pipeline.fitted import Arrays
from kinglet.pipeline.spec import Chain
from kinglet.record import steps
from kinglet.search.kept import Kept
from kinglet.signals import (
    AUGMENTATIONS,
    Augmentation,
    Perturbation,
    augment,
    change_beyond_doubt,
    perturb,
)

Kind = Literal["plain"] | Perturbation | Augmentation
STRESS: tuple[Perturbation, ...] = ("gain", "noise", "tilt")
Probe = Literal["usual", "scaled", "shuffled"]
PROBES: tuple[Probe, ...] = ("usual", "scaled", "shuffled")
_PROBE_LINES = 64
_FITTED_ON = 4000  # lines, evenly spaced: quantiles of more are the same
_OF_LEARNED: Kind = "tilt"  # its reach is that of the lines that steps are fitted on
_DISK_BYTES = 2 << 30
_LOOK_AFTER = 64 << 20  # bytes that a worker writes before it looks how large the store is
_KEPT_BYTES = 256 << 20  # in the memory of one worker


def chain_key(chain: Chain) -> str:
    """Name of a chain of steps on disk."""
    text = json.dumps([use.to_json() for use in chain], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def seed_of(seed: int, text: str) -> int:
    """A seed of its own for everything that has a name: hash(seed, name), 32 bits."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{text}".encode()).digest()[:4], "little")


def _learns(chain: Chain) -> bool:
    """Whether a step of a chain learns from unlabelled lines."""
    return any(steps()[use.name].fit_kind != "none" for use in chain)


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
    learned : ndarray of int, optional
        Lines that steps are fitted on; all by default.
    whole : Store, optional
        Of the same signals: what it has fitted is not used, all else is.

    Attributes
    ----------
    kept : Kept
        What this process keeps in memory.
    """

    def __init__(
        self,
        folder: Path,
        seed: int,
        stream: np.ndarray | None = None,
        learned: np.ndarray | None = None,
        whole: Store | None = None,
    ) -> None:
        self.folder = folder
        self.seed = seed
        self.stream = stream
        self.learned = learned
        self._whole = whole
        self.kept = Kept(_KEPT_BYTES)
        self._written = 0
        self._fits: dict[Chain, dict[Chain, Arrays]] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Another process gets the folder, not what this one keeps in memory."""
        return Store, (self.folder, self.seed, self.stream, self.learned, self._whole)

    def fitted_on(self, learned: np.ndarray, folder: Path) -> Store:
        """The same signals, with steps fitted on other lines; ``folder`` exists and is empty."""
        return Store(folder, self.seed, self.stream, learned, whole=self)

    @staticmethod
    def create(
        folder: Path,
        values: np.ndarray,
        seed: int,
        stream: np.ndarray | None = None,
        learned: np.ndarray | None = None,
    ) -> Store:
        """Write the signals, float32 of shape (n, length, axes), to a new store."""
        store = Store(folder, seed, stream, learned)
        store._write("plain", np.ascontiguousarray(values, dtype=np.float32))
        return store

    def array(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """Read an array by name; compute and keep it where nobody did so far."""
        return self.kept.get(name, lambda: self._shared(name, compute), lambda array: array.nbytes)

    def _shared(self, name: str, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """The array that some worker wrote, or a new one."""
        path = self.folder / f"{name}.npy"
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
            os.utime(path)  # what is used stays longest
            return array
        except OSError:
            array = compute()
        if array.nbytes < _DISK_BYTES // 4:
            self._written += array.nbytes
            if self._written > _LOOK_AFTER:
                self._make_room()
            with suppress(OSError):  # a full disk: it is computed anew where it is needed
                self._write(name, array)
        return array

    def _make_room(self) -> None:
        """Remove what was not used for longest, but the signals, while the store is too large."""
        self._written = 0
        files = []
        for path in self.folder.glob("*.npy"):
            with suppress(OSError):  # removed meanwhile by another worker
                files.append((path.stat().st_mtime, path.stat().st_size, path))
        used = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if used < _DISK_BYTES - _LOOK_AFTER:
                break
            if path.stem != "plain":
                with suppress(OSError):  # Windows keeps what somebody reads
                    path.unlink()
                    used -= size

    def _write(self, name: str, array: np.ndarray) -> None:
        partial = self.folder / f"{name}.{uuid4().hex}.partial"
        try:
            with partial.open("wb") as file:
                np.save(file, array, allow_pickle=False)
            partial.replace(self.folder / f"{name}.npy")
        except PermissionError:  # on Windows, where another worker has read the same file already
            partial.unlink()
        except OSError:
            partial.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        """Let go of all files, so that the folder can be removed; the store can go on."""
        self.kept.clear()
        self._fits.clear()

    def signals(self, kind: Kind = "plain") -> np.ndarray:
        """The signals as they are, perturbed as in `STRESS`, or changed copies to learn from."""
        if self._whole is not None and kind != _OF_LEARNED:
            return self._whole.signals(kind)

        def compute() -> np.ndarray:
            seed = seed_of(self.seed, kind)
            if kind in STRESS:
                return perturb(np.asarray(self.signals()), kind, seed, self.learned)
            if kind in AUGMENTATIONS:
                return augment(np.asarray(self.signals()), kind, seed)
            raise FileNotFoundError(f"{self.folder} holds no signals")

        return self.array(kind, compute)

    def chain_fits(self, chain: Chain) -> dict[Chain, Arrays]:
        """What the steps of a chain learn from unlabelled lines (drawn once for all splits)."""
        if chain not in self._fits:
            if not _learns(chain):
                return {}
            learned = self.learned
            if learned is None:
                learned = np.arange(len(self.signals()))
            learned = learned[:: -(-len(learned) // _FITTED_ON)]
            values = np.asarray(self.signals()[learned])
            self._fits[chain] = fit_chain(chain, values, seed_of(self.seed, chain_key(chain)))
        return self._fits[chain]

    def probe(self, chain: Chain, kind: Probe) -> np.ndarray:
        """Features of a few nominal signals, as they are or changed beyond doubt.

        They are the first that steps are fitted on, nominal ones; float32 (n, n_features).
        """

        def compute() -> np.ndarray:
            some = slice(_PROBE_LINES) if self.learned is None else self.learned[:_PROBE_LINES]
            signals = np.asarray(self.signals()[some])
            if kind != "usual":
                signals = change_beyond_doubt(signals, kind, seed_of(self.seed, kind))
            return run_chain(chain, signals, self.chain_fits(chain))

        return self.array(f"{chain_key(chain)}_{kind}", compute)

    def features(
        self,
        chain: Chain,
        kind: Kind = "plain",
        rows: np.ndarray | None = None,
        wanted: np.ndarray | None = None,
    ) -> np.ndarray:
        """Features of a chain, float32 (n, n_features).

        Parameters
        ----------
        rows : ndarray of int, optional
            Some of the signals; all by default. Not for a stream.
        wanted : ndarray of int, optional
            Some of the features, computed anew each time; all by default.
        """

        def compute() -> np.ndarray:
            signals = self.signals(kind)
            values = np.asarray(signals if rows is None else signals[rows])
            return run_chain(chain, values, self.chain_fits(chain), self.stream, wanted=wanted)

        if wanted is not None:
            return compute()
        if self._whole is not None and not _learns(chain) and kind != _OF_LEARNED:
            return self._whole.features(chain, kind, rows)
        suffix = "" if rows is None else f"_{hashlib.sha256(rows.tobytes()).hexdigest()[:12]}"
        return self.array(f"{chain_key(chain)}_{kind}{suffix}", compute)
