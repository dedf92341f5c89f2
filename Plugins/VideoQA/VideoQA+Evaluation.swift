import Datasets
import Networks
import Tensor
import Training

extension VideoQA {
    public var scorer: (any SampleScorer)? { AnswerScorer(method: self) }

    /// Accuracy by each value of each group that the questions have, and the mean over the values of a group, such as DramaQA's levels.
    public func details(of report: ClassificationReport) -> [(name: String, value: Double)] {
        var hits: [String: [String: [Double]]] = [:]
        for row in report.rows {
            let best = row.scores.indices.max { row.scores[$0] < row.scores[$1] }
            for (group, value) in texts.table[row.sampleIndex].groups where !["episode", "scene"].contains(group) {
                hits[group, default: [:]][value, default: []].append(best == row.label ? 1 : 0)
            }
        }
        return hits.sorted { $0.key < $1.key }.flatMap { group, values in
            let accuracies = values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.reduce(0, +) / Double($0.value.count)) }
            let mean = accuracies.reduce(0) { $0 + $1.1 } / Double(accuracies.count)
            return accuracies.map { ("accuracy.\(group).\($0)", $1) } + [("accuracy.\(group).mean", mean)]
        }
    }

    /// The scores of the candidates of each question, and the part of the clip that the likeliest rests upon.
    fileprivate func judgements(of batch: StreamBatch) -> [Judgement] {
        let rows = batch.sampleIndices.map(texts.answers), clips = clips(batch), text = TextRows(questions: rows)
        let reading = network(text, clips, .evaluation), width = reading.logits.shape[1]
        let logits = reading.logits.values(as: Double.self)
        let scores = rows.indices.map { question in
            // As many as the question of the data that has most.
            Array(logits[question * width..<(question + 1) * width])
                + Array(repeating: CandidateGrid.absence, count: max(0, setup.classes - width))
        }
        let chosen = scores.enumerated().map { question, own in
            text.rowsOfQuestion[question].lowerBound + (own.indices.max { own[$0] < own[$1] } ?? 0)
        }
        let spans = localizes ? foundSpans(reading, chosen, batch) : attendedSpans(reading, chosen, batch)
        return zip(scores, spans).map { Judgement(scores: $0, span: $1) }
    }

    /// From the first to the last sentence or frame that the localisation finds likeliest, of those in order.
    private func foundSpans(_ reading: Reading, _ rows: [Int], _ batch: StreamBatch) -> [ClosedRange<Double>?] {
        let ends = network.ends(reading, ofRows: rows), limit = ends.shape[2], values = ends.values(as: Double.self)
        return rows.enumerated().map { question, row in
            let frames = shownTimes(batch, question)
            let parts =
                options.localizationAxis == .frames
                ? frames : reading.text.rows[row].sentences.map { time(of: $0, batch.sampleIndices[question], frames) }
            let first = values[2 * question * limit..<(2 * question + 1) * limit].prefix(parts.count)
            let last = values[(2 * question + 1) * limit..<(2 * question + 2) * limit].prefix(parts.count)
            return SpanChoice.likeliest(Array(first), Array(last)).map {
                parts[$0.lowerBound].lowerBound...parts[$0.upperBound].upperBound
            }
        }
    }

    /// The shortest span of frames that has half of the attention of the sentences of a row; nil where no frames are looked at.
    private func attendedSpans(_ reading: Reading, _ rows: [Int], _ batch: StreamBatch) -> [ClosedRange<Double>?] {
        guard let weights = reading.attention else { return rows.map { _ in nil } }
        let means = weights.rows(at: rows), frames = means.shape[2], values = means.values(as: Double.self)
        return rows.enumerated().map { question, row in
            let sentences = reading.text.rows[row].sentences.count, start = question * means.shape[1] * frames
            let shares = (0..<frames).map { frame in
                (0..<sentences).reduce(0) { $0 + values[start + $1 * frames + frame] } / Double(sentences)
            }
            let times = shownTimes(batch, question)
            return SpanChoice.shortest(of: Array(shares.prefix(times.count)), holding: 0.5).map {
                times[$0.lowerBound].lowerBound...times[$0.upperBound].upperBound
            }
        }
    }

    /// When each frame of a clip is shown: to the next, the last as long as the one before it.
    private func shownTimes(_ batch: StreamBatch, _ question: Int) -> [ClosedRange<Double>] {
        let limit = batch["frames"].shape[2], all = batch.placements(of: "frames").times.values(as: Double.self)
        let times = all[question * limit..<(question + 1) * limit].filter { !$0.isNaN }
        let last = times.count > 1 ? times[times.count - 1] - times[times.count - 2] : 1 / 3
        return times.indices.map { times[$0]...($0 + 1 < times.count ? times[$0 + 1] : times[$0] + last) }
    }

    private func time(of sentence: TextRows.Sentence, _ sample: Int, _ frames: [ClosedRange<Double>]) -> ClosedRange<Double> {
        guard let number = sentence.number else { return (frames.first?.lowerBound ?? 0)...(frames.last?.upperBound ?? 0) }
        return texts.times(sample)[number]
    }
}

/// Answers questions.
private struct AnswerScorer: SampleScorer {
    let method: VideoQA
    var views: [ViewRequest] { [method.frames] }

    func judgements(of batch: StreamBatch) -> [Judgement] { method.judgements(of: batch) }
}
