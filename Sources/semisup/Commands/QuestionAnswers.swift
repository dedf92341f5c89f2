import ArgumentParser
import Datasets
import Files
import Foundation
import Training

/// What `predict` prints of questions: the probability of each answer, and the part of the clip that the likeliest rests upon.
struct QuestionAnswers {
    let run: String, files: [String], features: String?

    /// Answers the questions of each file. Ends with 65 where some could not be.
    func print(top: Int, json: Bool) throws {
        var left = 0
        for file in files {
            let dataSet = try DataSet(answering: file)
            for note in dataSet.notes { logger.notice("\(note)") }
            guard let questions = dataSet.questions, !dataSet.test.isEmpty else { continue }
            let scorer = try TrainedScorer(
                run: run, settings: features.map { ["features=\($0)"] } ?? [], on: dataSet, methods: .standard)
            for damaged in scorer.passedOver { logger.warning("passed over \(damaged)") }
            let (rows, damage) = try scorer.predict()
            for row in rows { try print(row, questions[row.sampleIndex], top, json) }
            for reason in damage { logger.error("\(reason)") }
            left += dataSet.test.count - rows.count
        }
        if left > 0 { throw ArgumentParser.ExitCode(Files.ExitCode.badData.rawValue) }
    }

    private func print(_ row: ClassificationReport.Row, _ question: Question, _ top: Int, _ json: Bool) throws {
        let scores = Array(row.scores.prefix(question.answers.count)), highest = scores.max() ?? 0
        let weights = scores.map { exp($0 - highest) }, sum = weights.reduce(0, +)
        let ranked = weights.indices.sorted { (weights[$1], $0) < (weights[$0], $1) }.prefix(top)
        guard json else {
            let span =
                row.foundSpan.map { " (\(Text.number($0.lowerBound, digits: 3)) to \(Text.number($0.upperBound, digits: 3)) s)" }
                ?? ""
            let answers = ranked.map { ["  \(question.answers[$0])", Text.percent(weights[$0] / sum)] }
            return try Terminal.standard.print(
                "\(question.clip)\(span): \(question.text)\n" + Text.table(answers, rightAligned: [1]))
        }
        let answers = ranked.map { place in
            JSON.object([
                ("answer", .string(question.answers[place])), ("place", .integer(place)),
                ("probability", .real(weights[place] / sum)),
            ])
        }
        try Terminal.standard.print(
            .object([
                ("id", .string(question.id)), ("video", .string(question.clip)), ("question", .string(question.text)),
                ("answers", .array(answers)),
                ("span", row.foundSpan.map { .array([.real($0.lowerBound), .real($0.upperBound)]) } ?? .null),
            ]))
    }
}
