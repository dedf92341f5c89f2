"""methods/video_qa_steps.json: video question answering (card: video_qa.md) in f64, written from the card: scores of candidates,
every loss, and the gradients of all parameters of their sum, for three questions of different numbers of candidates, sentences and
frames, one of them about a clip without subtitles.

Text: Hugging Face's BERT; memories: torch.nn.LSTM over packed sequences. Weights hash the parameter's name, features "features" in (-1, 1).
A gradient is told by its norm and by its product with hash values, "probe.{parameter}" in (-1, 1).
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from transformers import BertConfig, BertModel

import reference_files
from hash_values import integers, uniform
from video_resnet import load_hash_weights, norm

VOCABULARY, FEATURES, FRAME_FEATURES, MEMORY = 30, 8, 6, 3
CLS, SEP, MASK = 1, 2, 3
# Sentences (seconds, tokens), times of frames, tokens of the question and of each candidate, sentences that the last candidate's row lacks.
CLIPS = [
    {"sentences": [(0.0, 1.2, 3), (1.3, 1.4, 1), (2.0, 9.0, 4)], "times": [0.5, 1.0, 1.5, 2.0, 2.5], "question": 3,
     "answers": [2, 1, 3], "cut": 1},
    {"sentences": [], "times": [0.0, 0.5, 1.0, 1.5], "question": 4, "answers": [1, 2], "cut": 0},
    {"sentences": [(-1.0, 0.4, 2), (0.3, 0.6, 2)], "times": [0.2, 0.4, 0.6], "question": 2, "answers": [3, 2, 1, 1], "cut": 0},
]
ANSWERS = [1, 0, 2]
SPANS = {"sentences": [[0, 1], None, [1, 1]], "frames": [[1, 3], None, [0, 2]]}


def row_of(clip, question, candidate):
    """Tokens, types, the place of the answer, and sentences as (number, first token, token after the last)."""
    tokens = 4 + integers(f"tokens.{question}.{candidate}", [64], VOCABULARY - 4)
    lengths, used = [clip["question"], clip["answers"][candidate]], 0
    kept = clip["sentences"][:len(clip["sentences"]) - (clip["cut"] if candidate == len(clip["answers"]) - 1 else 0)]
    ids, ranges = [CLS], []
    for length in lengths + [sentence[2] for sentence in kept]:
        ranges.append((len(ids), len(ids) + length))
        ids += tokens[used:used + length].tolist() + [SEP]
        used += length
    asked = sum(lengths) + 3
    sentences = [(number, *place) for number, place in enumerate(ranges[2:])]
    return {"tokens": ids, "types": [0] * asked + [1] * (len(ids) - asked), "answer": ranges[1], "sentences": sentences}


def masked(row):
    """The first token of the question and the second of every sentence are masked; so is not the answer."""
    places = [1] + [first + 1 for _, first, after in row["sentences"] if after > first + 1]
    return row | {"tokens": [MASK if place in places else token for place, token in enumerate(row["tokens"])]}


def own_frames(clip):
    """Which frames belong to which sentence: their time lies in it, else the nearest."""
    found = []
    for start, end, _ in clip["sentences"]:
        inside = [place for place, time in enumerate(clip["times"]) if start <= time <= end]
        distances = [max(start - time, time - end) for time in clip["times"]]
        found.append(inside or [distances.index(min(distances))])
    return found


class Text:
    """Rows as tensors: tokens and masks, and for every token of a sentence its row, its place and its sentence."""

    def __init__(self, rows):
        self.rows = rows
        self.tokens = pad_sequence([torch.tensor(row["tokens"]) for row in rows], batch_first=True)
        self.types = pad_sequence([torch.tensor(row["types"]) for row in rows], batch_first=True)
        self.mask = pad_sequence([torch.ones(len(row["tokens"]), dtype=torch.long) for row in rows], batch_first=True)
        # Without sentences question and answer are the one sentence.
        self.sentences = [row["sentences"] or [(None, 0, row["types"].count(0))] for row in rows]
        self.counts = torch.tensor([len(sentences) for sentences in self.sentences])
        self.width = int(self.counts.max())
        places = [(number, token, number * self.width + place) for number, sentences in enumerate(self.sentences)
                  for place, (_, first, after) in enumerate(sentences) for token in range(first, after)]
        self.members = torch.tensor(places).T
        self.sizes = torch.bincount(self.members[2], minlength=len(rows) * self.width).clamp(min=1)

    def means(self, states):
        """The mean state of each sentence, [rows, sentences, features]."""
        sums = states.new_zeros(len(self.rows) * self.width, states.shape[2])
        sums = sums.index_add(0, self.members[2], states[self.members[0], self.members[1]])
        return (sums / self.sizes[:, None]).reshape(len(self.rows), self.width, -1)

    def has(self):
        """Which sentences are there, [rows, sentences]."""
        return torch.arange(self.width)[None] < self.counts[:, None]


class Frames(nn.Module):
    def __init__(self, frame_features, features, memory):
        super().__init__()
        self.projection, self.attention = nn.Linear(frame_features, features), nn.Linear(features, features, bias=False)
        self.memory = nn.LSTM(features, memory, bidirectional=True, batch_first=True)


class AnswerNetwork(nn.Module):
    def __init__(self, config, frame_features, memory, options):
        super().__init__()
        features, width = config.hidden_size, 2 * memory
        self.vision, self.axis = options["method.vision"], options["method.localizationAxis"]
        self.is_local = options["method.attention"] == "local"
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.sentences = nn.LSTM(features, memory, bidirectional=True, batch_first=True)
        heads = {"text": nn.Linear(width, 1, bias=False)}
        if self.vision:
            self.frames = Frames(frame_features, features, memory)
            heads["frames"] = nn.Linear(width, 1, bias=False)
            if options["method.scores"] == "product":
                heads["product"] = nn.Linear(width, 1, bias=False)
        places = {"sentences": (2 * width if self.vision else width, 2), "frames": (width, 2 * features)}[self.axis]
        heads["localization"] = nn.Linear(*places, bias=False)
        self.heads = nn.ModuleDict(heads)

    def read(self, memory, sentences, text):
        """States and largest values of sentences."""
        if text.counts.min() == text.width:
            states = memory(sentences)[0]
            return states, states.amax(1)
        packed = memory(pack_padded_sequence(sentences, text.counts, batch_first=True, enforce_sorted=False))[0]
        states = pad_packed_sequence(packed, batch_first=True)[0]
        return states, states.masked_fill(~text.has()[:, :, None], -torch.inf).amax(1)

    def forward(self, text, candidates, owners, features, own, lengths):
        """Scores of the first `candidates` rows, whose questions are `owners`, and what the losses need."""
        states = self.encoder(input_ids=text.tokens, token_type_ids=text.types, attention_mask=text.mask).last_hidden_state
        means = text.means(states)
        sentence_states, texts = self.read(self.sentences, means, text)
        scores = self.heads["text"](texts[:candidates])
        found = {"texts": texts[:candidates], "copies": texts[candidates:], "states": sentence_states[:candidates]}
        if self.vision:
            frames = self.frames.projection(features)
            shown = frames[owners]
            likeness = self.frames.attention(means[:candidates]) @ shown.transpose(1, 2) / frames.shape[2]**0.5
            allowed = own if self.is_local else (torch.arange(frames.shape[1])[None] < lengths[owners][:, None])[:, None]
            seen = likeness.masked_fill(~allowed, -torch.inf).softmax(2) @ shown
            part = text if candidates == len(text.rows) else Text(text.rows[:candidates])
            seen_states, seen_values = self.read(self.frames.memory, seen, part)
            scores = scores + self.heads["frames"](seen_values)
            if "product" in self.heads:
                scores = scores + self.heads["product"](found["texts"] * seen_values)
            width = min(seen_states.shape[1], sentence_states.shape[1])
            found |= {"frames": shown, "states": torch.cat([found["states"][:, :width], seen_states[:, :width]], 2)}
        return scores[:, 0], found

    def ends(self, found, rows, text, lengths):
        """Scores of the first and of the last place, [rows, 2, places]."""
        if self.axis == "sentences":
            scores, counts = self.heads["localization"](found["states"][rows]).transpose(1, 2), text.counts[rows]
        else:
            frames = found["frames"][rows]
            wanted = self.heads["localization"](found["texts"][rows]).reshape(len(rows), 2, -1) / frames.shape[2]**0.5
            scores, counts = wanted @ frames.transpose(1, 2), lengths
        return scores.masked_fill(torch.arange(scores.shape[2])[None, None] >= counts[:, None, None], -torch.inf)


def side_by_side(values, counts):
    """Of the candidates of each question, -inf where one has fewer than another."""
    return pad_sequence(torch.split(values, counts), batch_first=True, padding_value=-torch.inf)


def contrast(anchors, texts, counts, answers, similarity, temperature):
    """The masked text against the candidates of its own question."""
    owners = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    if similarity == "cosine":
        likeness = F.cosine_similarity(anchors[owners], texts, dim=1)
    else:
        likeness = (anchors[owners] * texts).sum(1)
    return F.cross_entropy(side_by_side(likeness / temperature, counts), answers)


def localization(scores, spans, questions):
    """Summed over the questions with a span, divided by all."""
    first, last = torch.tensor(spans).T
    losses = F.cross_entropy(scores[:, 0], first, reduction="none") + F.cross_entropy(scores[:, 1], last, reduction="none")
    return losses.sum() / 2 / questions


def confident_answers(masked_logits, logits, threshold):
    """FixMatch's rule, divided by all questions; and the share of those that count."""
    confidence, labels = logits.detach().softmax(1).max(1)
    assert (confidence - threshold).abs().min() > 1e-3
    mask = (confidence >= threshold).double()
    return (mask * F.cross_entropy(masked_logits, labels, reduction="none")).mean(), mask.mean().item()


