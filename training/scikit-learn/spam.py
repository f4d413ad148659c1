"""Trains spam: TF-IDF and a logistic regression, with the text itself going into the graph.

    python training/scikit-learn/spam.py
"""

import numpy as np
from export import REFERENCE, classification_figures, export
from skl2onnx.common.data_types import StringTensorType
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline

from model_folder import DATA, Golden, HeldBack, ModelVersion, Rows, parse_target

SEED = 0
HELD_BACK = 1000
# The pattern goes into the graph, where RE2 reads it. The default of scikit-learn takes letters of every alphabet, and
# skl2onnx would put this one in its place, so that the graph would read "Zürich" in another way.
TOKEN = "[a-zA-Z0-9_]+"
GOLDEN = [
    "Ok lar... Joking wif u oni...",
    "FreeMsg: Txt CALL to No: 86888 & claim your reward of 3 hours talk time to use from your phone now!",
    "£1000 cash, just for you - CALL 09061701461 NOW!",
    "Grüße aus Zürich, bis später",
    "",
]


def read_messages() -> tuple[np.ndarray, np.ndarray]:
    """Texts and labels, each text once: the collection has repetitions, which would stand on both sides of the split."""
    lines = (DATA / "SMSSpamCollection").read_text(encoding="utf-8").splitlines()
    unique = {text: label for label, text in (line.split("\t", 1) for line in lines)}
    return np.array(list(unique), dtype=object), np.array(list(unique.values()), dtype=object)


def rows_of(texts: np.ndarray, model: Pipeline) -> Rows:
    """The texts as the graph takes them, [N, 1], and as clients send them."""
    return Rows(
        inputs={"message": texts.reshape(-1, 1)},
        outputs={"label": model.predict(texts), "probabilities": model.predict_proba(texts)},
        requests=[{"text": text} for text in texts],
    )


def main() -> None:
    """Trains, exports, compares and writes."""
    target = parse_target(__doc__)
    texts, labels = read_messages()
    training, held_back = train_test_split(
        np.arange(len(texts)), test_size=HELD_BACK, stratify=labels, random_state=SEED
    )
    model = make_pipeline(
        TfidfVectorizer(token_pattern=TOKEN, min_df=2),
        LogisticRegression(C=10, class_weight="balanced", max_iter=1000),
    )
    model.fit(texts[training], labels[training])
    file = export(model, [("message", StringTensorType([None, 1]))], {id(model): {"zipmap": False}})
    rows = rows_of(texts[held_back], model)
    truth, predicted = labels[held_back], rows.outputs["label"]
    flagged = predicted == "spam"
    ModelVersion(target, "spam", 1, REFERENCE).save(
        file,
        Golden(rows_of(np.array(GOLDEN, dtype=object), model), [text or "an empty text" for text in GOLDEN]),
        HeldBack(rows, truth, predicted, {"accuracy": (predicted == truth).mean()}),
        figures={
            **classification_figures(
                model, list(model.classes_), (texts[training], labels[training]), (texts[held_back], truth)
            ),
            "of what it calls spam is spam, held back": f"{(truth == 'spam')[flagged].mean():.3f}",
            "always saying ham, held back": f"{(truth == 'ham').mean():.3f}",
            "words": f"{len(model[0].vocabulary_):,}",
        },
    )


if __name__ == "__main__":
    main()
