"""Desktop methods to measure against: no bound on memory or time."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

SEED = 0


def minirocket_ridge(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """MiniRocket, 10,000 kernels, and ridge with cross-validated strength."""
    from aeon.transformations.collection.convolution_based import MiniRocket

    transform = MiniRocket(random_state=SEED)
    features = transform.fit_transform(x.transpose(0, 2, 1))
    model = make_pipeline(
        StandardScaler(with_mean=False), RidgeClassifierCV(np.logspace(-3, 3, 10))
    )
    model.fit(features, y)
    return model.predict(transform.transform(x_test.transpose(0, 2, 1)))


def catch22_forest(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """catch22 with mean and spread, and a random forest of 200 trees."""
    from aeon.transformations.collection.feature_based import Catch22

    transform = Catch22(catch24=True, replace_nans=True)
    features = [
        transform.fit_transform(part.transpose(0, 2, 1).astype(np.float64)) for part in (x, x_test)
    ]
    model = RandomForestClassifier(200, random_state=SEED).fit(features[0], y)
    return model.predict(features[1])


def desk_svm(x: np.ndarray, y: np.ndarray, x_test: np.ndarray) -> np.ndarray:
    """Support vectors with a radial kernel (C = 10) over the standardised samples."""
    model = make_pipeline(StandardScaler(), SVC(C=10))
    return model.fit(x.reshape(len(x), -1), y).predict(x_test.reshape(len(x_test), -1))


METHODS = {
    "MiniRocket + ridge": minirocket_ridge,
    "catch22 + forest": catch22_forest,
    "desk SVM": desk_svm,
}
