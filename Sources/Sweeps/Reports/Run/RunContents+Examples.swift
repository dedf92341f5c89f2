import Datasets
import Foundation
import Media
import Training

extension RunContents {
    /// Test clips that show what the network can and cannot do; nil where none was scored.
    ///
    /// - Parameters:
    ///   - dataSet: The data of the run; nil: it is looked for where the run found it.
    ///   - indices: Where the indices of its files are kept.
    func examples(of dataSet: DataSet?, indices: IndexCache?) -> Page.Section? {
        guard let table = scores.value, !table.rows.isEmpty else { return nil }
        let choice = ExampleChoice(table)
        let videos = Result { try TestVideos(of: record, dataSet: dataSet, indices: indices) }
        let found = try? videos.get(), strips = found?.strips(of: choice.all.map(\.row.video)) ?? [:]
        func cards(_ title: String, _ caption: String, _ examples: [ExampleChoice.Example]) -> ClipCards? {
            examples.isEmpty
                ? nil
                : ClipCards(
                    title: title, caption: caption, cards: examples.map { card($0, table, strips, found?.question($0.row.video)) }
                )
        }
        let kinds = [
            cards("Right", hasClasses ? "The surest of several classes." : "The surest.", choice.right),
            cards("Wrong", hasClasses ? "The surest mistakes about several classes." : "The surest mistakes.", choice.wrong),
            cards(
                "Uncertain", "Those whose two likeliest \(hasClasses ? "classes" : "answers") are nearest to each other.",
                choice.uncertain),
        ]
        let note =
            switch videos {
            case .success:
                Note(
                    "Four frames of each test clip, from the middle of its quarters. Probabilities are the softmax of the scores."
                )
            case .failure(let error): Note("There are no frames: \(error)", isWarning: true)
            }
        return Page.Section(id: "examples", title: "Examples", parts: [note] + kinds.compactMap(\.self))
    }

    /// Of a question the candidates stand in place of the classes.
    private func card(
        _ example: ExampleChoice.Example, _ table: ScoreTable, _ strips: [String: FrameStrip], _ question: Question?
    ) -> ClipCards.Card {
        let strip = strips[example.row.video]
        func name(_ label: Int) -> String {
            guard let question, label < question.answers.count else { return table.classes[label] }
            return question.answers[label]
        }
        let likeliest = example.probabilities.indices.sorted {
            (example.probabilities[$1], $0) < (example.probabilities[$0], $1)
        }
        return ClipCards.Card(
            video: question.map { "\($0.clip): \($0.text)" } ?? example.row.video, label: name(example.row.label),
            prediction: name(example.row.prediction),
            isRight: example.row.isRight,
            probabilities: likeliest.prefix(3).filter { example.probabilities[$0] >= 0.005 }.map {
                "\(name($0)) \(Words.percent(example.probabilities[$0]))"
            }
            .joined(separator: ", "),
            picture: strip?.address, width: strip?.width ?? 0, height: strip?.height ?? 0)
    }
}

/// Which test clips are shown: always the same of the same scores.
struct ExampleChoice {
    /// A clip with the probabilities of all classes.
    struct Example {
        let row: ScoreTable.Row
        let probabilities: [Double]

        fileprivate init(_ row: ScoreTable.Row) {
            self.row = row
            let highest = row.scores.max() ?? 0, weights = row.scores.map { exp($0 - highest) }, sum = weights.reduce(0, +)
            probabilities = weights.map { $0 / sum }
        }

        /// The probability of the prediction.
        fileprivate var confidence: Double { probabilities[row.prediction] }

        /// The difference of the two greatest probabilities.
        fileprivate var margin: Double {
            var (first, second) = (0.0, 0.0)
            for probability in probabilities where probability > second {
                (first, second) = probability > first ? (probability, first) : (first, probability)
            }
            return first - second
        }
    }

    let right: [Example], wrong: [Example], uncertain: [Example]
    var all: [Example] { right + wrong + uncertain }

    /// Clips of each kind.
    static let count = 4

    init(_ table: ScoreTable) {
        let examples = table.rows.map(Example.init)
        right = Self.surest(examples.filter(\.row.isRight))
        wrong = Self.surest(examples.filter { !$0.row.isRight })
        let shown = Set((right + wrong).map(\.row.video))
        uncertain = Array(
            examples.filter { !shown.contains($0.row.video) }.map { (example: $0, margin: $0.margin) }.enumerated()
                .sorted { ($0.element.margin, $0.offset) < ($1.element.margin, $1.offset) }.prefix(Self.count).map(
                    \.element.example))
    }

    /// The surest clip of each class, of the surest classes.
    private static func surest(_ examples: [Example]) -> [Example] {
        var seen: Set<Int> = []
        let sorted = examples.enumerated().sorted { ($1.element.confidence, $0.offset) < ($0.element.confidence, $1.offset) }
        return Array(sorted.map(\.element).filter { seen.insert($0.row.label).inserted }.prefix(count))
    }
}
