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
