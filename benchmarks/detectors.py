"""Desk detectors of anomalies to measure against: batch learning, no bound on memory or time.

Every setting that is not scikit-learn's default stands here. All detectors see features that
are standardised by what they learn from, and give scores that rise with strangeness. Their
threshold is the 99th percentile of the scores of learned lines out of five folds.
"""

import warnings
from collections.abc import Callable

import numpy as np
from scipy import stats
from sklearn.covariance import EllipticEnvelope, LedoitWolf
from sklearn.ensemble import IsolationForest
from sklearn.model_selection import KFold
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

NU = 0.01  # the false alarms aimed at; 0.05 gives the same rankings on these sets
NEIGHBOURS = 20
TREES = 200
FLOOR = 1e-6  # below the magnitudes of all sets: their logarithm does not depend on the unit
HISTORY = 16
PERCENTILE = 99
FOLDS = 5

Score = Callable[[np.ndarray], np.ndarray]
Detector = Callable[[np.ndarray, int], Score]


def log_spectra(x: np.ndarray) -> np.ndarray:
    """Log magnitude spectrum of every axis; x is (n, length, axes)."""
    return np.log(np.abs(np.fft.rfft(x, axis=1)) + FLOOR).reshape(len(x), -1)


def time_statistics(x: np.ndarray) -> np.ndarray:
    """Eight statistics of every axis; x is (n, length, axes).

    Mean, spread, least, greatest, root mean square, skewness, kurtosis, share of samples at
    which the signal crosses its mean.
    """
    mean = x.mean(axis=1)
    crossing = np.diff(np.signbit(x - mean[:, None]), axis=1).mean(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an axis that stands still has no shape
        shape = [np.nan_to_num(moment(x, axis=1)) for moment in (stats.skew, stats.kurtosis)]
    rms = np.sqrt(np.square(x).mean(axis=1))
    spread = [x.std(axis=1), x.min(axis=1), x.max(axis=1), rms]
    return np.concatenate([mean, *spread, *shape, crossing], axis=1)


def values(x: np.ndarray) -> np.ndarray:
    """The values of a line alone; x is a stream (n, axes)."""
    return x


def history(x: np.ndarray) -> np.ndarray:
    """Values, differences, and mean and spread of the last 16 lines; x is a stream (n, axes)."""
    before = np.pad(x, ((HISTORY - 1, 0), (0, 0)), mode="edge")
    window = np.lib.stride_tricks.sliding_window_view(before, HISTORY, axis=0)
    steps = np.diff(x, axis=0, prepend=x[:1])
    return np.concatenate([x, steps, window.mean(axis=2), window.std(axis=2)], axis=1)


def one_class_svm(x: np.ndarray, seed: int) -> Score:
    """Support vectors of one class, radial kernel."""
    model = OneClassSVM(nu=NU).fit(x)
    return lambda new: -model.score_samples(new)


def local_outlier_factor(x: np.ndarray, seed: int) -> Score:
    """Local outlier factor."""
    model = LocalOutlierFactor(n_neighbors=NEIGHBOURS, novelty=True).fit(x)
    return lambda new: -model.score_samples(new)


def isolation_forest(x: np.ndarray, seed: int) -> Score:
    """Isolation forest."""
    model = IsolationForest(n_estimators=TREES, random_state=seed).fit(x)
    return lambda new: -model.score_samples(new)


def nearest_neighbour(x: np.ndarray, seed: int) -> Score:
    """Distance to the nearest learned line."""
    model = NearestNeighbors(n_neighbors=1).fit(x)
    return lambda new: model.kneighbors(new)[0][:, 0]


def mahalanobis(x: np.ndarray, seed: int) -> Score:
    """Mahalanobis distance under the covariance that Ledoit and Wolf shrink."""
    return LedoitWolf().fit(x).mahalanobis


DETECTORS: dict[str, Detector] = {
    "one-class SVM": one_class_svm,
    "LOF": local_outlier_factor,
    "isolation forest": isolation_forest,
    "kNN": nearest_neighbour,
    "Mahalanobis": mahalanobis,
}
FEATURES = {
    "ad": {"spectra": log_spectra, "statistics": time_statistics},
    "multisensor": {"values": values, "history": history},
    "occ": {"spectra": log_spectra, "statistics": time_statistics},
}


def elliptic_envelope(x: np.ndarray, seed: int) -> Score:
    """Mahalanobis distance under a robust covariance."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # more features than lines: not of full rank
        return EllipticEnvelope(random_state=seed).fit(x).mahalanobis


def judge(
    detector: Detector,
    learned: np.ndarray,
    judged: np.ndarray,
    seed: int,
    shuffle: bool,
    percentile: float = PERCENTILE,
) -> tuple[np.ndarray, float]:
    """Scores of the judged lines, and the threshold above which a line is anomalous.

    Folds are drawn at random from lines that are signals (`shuffle`), and are blocks of
    time in a stream, where neighbours are nearly equal.
    """
    held_out = np.empty(len(learned))
    for kept, held in KFold(FOLDS, shuffle=shuffle, random_state=seed if shuffle else None).split(
        learned
    ):
        held_out[held] = _fit(detector, learned[kept], seed)(learned[held])
    return _fit(detector, learned, seed)(judged), float(np.percentile(held_out, percentile))


def _fit(detector: Detector, x: np.ndarray, seed: int) -> Score:
    scaler = StandardScaler().fit(x)
    score = detector(scaler.transform(x), seed)
    return lambda new: score(scaler.transform(new))
