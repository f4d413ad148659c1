"""What the scikit-learn recipes share: the export to ONNX, and figures for the cards."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from skl2onnx import to_onnx
from sklearn import metrics
from sklearn.base import BaseEstimator

# The recipes run as files, and what they share with those of other libraries lies one folder up.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

REFERENCE = f"scikit-learn {sklearn.__version__}"

# Fixed, so that the file does not change with the release of the converter; every runtime of the last years knows them.
OPSETS = {"": 17, "ai.onnx.ml": 3}


def export(
    estimator: BaseEstimator, inputs: Sequence[tuple[str, Any]], options: Mapping[str | int, Any] | None = None
) -> bytes:
    """The estimator as an ONNX file. `inputs` are names with a type of skl2onnx, whose first dimension is None: the rows."""
    model = to_onnx(estimator, initial_types=list(inputs), target_opset=OPSETS, options=options)
    for node in model.graph.node:
        # Without a locale of its own this node asks for en_US.UTF-8, which servers in containers do not have.
        if node.op_type == "StringNormalizer" and all(attribute.name != "locale" for attribute in node.attribute):
            node.attribute.add(name="locale", type="STRING", s=b"C")
    # The converter names a set of operators twice for some estimators.
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    del model.opset_import[:]
    for domain in sorted(opsets):
        model.opset_import.add(domain=domain, version=opsets[domain])
    return model.SerializeToString(deterministic=True)


def classification_figures(
    estimator: BaseEstimator,
    labels: Sequence[str],
    training: tuple[Any, np.ndarray],
    held_back: tuple[Any, np.ndarray],
) -> dict[str, str]:
    """How well a classifier does, row by row of the card's table. `labels` are what the classes are called, in their order."""
    rows, truth = held_back
    predicted = estimator.predict(rows)
    right = predicted == truth
    figures = {
        "accuracy on held-back data": f"{right.mean():.3f} ({np.count_nonzero(~right)} of {len(truth)} wrong)",
        "accuracy on training data": f"{metrics.accuracy_score(training[1], estimator.predict(training[0])):.3f} of {len(training[1])}",
        "log loss on held-back data": f"{metrics.log_loss(truth, estimator.predict_proba(rows), labels=estimator.classes_):.3f}",
    }
    for place, label in zip(estimator.classes_, labels, strict=True):
        own = truth == place
        mistakes = [
            f"{count} taken for {labels[list(estimator.classes_).index(other)]}"
            for other, count in zip(*np.unique(predicted[own & ~right], return_counts=True), strict=True)
        ]
        figures[f"{label}, held back"] = ", ".join(
            [f"{np.count_nonzero(own & right)} of {np.count_nonzero(own)} right", *mistakes]
        )
    return figures
