"""Makes test/fixtures/tokenizers/: small tokenizers, and what Hugging Face's own library makes of awkward texts.

    pip install tokenizers==0.23.3 sentencepiece==0.2.3 protobuf
    python training/tokenizer_fixtures.py training/data/SMSSpamCollection [--check]

The corpus is the SMS Spam Collection (UCI Machine Learning Repository, DOI 10.24432/C5CC84), one message in a line after
its label and a tab. None of its texts is kept in the fixtures: they hold vocabularies, and texts that are written here.
With --check, ids for all messages are written to standard output instead, for a comparison that is too large to keep.
"""

import json
import pathlib
import random
import sys
import tempfile

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = pathlib.Path(__file__).parent.parent / "test" / "fixtures" / "tokenizers"

# Rules of a normalizer of SentencePiece, in its own format: code points, a tab, code points. A few lines stand for the
# 80 thousand of nmt_nfkc: one to one, one to several, several to one, to nothing, and white space.
RULES = """FB01\t66 69
FB03\t66 66 69
FF21\t41
FF42\t62
2460\t31
3000\t20
A0\t20
9\t20
A\t20
D\t20
7F\t
200B\t20
AD\t
41 30A\tC5
65 301\tE9
30AB 3099\t30AC
FF76 FF9E\t30AC
FF76\t30AB
2026\t2E 2E 2E
33A5\t6D 33
212B\tC5
"""

