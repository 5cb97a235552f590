#!/usr/bin/env python3
"""Writes Tests/CommandTests/Fixtures/sequence-adoption: the state_dict of a net of recurrent layers, attention and a block of a
Transformer encoder, sequences of different lengths, and the probabilities that PyTorch computes for them.

usage: tools/reference/sequence_adoption_fixtures.py
       needs: pip install torch safetensors

Recurrent layers read packed sequences; attention is told of padding by key_padding_mask.
"""
import pathlib

import torch
from safetensors.torch import save_file
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/CommandTests/Fixtures/sequence-adoption"
LONGEST = 9


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = torch.nn.RNN(3, 4, bidirectional=True, batch_first=True)
        self.gru = torch.nn.GRU(8, 6, num_layers=2, batch_first=True)
        self.lstm = torch.nn.LSTM(6, 4, bidirectional=True, batch_first=True)
        self.attn = torch.nn.MultiheadAttention(8, 2, batch_first=True)
        self.block1 = torch.nn.TransformerEncoderLayer(8, 4, 12, dropout=0.1, batch_first=True)
        self.out = torch.nn.Linear(8, 3)

    def forward(self, x, lengths):
        for layer in (self.rnn, self.gru, self.lstm):
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            x, _ = pad_packed_sequence(layer(packed)[0], batch_first=True, total_length=x.shape[1])
        padding = torch.arange(x.shape[1])[None] >= lengths[:, None]
        x, _ = self.attn(x, x, x, key_padding_mask=padding)
        x = self.block1(x, src_key_padding_mask=padding)
        x = x.masked_fill(padding[:, :, None], 0)
        return self.out(x.sum(1) / lengths[:, None])


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    net = Net()
    samples = [torch.randn(length, 3).double().mul(1000).round() / 1000 for length in (9, 1, 4, 7, 2, 9, 5)]
    lengths = torch.tensor([len(sample) for sample in samples])
    x = pad_sequence(samples, batch_first=True)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.02)
    for _ in range(40):
        loss = torch.nn.functional.cross_entropy(net(x.float(), lengths), torch.tensor([0, 1, 2, 0, 1, 2, 0]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    save_file({name: array.detach().clone() for name, array in net.state_dict().items()}, FOLDER / "net.safetensors")
    with torch.no_grad():
        probabilities = torch.softmax(net.double()(x, lengths), 1)
    cases = [":".join(",".join(repr(round(v, 3)) for v in column) for column in sample.T.tolist()) for sample in samples]
    (FOLDER / "sequences.ts").write_text("@univariate false\n@classLabel false\n@data\n" + "\n".join(cases) + "\n")
    (FOLDER / "probabilities.csv").write_text(
        "".join(",".join(repr(v) for v in row) + "\n" for row in probabilities.tolist()))
    print(f"loss {loss:.3f}; probabilities from {probabilities.min():.3f} to {probabilities.max():.3f}")


if __name__ == "__main__":
    main()
