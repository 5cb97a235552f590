#!/usr/bin/env python3
"""Entries of texts by Hugging Face's tokenizers, for Tests/NNDataTests/Fixtures/text.json, and the vocabulary vocab.txt.

usage: tools/reference/text_fixtures.py        needs: pip install tokenizers

The vocabulary is made of the sentences themselves. Each case: whether letters become lowercase, the most tokens, the text,
its WordPiece entries, and the words of the basic tokenizer.
"""
import collections, json, pathlib, random
from tokenizers import BertWordPieceTokenizer
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

fixtures = pathlib.Path(__file__).parent.parent.parent / "Tests" / "NNDataTests" / "Fixtures" / "text"
texts = """Hello, world! It's 3.14 o'clock (really).
The unaffordable-ness of Ünïcödé: naïve façades, Ångström and Zürich.
ΟΔΥΣΣΕΥΣ went home; İstanbul DŽ ﬁne ẞ straße
東京は日本の首都です。 北京 豈更 cjk漢字mixed
한국어 텍스트 각 가
tabs\tand\nnewlines\r\nand\u00a0nbsp\u2003em\u2028line
zero\u200bwidth\u200djoin soft\u00adhyphen \ufeffbom bell\u0007 nul\u0085next \ufffdreplacement
$100 + 5€ = ~£90 ^_^ `code` <tag> a|b {c} [d] \\ "quoted" «guillemets» „low“ … — – ‑ · ¿qué? ¡sí!
e\u0301 a\u0308 combining \u0301alone n\u0303\u0323
Tiếng Việt: Nguyễn Đình Chiểu, Ǻ ǭ ḹ ử
مرحبا بالعالم ؟ שָׁלוֹם हिन्दी में नमस्ते। ไทย
emoji 😀👍🏽 flags 🇩🇪 math 𝒜𝔅 ①②③ ½ ² Ⅷ
antidisestablishmentarianism pneumonoultramicroscopicsilicovolcanoconiosis
\u037e \u1fef \u212b \u2126 \u0340 \u0344 \u0958 \u2adc""".split("\n")
texts += ["x" * 100, "x" * 101, "é" * 100, "  ", "a", "[", "##ing", "don't-stop"]
draw = random.Random(4)
pool = [c for t in texts for c in t] + list("     ,.-'abcdefghijklmnopqrstuvwxyzABCÄÖÜé") * 3
texts += ["".join(draw.choice(pool) for _ in range(draw.randint(1, 60))) for _ in range(60)]
# Tokens that the tokenizer takes out of the text itself are not ours.
texts = [t for t in texts if "[UNK]" not in t]


def words(text, lowercase):
    normalized = BertNormalizer(lowercase=lowercase, strip_accents=lowercase).normalize_str(text)
    return [word for word, _ in BertPreTokenizer().pre_tokenize_str(normalized)]


def vocabulary():
    """BERT's own tokens, then the characters and the most frequent pieces of the texts' words, inside and at the start."""
    counts = collections.Counter()
    for word in [word for text in texts for lowercase in [True, False] for word in words(text, lowercase)]:
        for start in range(len(word)):
            for end in range(start + 1, min(len(word), start + 5) + 1):
                counts[("##" if start else "") + word[start:end]] += 1
    ordered = sorted(counts, key=lambda token: (-counts[token], token))
    # Some characters stay without an entry.
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]"] + ordered[:600]


fixtures.mkdir(exist_ok=True)
path = fixtures / "vocab.txt"
path.write_text("".join(token + "\n" for token in vocabulary()), newline="\n")
cases = []
for lowercase in [True, False]:
    tokenizer = BertWordPieceTokenizer(str(path), lowercase=lowercase)
    for text in texts:
        for length in [512, 8]:
            tokenizer.enable_truncation(length)
            cases.append({"lowercase": lowercase, "length": length, "text": text, "entries": tokenizer.encode(text).ids,
                          "words": words(text, lowercase)})
(fixtures / "cases.json").write_text(json.dumps(cases, ensure_ascii=True, separators=(",", ":")).replace("},", "},\n") + "\n")
print(len(cases), "cases,", len(path.read_text().split("\n")) - 1, "tokens")
