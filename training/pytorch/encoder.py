"""A small transformer encoder for texts, written out so that every step of it becomes a plain operator of ONNX."""

import torch
from torch import nn

WIDTH = 48
HEADS = 4
LAYERS = 2
DROPOUT = 0.2


class Layer(nn.Module):
    """Self-attention and a feed-forward part, each after a normalisation and added to what came in."""

    def __init__(self) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(WIDTH)
        self.query_key_value = nn.Linear(WIDTH, 3 * WIDTH)
        self.attention_output = nn.Linear(WIDTH, WIDTH)
        self.forward_norm = nn.LayerNorm(WIDTH)
        self.feed_forward = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, hidden: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        hidden = hidden + self.dropout(self.attend(self.attention_norm(hidden), bias))
        return hidden + self.dropout(self.feed_forward(self.forward_norm(hidden)))

    def attend(self, hidden: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
        """`bias` is added to the scores: [batch, 1, 1, sequence]."""
        batch, sequence, _ = hidden.shape
        heads = self.query_key_value(hidden).view(batch, sequence, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        query, key, value = heads[0], heads[1], heads[2]
        scores = query @ key.transpose(-2, -1) / (WIDTH // HEADS) ** 0.5 + bias
        mixed = scores.softmax(dim=-1) @ value
        return self.attention_output(mixed.transpose(1, 2).reshape(batch, sequence, WIDTH))


class Encoder(nn.Module):
    """Tokens to one vector for each: int64 [batch, sequence] twice to float32 [batch, sequence, WIDTH].

    What stands at a padded position changes nothing at the others: it is never attended to.
    """

    def __init__(self, vocabulary: int, max_tokens: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Embedding(max_tokens, WIDTH)
        nn.init.normal_(self.tokens.weight, std=0.1)
        nn.init.normal_(self.positions.weight, std=0.02)
        self.dropout = nn.Dropout(DROPOUT)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        # Large, and not infinite: a row that is all padding, as in a warm-up on zeros, must not become NaN.
        bias = (1.0 - attention_mask[:, None, None, :].to(torch.float32)) * -1e9
        hidden = self.dropout(self.tokens(input_ids) + self.positions.weight[: input_ids.shape[1]])
        for layer in self.layers:
            hidden = layer(hidden, bias)
        return self.norm(hidden)


def mean_pool(hidden: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """The mean over the tokens of each text, padding left out: [batch, WIDTH]."""
    mask = attention_mask[:, :, None].to(hidden.dtype)
    return (hidden * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1.0)


class Classifier(nn.Module):
    """An encoder and, on the mean of its vectors, one score for each label: logits float32 [batch, labels]."""

    def __init__(self, encoder: Encoder, labels: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(DROPOUT)
        self.scores = nn.Linear(WIDTH, labels)

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hidden = self.encoder(input_ids, attention_mask)
        return self.scores(self.dropout(mean_pool(hidden, attention_mask)))
