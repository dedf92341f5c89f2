#!/usr/bin/env python3
"""Lines of text files to tokens by Hugging Face's tokenizers; prints one JSON object (see tools/compare-tokenizer).

    tools/peers/huggingface_tokenizer.py --vocabulary PATH TEXT [TEXT ...] [--repeats 5]"""

import argparse
import json
import os
import statistics
import time

# Read when the library is loaded.
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import tokenizers
from tokenizers import models, normalizers, pre_tokenizers


def lines_of(path):
    with open(path, encoding="utf-8", newline="\n") as file:
        return [line for line in file.read().split("\n") if line]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vocabulary", required=True)
    parser.add_argument("texts", nargs="+")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    ids = {token: index for index, token in enumerate(lines_of(arguments.vocabulary))}
    method = tokenizers.Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    method.normalizer = normalizers.BertNormalizer()
    method.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    lines = [line for path in arguments.texts for line in lines_of(path)]
    megabytes = sum(len(line.encode()) for line in lines) / 1e6
    seconds = []
    for _ in range(arguments.repeats + 1):
        start = time.monotonic()
        encodings = method.encode_batch(lines, add_special_tokens=False)
        seconds.append(time.monotonic() - start)
    state = 0xCBF29CE484222325
    for encoding in encodings:
        for value in encoding.ids:
            state = ((state ^ value) * 0x100000001B3) % (1 << 64)
    rates = [megabytes / each for each in seconds[1:]]
    print(json.dumps({"peer": f"tokenizers {tokenizers.__version__}", "value": statistics.median(rates), "all": rates, "digest": f"{state:x}"}))


if __name__ == "__main__":
    main()