TEXTS = [
    "", " ", "   ", "\t\n ", "a", "Hello, world!", "hello world", "  leading and trailing  ", "two  spaces   three",
    "WINNER!! You have been selected to receive a £900 prize. Call 09061701461 now; claim code KL341!",
    "I'll meet you at 7pm, won't I? They've said it's fine; we're 'ready', he'd go, I'm not, 'tis",
    "Free entry in 2 a wkly comp to win FA Cup final tkts 21st May 2005. Text FA to 87121 to receive entry",
    "don't DON'T Don\u2019t can\u2018t", "e-mail: someone@example.org, see https://example.org/a?b=c&d=%20#frag",
    "3.14159 1,000,000 \u00bd \u00b2 \u2167 \u0661\u0662\u0663 \u0967\u0968 1st 2nd 12:30",
    "line one\nline two\r\nline three\n\n\nline six", "tab\tseparated\tvalues\t\tend\t", " \n a", "a \n ", "\u00a0nbsp\u00a0",
    "caf\u00e9 na\u00efve r\u00e9sum\u00e9 \u00dcber stra\u00dfe STRASSE \u1e9e", "cafe\u0301 nai\u0308ve A\u030angstro\u0308m \u212bngstr\u00f6m",
    "\u0130stanbul \u0131 I i DI\u0307", "\u039f\u0394\u039f\u03a3 \u03c3\u03c2 \u03a3\u0391\u03a3", "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440! \u0451\u0439 \u0401\u0419",
    "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u4eca\u5929\u5929\u6c14\u5f88\u597d", "\u65e5\u672c\u8a9e\u306e\u30c6\u30ad\u30b9\u30c8\u3002\u30ab\u30bf\u30ab\u30ca\u3001\u3072\u3089\u304c\u306a", "\uff76\uff9e\uff77\uff9e \u30ab\u3099 \u30ac",
    "\ud55c\uad6d\uc5b4 \uc548\ub155\ud558\uc138\uc694", "\u1112\u1161\u11ab\u1100\u1173\u11af", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e0a\u0e32\u0e27\u0e42\u0e25\u0e01", "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 \u064b\u064c", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd",
    "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e", "\u0b95\u0bca \u0ba8\u0bbf", "\U00020000\U0002a6d6 x \U0002b740", "\U0002b820\U0002b91f\U0002b920", "mixed\u4e2dwords\u6587here", "\u3400\u9fff\uf900\u3007\u3005",
    "\U0001f600", "emoji \U0001f600\U0001f601 text\U0001f602text", "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family", "\U0001f1e9\U0001f1ea\U0001f1eb\U0001f1f7 flags", "\U0001f44d\U0001f3fd thumbs", "\u2764\ufe0f heart \u2764",
    "1\ufe0f\u20e3 keycap", "a\u0300\u0301\u0302\u0303\u0304b", "\u0301 starts with a mark", "\u0301", "x\u20ddy", "Z\u0351\u036b\u0343\u036a\u0302\u036ba\u0337l\u0338g\u0336o",
    "\ufb01nd \ufb03 \ufb02 o\ufb03ce", "\uff21\uff42\uff23 \uff11\uff12\uff13\uff01", "\u2460\u2461 \u33a5 \u2122 \u00a9 \u2026 \u2025", "\u2075 \u2085 \u210c \U0001d54f\U0001d552",
    "bell\u0007 back\u0008space \u0001\u001f \u007f del", "\u0080\u0085\u008f\u009f c1", "nel\u0085here", "zero\u200bwidth\u200cjoin\u200der\u2060", "soft\u00adhyphen", "\ufeffbom inside\ufeff", "\ufffd replacement \ufffc",
    "\u2028line\u2029para", "\u2000\u2001\u2009\u202f\u205f\u3000wide", "\u1680ogham \u180e", "\u202ertl\u202c \u2066iso\u2069", "\ue000 private \U000f0000", "\U0010ffff\ufffe", "\u0378 unassigned",
    "$100 + \u20ac200 = \u00a3300 ^ ` ~ | < > \u00a7 \u00b1 \u00d7", "\u201cquoted\u201d \u00abguillemets\u00bb \u2014 dash \u2013 \u2010 \u00b7 \u2022", "!!!???...", "-- --- ----", "#hash @at_me snake_case CamelCase", "a_b__c \u203f \uff3f",
    "[CLS] text [SEP] more", "[MASK]ed [mask] [UNK] [PAD]", "<s> a </s> b <pad> <mask> c <unk>", "before <mask> after", "x<mask>y  <mask>  z", "<|endoftext|>", "[cls]", "<0x41> <0xE2>", "new tok newtok NEWTOK renewtok newtoks newtok.",
    "x" * 99, "y" * 100, "z" * 101, "\u00e9" * 100, "\u00e9" * 101, "\u4e2d" * 30, "supercalifragilisticexpialidocious" * 3, "ab" * 60, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "1234567890" * 5,
    "\u2581under \u2581\u2581two a\u2581b", "\u2581", "\u0120G \u010a \u0100", "\u00c0\u00c1\u00ff", "\u0149 \u01c5 \u1e9b\u0323", "\ufdfa \u3300", "say ``quotes'' \u00b4", "tr\u00e8s  bien \u00e7a", "\u1e69 s\u0323\u0307 s\u0307\u0323", "\uac00\u11a8", "\u0958 \u0915\u093c",
    "\u00ba\u00aa \u2099 \u24b6 \u2180", "\u0f0b\u0f0d \u17d4 \u104a", "\U0001f3f4\U000e0067\U000e0062\U000e007f", "\u0600\u06dd \u070f", "a\u2063b\u2064", "\u00a8 \u00af \u00b8 \u02d8", "\u200d\u200c", "\u034f\u180b",
]  # fmt: skip


def awkward_texts():
    pieces = [piece for text in TEXTS for piece in (text, *text.split(" ")) if 0 < len(piece) < 20]
    chance = random.Random(7)
    made = ["".join(chance.choice(pieces) + chance.choice(["", "", " ", "  ", "\n"]) for _ in range(6)) for _ in range(60)]
    points = [*range(1, 0x180), *range(0x300, 0x370), *range(0x2000, 0x2070), *range(0x1F600, 0x1F640), *range(0x4E00, 0x4E20)]
    wild = ["".join(chr(chance.choice(points)) for _ in range(20)) for _ in range(40)]
    return [text for text in TEXTS + made + wild]


def charsmap(corpus):
    """The normalizer of SentencePiece in the form in which tokenizer.json has it."""
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder) / "rules.tsv"
        rules.write_text(RULES)
        lines = pathlib.Path(folder) / "corpus.txt"
        lines.write_text("\n".join(corpus[:1000]))
        sentencepiece.SentencePieceTrainer.train(
            input=str(lines), model_prefix=f"{folder}/m", vocab_size=200, normalization_rule_tsv=str(rules), minloglevel=2
        )
        from sentencepiece import sentencepiece_model_pb2

        proto = sentencepiece_model_pb2.ModelProto()
        proto.ParseFromString(pathlib.Path(f"{folder}/m.model").read_bytes())
        return proto.normalizer_spec.precompiled_charsmap


