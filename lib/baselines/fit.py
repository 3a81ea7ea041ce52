"""Fits one kind of model at each setting, keeps the best on the validation rows, and predicts: fit.py FOLDER.

FOLDER holds request.json and, for each part of the rows, little-endian float32 arrays: PART_x.f32 [rows, columns]
and, but for the test rows, PART_y.f32 [rows, targets]. Written are PART.f32 [rows, outputs] for the validation and
test rows, and answer.json. What happens is told on standard output, one JSON object a line. When standard input
ends, whoever started this is gone, and it ends too.
"""

import json
import math
import os
import sys
import threading
import time
from importlib.metadata import version
from multiprocessing.pool import ThreadPool
from pathlib import Path

FOLDER = Path(sys.argv[1])
REQUEST = json.loads((FOLDER / "request.json").read_text())
TASK, CLASSES, THREADS = REQUEST["task"], REQUEST["classes"], REQUEST["threads"]
# One model of all targets, where a library has it: for numbers, and for labels that are 0 or 1.
JOINT = TASK != "classification" and REQUEST["model"] in ("knn", "mlp", "random-forest")
# Models of a target each are shared out among threads, instead of the work of each.
APART = not JOINT and len(CLASSES) > 1
# OpenMP and BLAS read these variables when they are loaded.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1" if APART else str(THREADS)
# Threads that wait for each other must not take the cores from others.
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"

import numpy as np

from models import Compact, Constant, make

PACKAGES = ["numpy", "scipy", "scikit-learn", "xgboost-cpu", "lightgbm"]


def tell(**fields):
    print(json.dumps(fields), flush=True)


def read(part, letter, columns):
    path = FOLDER / f"{part}_{letter}.f32"
    return np.fromfile(path, "<f4").reshape(-1, columns) if path.exists() else None


def probabilities(model, x, classes):
    """[rows, classes]: 0 for a class that the training rows lack."""
    out = np.zeros((len(x), classes))
    out[:, [int(label) for label in model.classes_]] = model.predict_proba(x)
    return out


def fitted(setting, x, y, done):
    """Fits a setting. Returns a function from inputs to predictions [rows, outputs]."""
    jobs = 1 if APART else THREADS
    build = lambda: make(REQUEST["model"], TASK, setting, REQUEST["seed"], jobs)
    if JOINT:
        model = build().fit(x, y[:, 0] if y.shape[1] == 1 else y)
        done()
        return lambda inputs: joint(model, inputs)

    def one(target):
        if TASK == "regression":
            model = build().fit(x, y[:, target])
        elif np.ptp(y[:, target]) == 0:
            model = Constant(y[0, target])
        else:
            model = Compact(build()).fit(x, y[:, target])
        done()
        return model

    with ThreadPool(THREADS if APART else 1) as pool:
        models = pool.map(one, range(y.shape[1]), chunksize=1)

    def predict(inputs):
        if TASK == "regression":
            return np.stack([model.predict(inputs) for model in models], 1)
        parts = [probabilities(model, inputs, classes) for model, classes in zip(models, CLASSES)]
        return np.concatenate([part[:, 1:] if TASK == "binary" else part for part in parts], 1)

    return predict


def joint(model, inputs):
    """Numbers, or the probability of 1 for each label, [rows, targets]."""
    if not hasattr(model, "predict_proba"):
        return np.reshape(model.predict(inputs), (len(inputs), -1))
    out, classes = model.predict_proba(inputs), model.classes_
    if len(CLASSES) > 1 and not isinstance(out, list):
        return out
    # An array [rows, classes] a label, of one column where the training rows have one class.
    columns = zip(out, classes) if isinstance(out, list) else [(out, classes)]
    return np.stack([p[:, 1] if len(found) > 1 else p[:, 0] * found[0] for p, found in columns], 1)


def score(criterion, predicted, truth):
    """The lower the better."""
    p, y = predicted.astype(np.float64), truth.astype(np.float64)
    if criterion == "mse":
        return float(np.mean((p - y) ** 2))
    if criterion == "r2":
        p, y = p - p.mean(), y - y.mean()
        power = np.sum(p * p) * np.sum(y * y)
        return float(-np.sum(p * y) ** 2 / power) if power > 0 else 0.0
    if TASK == "binary":
        chosen = np.where(y == 1, p, 1 - p)
    else:
        starts = np.cumsum([0, *CLASSES[:-1]])
        chosen = np.take_along_axis(p, (starts + truth).astype(np.int64), 1)
    return float(-np.mean(np.log(np.maximum(chosen, 1e-15))))


def peak_bytes():
    # Of this program alone: the resource module also counts what its parent had before it.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024


def main():
    started = time.perf_counter()
    train_x, train_y = read("train", "x", REQUEST["columns"]), read("train", "y", len(CLASSES))
    parts = [part for part in ("validation", "test") if (FOLDER / f"{part}_x.f32").exists()]
    inputs = {part: read(part, "x", REQUEST["columns"]) for part in parts}
    truth = read("validation", "y", len(CLASSES))
    settings = REQUEST["grid"]
    each = len(CLASSES) if APART else 1
    count, lock = 0, threading.Lock()
    best, scores = None, []

    def done():
        nonlocal count
        with lock:
            count += 1
            tell(done=count, total=each * len(settings))

    for setting in settings:
        start = time.perf_counter()
        try:
            predict = fitted(setting, train_x, train_y, done)
            fitting = time.perf_counter() - start
            start = time.perf_counter()
            predicted = {part: predict(x) for part, x in inputs.items()}
            found = score(REQUEST["criterion"], predicted["validation"], truth) if truth is not None else None
            if found is not None and not math.isfinite(found):
                raise ValueError(f"{setting}: predictions are not finite")
        except ValueError as error:
            # A grid may hold settings that diverge, which libraries refuse to go on with.
            failure, count = error, each * (len(scores) + 1)
            scores.append(None)
            continue
        scores.append(found)
        if best is None or found < best["score"]:
            best = dict(setting=setting, score=found, fitSeconds=fitting, predicted=predicted)
            best["predictSeconds"] = time.perf_counter() - start
    if best is None:
        raise failure
    for part, values in best.pop("predicted").items():
        values.astype("<f4").tofile(FOLDER / f"{part}.f32")
    answer = dict(
        best,
        scores=scores,
        totalSeconds=time.perf_counter() - started,
        peakBytes=peak_bytes(),
        versions={"python": sys.version.split()[0], **{name: version(name) for name in PACKAGES}},
    )
    (FOLDER / "answer.json").write_text(json.dumps(answer))


def watch():
    # Not by sys.stdin, whose lock Python could not take at its end.
    while os.read(0, 1024):
        pass
    os._exit(1)


threading.Thread(target=watch, daemon=True).start()
main()
