"""Every estimator that can be converted, and the function of its family that reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kinglet.convert.graph import Node
from kinglet.convert.scikit_learn import distances, forests, kernels, linear, networks, scalers
from kinglet.record import CLASSIFICATION, EXTRAPOLATION, OUTLIER

Reader = Callable[[Any], Sequence[Node]]

SCALERS: dict[str, Reader] = {
    "StandardScaler": scalers.standard,
    "MinMaxScaler": scalers.min_max,
    "MaxAbsScaler": scalers.max_abs,
    "RobustScaler": scalers.robust,
}
TRANSFORMERS: dict[str, Reader] = {
    **SCALERS,
    "Normalizer": scalers.normalizer,
    "PCA": scalers.pca,
}
_LINEAR_CLASSIFIERS = (
    "LogisticRegression",
    "LogisticRegressionCV",
    "LinearDiscriminantAnalysis",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "LinearSVC",
    "SGDClassifier",
    "Perceptron",
)
_LINEAR_REGRESSORS = (
    "LinearRegression",
    "Ridge",
    "RidgeCV",
    "Lasso",
    "LassoCV",
    "ElasticNet",
    "ElasticNetCV",
    "LinearSVR",
    "SGDRegressor",
    "HuberRegressor",
    "BayesianRidge",
)
READERS: dict[str, dict[str, Reader]] = {
    CLASSIFICATION: {
        **dict.fromkeys(_LINEAR_CLASSIFIERS, linear.classifier),
        "SVC": kernels.classifier,
        "NuSVC": kernels.classifier,
        "MLPClassifier": networks.classifier,
        "GaussianNB": distances.gaussian_classes,
        "KNeighborsClassifier": distances.neighbours,
        "DecisionTreeClassifier": forests.classifier,
        "RandomForestClassifier": forests.classifier,
        "ExtraTreesClassifier": forests.classifier,
        "GradientBoostingClassifier": forests.boosted_classifier,
    },
    EXTRAPOLATION: {
        **dict.fromkeys(_LINEAR_REGRESSORS, linear.regressor),
        "PLSRegression": linear.pls,
        "SVR": kernels.one_sum,
        "NuSVR": kernels.one_sum,
        "MLPRegressor": networks.regressor,
        "DecisionTreeRegressor": forests.regressor,
        "RandomForestRegressor": forests.regressor,
        "ExtraTreesRegressor": forests.regressor,
        "GradientBoostingRegressor": forests.boosted_regressor,
    },
    OUTLIER: {
        "OneClassSVM": kernels.one_sum,
        "IsolationForest": forests.isolation,
        "EllipticEnvelope": distances.ellipsoid,
    },
}