def run(options):
    """The figures of one variant."""
    questions = [[row_of(clip, number, place) for place in range(len(clip["answers"]))] for number, clip in enumerate(CLIPS)]
    counts, answers = [len(rows) for rows in questions], torch.tensor(ANSWERS)
    owners = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    rows = sum(questions, [])
    text = Text(rows + [masked(own[answer]) for own, answer in zip(questions, ANSWERS)])
    lengths = torch.tensor([len(clip["times"]) for clip in CLIPS])
    features = torch.from_numpy(uniform("features", [len(CLIPS), int(lengths.max()), FRAME_FEATURES], -1.0, 1.0))
    own = torch.arange(features.shape[1])[None, None].repeat(len(rows), text.width, 1) < lengths[owners][:, None, None]
    for number, (row, owner) in enumerate(zip(rows, owners)):
        for place, (sentence, _, _) in enumerate(row["sentences"]):
            own[number, place] = False
            own[number, place, own_frames(CLIPS[owner])[sentence]] = True
    config = BertConfig(vocab_size=VOCABULARY, hidden_size=FEATURES, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
                        max_position_embeddings=24, hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    network = load_hash_weights(AnswerNetwork(config, FRAME_FEATURES, MEMORY, options).double())

    scores, found = network(text, len(rows), owners, features, own, lengths)
    logits = side_by_side(scores, counts)
    terms = {"answer": F.cross_entropy(logits, answers)}
    spans = SPANS[options["method.localizationAxis"]]
    known = [number for number, span in enumerate(spans) if span]
    right = torch.tensor([sum(counts[:number]) + ANSWERS[number] for number in known])
    ends = network.ends(found, right, text, lengths[known])
    terms["localization"] = localization(ends, [spans[number] for number in known], len(counts))
    temperature = {"dot": 1, "cosine": 0.1}[options["method.contrast"]]
    terms["contrast"] = contrast(found["copies"], found["texts"], counts, answers, options["method.contrast"], temperature)
    hidden = network(Text([masked(row) for row in rows]), len(rows), owners, features, own, lengths)[0]
    terms["unlabeled"], kept = confident_answers(side_by_side(hidden, counts), logits, options["method.confidenceThreshold"])
    assert 0 < kept < 1, kept
    total = sum(terms.values())
    # Moves all scores of a softmax alike: its gradient is 0, but for rounding.
    parameters = {name: value for name, value in network.named_parameters() if not name.endswith("self.key.bias")}
    gradients = torch.autograd.grad(total, list(parameters.values()))
    probes = {name: [norm(gradient), (gradient * torch.from_numpy(uniform(f"probe.{name}", gradient.shape, -1.0, 1.0))).sum().item()]
              for name, gradient in zip(parameters, gradients)}
    assert all(value[0] > 1e-6 for value in probes.values()), probes
    return {"logits": scores, "ends": [row[torch.isfinite(row)] for row in ends.reshape(-1, ends.shape[2])], "keptRatio": kept,
            "terms": {name: value.item() for name, value in terms.items()}, "gradients": probes}


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    variants = []
    for name, changes in {
            "default": {},
            "all frames, their places, cosine": {"method.attention": "global", "method.localizationAxis": "frames",
                                                 "method.contrast": "cosine"},
            "own frames, their places, sums": {"method.localizationAxis": "frames", "method.scores": "sum"},
            "all frames, sentences, sums": {"method.attention": "global", "method.scores": "sum"},
            "text alone": {"method.vision": False, "method.contrast": "cosine"}}.items():
        options = {"method.vision": True, "method.scores": "product", "method.attention": "local", "method.contrast": "dot",
                   "method.localizationAxis": "sentences", "method.confidenceThreshold": 0.5, "method.memory": MEMORY} | changes
        found = run(options)
        print(name, found["terms"], found["keptRatio"], flush=True)
        variants.append({"name": name, "options": [f"{key}={str(value).lower()}" for key, value in options.items()]} | found)
    clips = [{"sentences": [sentence[:2] for sentence in clip["sentences"]], "times": clip["times"],
              "rows": [row_of(clip, number, place) for place in range(len(clip["answers"]))],
              "masked": [masked(row_of(clip, number, place))["tokens"] for place in range(len(clip["answers"]))]}
             for number, clip in enumerate(CLIPS)]
    reference_files.write("video_qa_steps.json", {
        "encoder": {"tokens": VOCABULARY, "features": FEATURES, "layers": 2, "heads": 2, "hidden": 16, "positions": 24},
        "frameFeatures": FRAME_FEATURES, "answers": ANSWERS, "spans": SPANS, "questions": clips, "variants": variants}, "methods")


if __name__ == "__main__":
    main()
