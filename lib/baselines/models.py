"""The models of fit.py by name, each as its library has it; settings are the library's own arguments."""

import warnings

import numpy as np
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn import ensemble, gaussian_process, kernel_ridge, linear_model, neighbors, neural_network
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, ExpSineSquared
from xgboost import XGBClassifier, XGBRegressor

# A grid has settings that do not converge; their score on the validation rows tells.
warnings.simplefilter("ignore", ConvergenceWarning)

# Kernels by name: settings are JSON.
KERNELS = {
    "constant*rbf": lambda: ConstantKernel(1, (0.1, 1e3)) * RBF(1, (1e-3, 1e3)),
    "constant": lambda: ConstantKernel(1, (0.1, 1e3)),
    "rbf": lambda: RBF(1, (1e-3, 1e3)),
    "exp-sine-squared": ExpSineSquared,
    "linear": lambda: "linear",
}

# Classifier, regressor, and the arguments that fix the random numbers and the number of threads.
MODELS = {
    "xgboost": (XGBClassifier, XGBRegressor, "seed jobs"),
    "lightgbm": (LGBMClassifier, LGBMRegressor, "seed jobs"),
    "gradient-boosting": (ensemble.GradientBoostingClassifier, ensemble.GradientBoostingRegressor, "seed"),
    "random-forest": (ensemble.RandomForestClassifier, ensemble.RandomForestRegressor, "seed jobs"),
    "knn": (neighbors.KNeighborsClassifier, neighbors.KNeighborsRegressor, "jobs"),
    "mlp": (neural_network.MLPClassifier, neural_network.MLPRegressor, "seed"),
    "linear": (linear_model.LogisticRegression, linear_model.Ridge, "seed"),
    "kernel-ridge": (None, kernel_ridge.KernelRidge, ""),
    "bayesian-ridge": (None, linear_model.BayesianRidge, ""),
    "gaussian-process": (
        gaussian_process.GaussianProcessClassifier,
        gaussian_process.GaussianProcessRegressor,
        "seed",
    ),
}

ALWAYS = {
    "xgboost": {"tree_method": "hist"},
    "lightgbm": {"verbose": -1},
    "linear": {"max_iter": 1000},
}


def make(name, task, setting, seed, jobs):
    """A model that is not fitted yet."""
    classifier, regressor, takes = MODELS[name]
    # Neighbours' mean of 0 and 1 is the probability of 1, and takes any number of targets.
    kind = regressor if task == "regression" or task == "binary" and name == "knn" else classifier
    arguments = {**ALWAYS.get(name, {}), **setting}
    if "kernel" in arguments:
        arguments["kernel"] = KERNELS[arguments["kernel"]]()
    if "seed" in takes:
        arguments["random_state"] = seed
    if "jobs" in takes:
        arguments["n_jobs"] = jobs
    if name == "xgboost" and kind is classifier:
        arguments["eval_metric"] = "logloss"
    return kind(**arguments)


class Constant:
    """For a target with one class in the training rows, which classifiers refuse."""

    def __init__(self, label):
        self.classes_ = [label]

    def predict_proba(self, x):
        return np.ones((len(x), 1))


class Compact:
    """Classes numbered without gaps, as XGBoost wants them."""

    def __init__(self, model):
        self.model = model

    def fit(self, x, y):
        self.classes_, codes = np.unique(y, return_inverse=True)
        self.model.fit(x, codes)
        return self

    def predict_proba(self, x):
        return self.model.predict_proba(x)
