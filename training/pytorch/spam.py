"""Trains a small transformer on SMS texts, and writes it as two models.

    pip install -r training/pytorch/requirements.txt
    python training/pytorch/spam.py

models/spamTransformer tells spam from ham; models/spamEmbeddings is its encoder alone. Takes about two minutes of one
core. A second run on the same machine writes the same bytes.
"""

import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import sms
import subwords
from encoder import WIDTH, Classifier, Encoder, mean_pool
from export import export
from model_folder import DATA, Golden, HeldBack, ModelVersion, Rows, Target, Tolerance, parse_target, run_onnx
from tokenizers import Tokenizer

SEED = 1
EPOCHS = 12
BATCH_SIZE = 32
LEARNING_RATE = 3e-3
# Tokens that the network does not see while it trains, and doubt about the labels: else it is sure of everything.
HIDDEN_TOKENS = 0.15
LABEL_SMOOTHING = 0.05
FIXTURE_SAMPLES = 250
PADDINGS = (0, 1, 7, 40)
PADDING_TOLERANCE = 1e-5
REFERENCE = f"PyTorch {torch.__version__.partition('+')[0]}"

# Texts of nobody: whatever the network says of them stands in golden.json. The last has more than 64 tokens.
GOLDEN_TEXTS = {
    "a short text": "Ok, see you at 7!",
    "a text as friends write it": "Are we still on for lunch tomorrow? I can pick you up at noon.",
    "a text as spam is": "URGENT! You have WON a £1000 prize. Call 09061234567 now to claim, txt STOP to end",
    "letters beyond ASCII": "Café at 8? 😀 Müller is coming too…",
    "nothing": "",
    "more tokens than the network takes": "Please remember to bring the keys, and the book, and the "
    + "very " * 80
    + "old map.",
}


def train(tokenizer: Tokenizer, texts: sms.Texts) -> Classifier:
    """The trained network, in the mode for predictions."""
    generator = torch.Generator().manual_seed(SEED)
    network = Classifier(Encoder(tokenizer.get_vocab_size(), subwords.MAX_TOKENS), len(sms.LABELS))
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=1e-2)
    unknown = tokenizer.token_to_id(subwords.UNKNOWN)
    steps = EPOCHS * -(-len(texts.texts) // BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        total = 0.0
        for rows in torch.randperm(len(texts.texts), generator=generator).split(BATCH_SIZE):
            inputs = subwords.to_input(tokenizer, [texts.texts[row] for row in rows])
            ids, mask = tensors(inputs)
            ids = torch.where(torch.rand(ids.shape, generator=generator) < HIDDEN_TOKENS, unknown, ids)
            labels = torch.from_numpy(texts.labels)[rows]
            loss = nn.functional.cross_entropy(network(ids, mask), labels, label_smoothing=LABEL_SMOOTHING)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1}: loss {total / len(texts.texts):.4f}", flush=True)
    return network.eval()


def tensors(inputs: dict[str, np.ndarray]) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.from_numpy(inputs["input_ids"]), torch.from_numpy(inputs["attention_mask"])


def predict(network: nn.Module, inputs: dict[str, np.ndarray]) -> np.ndarray:
    with torch.no_grad():
        return network(*tensors(inputs)).numpy()