def wordpiece(corpus, lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(corpus, trainers.WordPieceTrainer(vocab_size=450, special_tokens=special, show_progress=False))
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if lowercase:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)]
        )
        tokenizer.add_tokens([AddedToken("newtok", single_word=True, normalized=True)])
        tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")
        tokenizer.enable_truncation(max_length=64)
    else:
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    return tokenizer


def byte_level(corpus, kind):
    tokenizer = Tokenizer(models.BPE())
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False)
    if kind == "split":
        pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
        plain = pre_tokenizers.Sequence(
            [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
        )
        tokenizer.normalizer = normalizers.NFC()
    if kind == "prefix":
        plain = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.pre_tokenizer = plain
    special = ["<s>", "<pad>", "</s>", "<unk>"] if kind != "split" else ["<|endoftext|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(corpus, trainer)
    if kind == "roberta":
        tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
        tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
        tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    else:
        tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def byte_fallback(corpus):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
    special = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    words = (word for line in corpus for word in line.split())
    tokenizer.train_from_iterator(words, trainers.BpeTrainer(vocab_size=600, special_tokens=special, show_progress=False))
    # Tokens of bytes are no added tokens in the files that this one stands for.
    plain = json.loads(tokenizer.to_str())
    plain["added_tokens"] = plain["added_tokens"][:3]
    tokenizer = Tokenizer.from_str(json.dumps(plain))
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return tokenizer


def unigram(corpus, kind):
    tokenizer = Tokenizer(models.Unigram())
    if kind == "xlmr":
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Precompiled(charsmap(corpus)), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    else:
        steps = [normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents()]
        tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.Lowercase(), normalizers.Strip()])
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=special, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(corpus, trainer)
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def word_level(corpus, kind):
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    if kind == "whitespace":
        tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.Lowercase(), normalizers.StripAccents()])
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Punctuation("contiguous"), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Split(" ", "merged_with_next")]
        )
    trainer = trainers.WordLevelTrainer(vocab_size=400, special_tokens=["[UNK]", "[PAD]"], show_progress=False)
    tokenizer.train_from_iterator([*corpus, *TEXTS[:60]], trainer)
    return tokenizer


def main():
    corpus = [line.split("\t", 1)[1] for line in pathlib.Path(sys.argv[1]).read_text().splitlines()]
    check = "--check" in sys.argv
    made = {
        "wordpiece": wordpiece(corpus, True),
        "wordpiece-cased": wordpiece(corpus, False),
        "bpe-roberta": byte_level(corpus, "roberta"),
        "bpe-prefix": byte_level(corpus, "prefix"),
        "bpe-split": byte_level(corpus, "split"),
        "bpe-byte-fallback": byte_fallback(corpus),
        "unigram-xlmr": unigram(corpus, "xlmr"),
        "unigram-albert": unigram(corpus, "albert"),
        "wordlevel": word_level(corpus, "whitespace"),
        "wordlevel-split": word_level(corpus, "split"),
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    texts = [*corpus, *("  ".join(corpus[at : at + 40]) for at in range(0, 2000, 200))] if check else awkward_texts()
    expected = {}
    for name, tokenizer in made.items():
        path = FOLDER / f"{name}.json"
        if check:
            # Training twice does not give the same vocabulary.
            tokenizer = Tokenizer.from_file(str(path))
        else:
            path.write_text(json.dumps(json.loads(tokenizer.to_str()), separators=(",", ":"), ensure_ascii=True) + "\n")
        tokenizer.no_padding()
        tokenizer.no_truncation()
        whole = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
        tokenizer.enable_truncation(max_length=8)
        cut = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
        assert all(short == ids for short, ids in zip(cut, whole) if len(ids) <= 8)
        expected[name] = {"whole": whole, "cutTo8": [ids for ids, full in zip(cut, whole) if len(full) > 8]}
    text = json.dumps({"texts": texts, "expected": expected}, separators=(",", ":"), ensure_ascii=True)
    if check:
        print(text)
    else:
        (FOLDER / "expected.json").write_text(text + "\n")


main()
