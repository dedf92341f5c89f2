#!/usr/bin/env python3
"""Training steps of video question answering by PyTorch and Hugging Face's BERT, as the reference of tools/reference computes them;
prints one JSON object (see tools/compare-questions).

    tools/peers/pytorch_questions.py [--questions 8] [--answers 5] [--sentences 3] [--frames 30] [--features 512] [--tokens 1000]
                                     [--threads 2] [--steps 60]"""

import argparse
import json
import pathlib
import statistics
import sys
import time

import torch
import torch.nn.functional as F
import transformers

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "reference"))
import video_qa_steps as reference

OPTIONS = {"method.vision": True, "method.scores": "product", "method.attention": "local", "method.contrast": "dot",
           "method.localizationAxis": "sentences"}
QUESTION, ANSWER, SENTENCE = 8, 3, 15


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in [("questions", 8), ("answers", 5), ("sentences", 3), ("frames", 30), ("features", 512), ("tokens", 1000),
                        ("threads", 2), ("steps", 60)]:
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(given.threads)
    length = 1 + QUESTION + 1 + ANSWER + 1 + given.sentences * (SENTENCE + 1)
    config = transformers.BertConfig(
        vocab_size=given.tokens, hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=256,
        max_position_embeddings=300, attn_implementation="sdpa")
    network = reference.AnswerNetwork(config, given.features, 32, OPTIONS).train()
    encoder = list(network.encoder.parameters())
    others = [parameter for name, parameter in network.named_parameters() if not name.startswith("encoder.")]
    optimizer = torch.optim.AdamW([{"params": encoder, "lr": 5e-5}, {"params": others}], lr=1e-4, weight_decay=0.01)
    first = 3 + QUESTION + ANSWER

    def row():
        places = [(number, first + number * (SENTENCE + 1), first + number * (SENTENCE + 1) + SENTENCE)
                  for number in range(given.sentences)]
        return {"tokens": torch.randint(5, given.tokens, (length,)).tolist(), "types": [0] * first + [1] * (length - first),
                "answer": (2 + QUESTION, 2 + QUESTION + ANSWER), "sentences": places}

    count = given.questions * given.answers
    rows, copies = [row() for _ in range(count)], [row() for _ in range(given.questions)]
    features = torch.rand(given.questions, given.frames, given.features)
    owners = torch.repeat_interleave(torch.arange(given.questions), given.answers)
    frames = torch.full((given.questions,), given.frames)
    own = torch.zeros(count, given.sentences, given.frames, dtype=torch.bool)
    for number in range(given.sentences):
        own[:, number, number * given.frames // given.sentences:(number + 1) * given.frames // given.sentences] = True
    answers = torch.arange(given.questions) % given.answers
    right, counts = torch.arange(given.questions) * given.answers + answers, [given.answers] * given.questions
    spans = [[0, 1]] * given.questions
    # The indices of a batch are made once: a loader would make them beside the steps.
    text, candidates = reference.Text(rows + copies), reference.Text(rows)
    reference.Text = lambda _: candidates

    def step():
        scores, found = network(text, count, owners, features, own, frames)
        loss = (F.cross_entropy(reference.side_by_side(scores, counts), answers)
                + reference.localization(network.ends(found, right, text, frames), spans, given.questions)
                + reference.contrast(found["copies"], found["texts"], counts, answers, "dot", 1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    seconds = []
    for _ in range(given.steps + 5):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    print(json.dumps({"peer": f"PyTorch {torch.__version__}, transformers {transformers.__version__}", "tokensOfRow": length,
                      "seconds": statistics.median(seconds[5:])}))


if __name__ == "__main__":
    main()
