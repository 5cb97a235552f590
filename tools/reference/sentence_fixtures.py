#!/usr/bin/env python3
"""Writes Tests/CommandTests/Fixtures/sentences: a small BERT with random weights under the names of models/sentence-encoder.xml,
its vocabulary, sentences, and the vectors of length 1 that PyTorch computes of them.

usage: tools/reference/sentence_fixtures.py        needs: torch, transformers, safetensors
"""
import pathlib
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertModel, BertTokenizer

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "Tests/CommandTests/Fixtures/sentences"
STEPS, SIZE, LAYERS = 16, 8, 2
VOCABULARY = "[PAD] [UNK] [CLS] [SEP] [MASK] the a river bridge light ##house ##s runs under , . old".split()
SENTENCES = ["The river runs under the old bridge.", "Lighthouses", "a light, a bridge", "an unknown word", "Rivers run.",
             "the the the the the the the the the the the the the the the the the the the the"]


def main():
    torch.manual_seed(24)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    (FOLDER / "sentences.txt").write_text("\n".join(SENTENCES) + "\n")
    model = BertModel(BertConfig(
        vocab_size=len(VOCABULARY), hidden_size=SIZE, num_hidden_layers=LAYERS, num_attention_heads=2, intermediate_size=12,
        max_position_embeddings=STEPS, initializer_range=0.5)).eval()
    for parameter in model.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    theirs = model.state_dict()
    arrays = {"embedding.weight": theirs["embeddings.word_embeddings.weight"],
              "position.weight": theirs["embeddings.position_embeddings.weight"]
              + theirs["embeddings.token_type_embeddings.weight"][0]}
    for part in ("weight", "bias"):
        arrays[f"norm.{part}"] = theirs[f"embeddings.LayerNorm.{part}"]
        for layer in range(LAYERS):
            prefix, own = f"encoder.layer.{layer}", f"layer{layer + 1}"
            arrays[f"{own}.self_attn.in_proj_{part}"] = torch.cat(
                [theirs[f"{prefix}.attention.self.{name}.{part}"] for name in ("query", "key", "value")])
            for name, other in (("self_attn.out_proj", "attention.output.dense"), ("norm1", "attention.output.LayerNorm"),
                                ("linear1", "intermediate.dense"), ("linear2", "output.dense"), ("norm2", "output.LayerNorm")):
                arrays[f"{own}.{name}.{part}"] = theirs[f"{prefix}.{other}.{part}"]
    path = FOLDER / "torch.safetensors"
    save_file({name: value.contiguous().clone() for name, value in arrays.items()}, path)
    path.chmod(0o644)
    tokenizer = BertTokenizer(str(FOLDER / "vocab.txt"))
    model.double()
    lines = []
    with torch.no_grad():
        for sentence in SENTENCES:
            tokens = tokenizer(sentence, return_tensors="pt", truncation=True, max_length=STEPS)
            vector = model(**tokens).last_hidden_state[0].mean(0)
            lines.append(",".join(repr(value) for value in (vector / vector.norm()).tolist()))
    (FOLDER / "vectors.csv").write_text("\n".join(lines) + "\n")


main()