def embed(encoder: Encoder, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """One vector of length 1 for each text, as the manifest of spamEmbeddings asks for: [count, WIDTH]."""
    with torch.no_grad():
        pooled = mean_pool(encoder(*tensors(inputs)), torch.from_numpy(inputs["attention_mask"]))
        return nn.functional.normalize(pooled, dim=1).numpy()


def check_padding(model: bytes, output: str, tokenizer: Tokenizer, texts: list[str]) -> float:
    """Fails where padding changes what comes out for a text; the server pads texts that share a call.

    Returns the largest distance from the text alone, without padding.
    """
    largest = 0.0
    for text in texts:
        alone = subwords.to_input(tokenizer, [text])
        length = alone["input_ids"].shape[1]
        wanted = run_onnx(model, alone, [output])[output]
        for padding in PADDINGS:
            if length + padding > subwords.MAX_TOKENS:
                continue
            padded = run_onnx(model, subwords.to_input(tokenizer, [text], length + padding), [output])[output]
            # An output with a value for each token also has some for the padding; nobody reads these.
            padded = padded[:, :length] if padded.ndim == 3 else padded
            largest = max(largest, float(np.abs(padded - wanted).max()))
    assert largest <= PADDING_TOLERANCE, f"padding changes {output} by {largest:.1e}"
    return largest


def main() -> None:
    target = parse_target(__doc__)
    # One thread: the order in which sums are formed, and with it the last bits of the weights, depends on their number.
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    training, held_back = sms.load(DATA / "SMSSpamCollection")
    tokenizer = subwords.learn(training.texts)
    network = train(tokenizer, training)
    write_classifier(target, network, tokenizer, training, held_back)
    write_embeddings(target, network.encoder, tokenizer, training, held_back)


def write_classifier(
    target: Target, network: Classifier, tokenizer: Tokenizer, training: sms.Texts, held_back: sms.Texts
) -> None:
    """Writes models/spamTransformer."""
    model = export(
        network,
        example_tensors(),
        inputs={"input_ids": {0: "batch", 1: "sequence"}, "attention_mask": {0: "batch", 1: "sequence"}},
        outputs={"logits": {0: "batch"}},
    )
    padding = check_padding(model, "logits", tokenizer, [*GOLDEN_TEXTS.values(), *held_back.texts[:100]])
    inputs = subwords.to_input(tokenizer, held_back.texts)
    logits = predict(network, inputs)
    predicted = logits.argmax(axis=1)
    right = predicted == held_back.labels
    spam, called_spam = held_back.labels == 1, predicted == 1
    rows = Rows(inputs, {"logits": logits}, [{"text": text} for text in held_back.texts])
    ModelVersion(target, "spamTransformer", 1, REFERENCE, Tolerance(1e-4, 1e-4)).save(
        model,
        golden_rows(tokenizer, lambda each: {"logits": predict(network, each)}),
        HeldBack(
            rows.pick(range(FIXTURE_SAMPLES)),
            label_names(held_back.labels),
            label_names(predicted),
            {"accuracy": float(right[:FIXTURE_SAMPLES].mean())},
        ),
        figures={
            "accuracy on held-back data": f"{right.mean():.3f} ({np.count_nonzero(~right)} of {len(right):,} wrong)",
            "spam that is found, held back": f"{np.count_nonzero(spam & called_spam)} of {np.count_nonzero(spam)}",
            "ham that is taken for spam, held back": (
                f"{np.count_nonzero(~spam & called_spam)} of {np.count_nonzero(~spam)}"
            ),
            "log loss on held-back data": f"{log_loss(logits, held_back.labels):.3f}",
            "accuracy on training data": f"{accuracy(network, tokenizer, training):.3f} of {len(training.texts):,}",
            "what padding changes": f"{padding:.1g} at most, in a logit",
        },
        files=subwords.to_files(tokenizer),
    )


def write_embeddings(
    target: Target, encoder: Encoder, tokenizer: Tokenizer, training: sms.Texts, held_back: sms.Texts
) -> None:
    """Writes models/spamEmbeddings. How good its vectors are is told by the nearer of the two class means."""
    model = export(
        encoder,
        example_tensors(),
        inputs={"input_ids": {0: "batch", 1: "sequence"}, "attention_mask": {0: "batch", 1: "sequence"}},
        outputs={"last_hidden_state": {0: "batch", 1: "sequence"}},
    )
    padding = check_padding(model, "last_hidden_state", tokenizer, [*GOLDEN_TEXTS.values(), *held_back.texts[:100]])
    known = embed(encoder, subwords.to_input(tokenizer, training.texts))
    means = np.stack([known[training.labels == label].mean(axis=0) for label in range(len(sms.LABELS))])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    inputs = subwords.to_input(tokenizer, held_back.texts)
    predicted = (embed(encoder, inputs) @ means.T).argmax(axis=1)
    right = predicted == held_back.labels
    rows = Rows(inputs, {"last_hidden_state": predict(encoder, inputs)}, [{"text": text} for text in held_back.texts])
    ModelVersion(target, "spamEmbeddings", 1, REFERENCE, Tolerance(1e-4, 1e-4)).save(
        model,
        golden_rows(tokenizer, lambda each: {"last_hidden_state": predict(encoder, each)}, per_token=True),
        HeldBack(
            rows.pick(range(FIXTURE_SAMPLES)),
            label_names(held_back.labels),
            label_names(predicted),
            {"accuracy": float(right[:FIXTURE_SAMPLES].mean())},
            {"classMeans": dict(zip(sms.LABELS, means, strict=True))},
        ),
        figures={
            "dimension": str(WIDTH),
            "accuracy of the nearer class mean on held-back data": (
                f"{right.mean():.3f} ({np.count_nonzero(~right)} of {len(right):,} wrong)"
            ),
            "cosine of the two class means": f"{float(means[0] @ means[1]):.3f}",
            "what padding changes": f"{padding:.1g} at most, in a value of a token",
        },
        files=subwords.to_files(tokenizer),
    )


def example_tensors() -> tuple[torch.Tensor, torch.Tensor]:
    """What the exporter traces with: neither dimension is 1, and some positions are padding."""
    mask = torch.ones(2, 5, dtype=torch.int64)
    mask[1, 3:] = 0
    return torch.full((2, 5), 4), mask


def golden_rows(tokenizer: Tokenizer, answer, *, per_token: bool = False) -> Golden:
    texts = list(GOLDEN_TEXTS.values())
    inputs = subwords.to_input(tokenizer, texts)
    lengths = inputs["attention_mask"].sum(axis=1).tolist() if per_token else None
    rows = Rows(inputs, answer(inputs), [{"text": text} for text in texts])
    return Golden(rows, list(GOLDEN_TEXTS), as_requests=True, lengths=lengths)


def label_names(labels: np.ndarray) -> list[str]:
    """The labels of the samples that go into the fixture."""
    return [sms.LABELS[label] for label in labels[:FIXTURE_SAMPLES]]


def accuracy(network: Classifier, tokenizer: Tokenizer, texts: sms.Texts) -> float:
    return float((predict(network, subwords.to_input(tokenizer, texts.texts)).argmax(axis=1) == texts.labels).mean())


def log_loss(logits: np.ndarray, labels: np.ndarray) -> float:
    return nn.functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels)).item()


if __name__ == "__main__":
    main()
