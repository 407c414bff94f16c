"""Classification problems, as the scaling hands them to a model: float32, clipped to +-5."""

import numpy as np


def blobs(
    n_classes: int,
    lines: int | list[int] = 40,
    n_inputs: int = 24,
    noise: float = 1.0,
    seed: int = 0,
) -> tuple[np.ndarray, np.ndarray]:
    """Gaussian clouds around random centres, ``lines`` of each class, shuffled."""
    rng = np.random.default_rng([seed, n_classes, n_inputs])
    centre = np.random.default_rng([n_classes, n_inputs]).normal(size=(n_classes, n_inputs))
    y = np.repeat(np.arange(n_classes), lines)
    rng.shuffle(y)
    x = centre[y] + noise * rng.normal(size=(len(y), n_inputs))
    return np.clip(x / np.hypot(1, noise), -5, 5).astype(np.float32), y


def rings(n_classes: int = 3, lines: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Circles inside each other: no line tells them apart."""
    rng = np.random.default_rng(seed)
    y = np.repeat(np.arange(n_classes), lines)
    angle = rng.uniform(0, 2 * np.pi, len(y))
    radius = (y + 0.5 + rng.normal(0, 0.08, len(y))) * 2 / n_classes
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    return (x / x.std()).astype(np.float32), y


def slope(
    n: int = 300, n_inputs: int = 24, noise: float = 0.05, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """A target that is a weighted sum of a third of the inputs, standardised."""
    weights = np.random.default_rng(n_inputs).normal(size=n_inputs) * (np.arange(n_inputs) % 3 == 0)
    rng = np.random.default_rng([seed, n_inputs, n])
    x = rng.normal(size=(n, n_inputs))
    y = x @ weights / np.linalg.norm(weights) + noise * rng.normal(size=n)
    return np.clip(x, -5, 5).astype(np.float32), y


def hills(
    n: int = 300, noise: float = 0.05, seed: int = 0, n_inputs: int = 4
) -> tuple[np.ndarray, np.ndarray]:
    """A smooth target that is no sum of its inputs: r^2 and a product of the first three."""
    rng = np.random.default_rng([seed, n])
    x = rng.normal(size=(n, n_inputs))
    y = (x[:, 0] ** 2 - 1) / 2 + x[:, 1] * x[:, 2]
    return np.clip(x, -5, 5).astype(np.float32), y + noise * rng.normal(size=n)
