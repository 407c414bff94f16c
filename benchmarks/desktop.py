"""Desktop methods to measure against: no bound on memory or time."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import RidgeClassifierCV, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

SEED = 0
PENALTIES = np.logspace(-3, 3, 10)
SHORTEST = 9  # samples that MiniRocket needs


def minirocket(x: np.ndarray, x_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Features of 10,000 kernels; signals too short for them are padded with their last sample."""
    from aeon.transformations.collection.convolution_based import MiniRocket

    missing = max(0, SHORTEST - x.shape[1])
    x, x_test = (
        np.pad(part, ((0, 0), (0, missing), (0, 0)), mode="edge").transpose(0, 2, 1)
        for part in (x, x_test)
    )
    transform = MiniRocket(random_state=SEED)
    return transform.fit_transform(x), transform.transform(x_test)


def catch22(x: np.ndarray, x_test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The catch22 features with mean and spread."""
    from aeon.transformations.collection.feature_based import Catch22

    transform = Catch22(catch24=True, replace_nans=True)
    train, test = (
        transform.fit_transform(part.transpose(0, 2, 1).astype(np.float64)) for part in (x, x_test)
    )
    return train, test


def flat(x: np.ndarray) -> np.ndarray:
    """The samples of each signal side by side."""
    return x.reshape(len(x), -1)


def minirocket_ridge(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """MiniRocket and a ridge classifier with cross-validated strength."""
    train, test = minirocket(x, x_test)
    model = make_pipeline(StandardScaler(with_mean=False), RidgeClassifierCV(PENALTIES))
    return model.fit(train, y).predict(test)


def catch22_forest(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """catch22 and a random forest of 200 trees."""
    train, test = catch22(x, x_test)
    return RandomForestClassifier(200, random_state=SEED).fit(train, y).predict(test)


def desk_svm(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """Support vectors with a radial kernel (C = 10) over the standardised samples."""
    return make_pipeline(StandardScaler(), SVC(C=10)).fit(flat(x), y).predict(flat(x_test))


def minirocket_regression(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """MiniRocket and ridge regression with cross-validated strength."""
    train, test = minirocket(x, x_test)
    model = make_pipeline(StandardScaler(with_mean=False), RidgeCV(PENALTIES))
    return model.fit(train, y).predict(test)


def forest_regression(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """A random forest of 200 trees over the samples and catch22 together."""
    train, test = (
        np.hstack([flat(part), features])
        for part, features in zip((x, x_test), catch22(x, x_test), strict=True)
    )
    return RandomForestRegressor(200, random_state=SEED).fit(train, y).predict(test)


def ridge_regression(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """Ridge regression with cross-validated strength over the standardised samples."""
    model = make_pipeline(StandardScaler(), RidgeCV(PENALTIES))
    return model.fit(flat(x), y).predict(flat(x_test))


METHODS = {
    "MiniRocket + ridge": minirocket_ridge,
    "catch22 + forest": catch22_forest,
    "desk SVM": desk_svm,
}

REGRESSIONS = {
    "MiniRocket + ridge": minirocket_regression,
    "random forest": forest_regression,
    "ridge": ridge_regression,
}
