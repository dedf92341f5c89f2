import Files
import Networks
import Tensor
import TestSupport
import Testing
import Training
import VideoQA

/// Video question answering against PyTorch and Hugging Face's BERT (`tools/reference/video_qa_steps.py`): three questions of different
/// numbers of candidates, sentences and frames.
@Suite struct VideoQAParityTests {
    static let variants = (try? VideoQAReference.all()) ?? []

    @Test func theReferenceIsComplete() {
        #expect(
            Self.variants.map(\.name) == [
                "default", "all frames, their places, cosine", "own frames, their places, sums", "all frames, sentences, sums",
                "text alone",
            ])
    }

    /// The scores, every loss, and the gradients of all parameters of the sum.
    @Test(arguments: variants) func agreesWithPyTorch(variant: VideoQAReference) throws {
        let network = try variant.network(.float64), found = try variant.read(network)
        let candidates = found.logits.values(as: Double.self).filter { $0 > -1e29 }
        #expect(relativeDifference(candidates, try variant.entry.numbers("logits")) < 1e-10)
        let ends = found.ends.values(as: Double.self).filter { $0 > -1e29 }
        #expect(relativeDifference(ends, try variant.entry.numbers("ends")) < 1e-10)
        for (name, expected) in try #require(variant.entry.member("terms").objectValue) {
            let term = try #require(found.terms.first { $0.name == name }, "\(name)")
            #expect(relativeDifference(term.value.scalar, try #require(expected.realValue)) < 1e-10, "\(name)")
        }
        #expect(found.keptRatio == (try variant.entry.number("keptRatio")))

        found.terms.dropFirst().reduce(found.terms[0].value) { $0 + $1.value }.backward()
        let gradients = try #require(variant.entry.member("gradients").objectValue)
        let learned = network.namedParameters.filter { !$0.name.hasSuffix("self.key.bias") }
        #expect(Set(learned.map(\.name)) == Set(gradients.map(\.key)))
        for (name, expected) in gradients {
            let gradient = try #require(learned.first { $0.name == name }?.parameter.gradient, "\(name)")
            let probe = (gradient * hashClips("probe.\(name)", gradient.shape, .float64)).sum().scalar
            let values = try expected.numbers(), size = max(values[0], 1e-3)
            #expect(abs(gradient.norm - values[0]) < 1e-10 * size && abs(probe - values[1]) < 1e-10 * size, "\(name)")
        }
    }

    @Test(arguments: variants) func agreesInSinglePrecision(variant: VideoQAReference) throws {
        let found = try variant.read(variant.network(.float32))
        let candidates = found.logits.values(as: Double.self).filter { $0 > -1e29 }
        #expect(relativeDifference(candidates, try variant.entry.numbers("logits")) < 1e-4)
        for (name, expected) in try #require(variant.entry.member("terms").objectValue) {
            let term = try #require(found.terms.first { $0.name == name }, "\(name)")
            #expect(relativeDifference(term.value.scalar, try #require(expected.realValue)) < 1e-4, "\(name)")
        }
    }
}

/// A variant of `methods/video_qa_steps.json`.
struct VideoQAReference: Sendable, CustomTestStringConvertible {
    let name: String, entry: JSON
    private let content: JSON
    private let options: VideoQAOptions

    static func all() throws -> [VideoQAReference] {
        let content = try reference("methods/video_qa_steps.json")
        return try content.list("variants").map { entry in
            let settings = try entry.list("options").compactMap(\.stringValue)
            let configuration = try ConfigurationSchema([VideoQAOptions.self]).resolve([.commandLine(settings)])
            return VideoQAReference(
                name: try entry.text("name"), entry: entry, content: content, options: configuration[VideoQAOptions.self])
        }
    }

    var testDescription: String { name }

    /// The network with the weights of the reference.
    func network(_ type: ElementType) throws -> AnswerNetwork {
        let encoder = try content.member("encoder"), tokens = try encoder.integer("tokens")
        var form = AnswerNetwork.Form(options, tokens: tokens, frameFeatures: try content.integer("frameFeatures"))
        form.encoder.features = try encoder.integer("features")
        form.encoder.layers = try encoder.integer("layers")
        form.encoder.heads = try encoder.integer("heads")
        form.encoder.hidden = try encoder.integer("hidden")
        form.encoder.positions = try encoder.integer("positions")
        let network = AnswerNetwork(form, .blank(elementType: type))
        network.loadHashWeights(runningStatistics: false)
        return network
    }

    /// What a network makes of the questions, as a step of stage 2 reads them.
    func read(_ network: AnswerNetwork) throws -> (logits: Tensor, ends: Tensor, terms: [LossTerm], keptRatio: Double) {
        let questions = try content.list("questions")
        let rows = try questions.map { try $0.list("rows").map(row) }
        let masked = try zip(questions, rows).map { question, rows in
            try zip(question.list("masked"), rows).map { $1.with(tokens: try $0.numbers().map(Int.init)) }
        }
        let answers = try content.integers("answers")
        let spans = try content.member("spans").list(options.localizationAxis.rawValue).map { span in
            span == .null ? nil : try span.numbers().map(Int.init)
        }
        let targets = AnswerTargets(answers: answers, spans: spans.map { $0.map { $0[0]...$0[1] } })
        let clips = try clips(questions, network.heads.namedParameters[0].parameter.value.elementType)
        let copies = zip(masked, answers).map { $0[$1] }
        let whole = network(TextRows(questions: rows, copies: copies), clips, .evaluation)
        let hidden = network(TextRows(questions: masked), clips, .evaluation)
        let rule = VideoQALosses.confidentAnswers(
            masked: hidden.logits, whole: whole.logits, threshold: options.confidenceThreshold)
        var first = 0, right: [Int] = []
        for (rows, (answer, span)) in zip(rows, zip(answers, spans)) {
            if span != nil { right.append(first + answer) }
            first += rows.count
        }
        return (
            whole.logits, network.ends(whole, ofRows: right),
            network.lossTerms(whole, targets, options) + [LossTerm("unlabeled", rule.loss)], rule.keptRatio
        )
    }

    private func row(_ row: JSON) throws -> TextRows.Row {
        let answer = try row.integers("answer")
        let sentences = try row.list("sentences").map { sentence in
            let values = try sentence.numbers().map(Int.init)
            return TextRows.Sentence(number: values[0], tokens: values[1]..<values[2])
        }
        return TextRows.Row(
            tokens: try row.integers("tokens"), types: try row.integers("types"), answer: answer[0]..<answer[1],
            sentences: sentences)
    }

    private func clips(_ questions: [JSON], _ type: ElementType) throws -> ClipFeatures {
        let times = try questions.map { try $0.numbers("times") }
        let sentences = try questions.map { question in
            try question.list("sentences").map { sentence in
                let values = try sentence.numbers()
                return values[0]...values[1]
            }
        }
        let shape = [times.count, times.reduce(0) { max($0, $1.count) }, try content.integer("frameFeatures")]
        return ClipFeatures(
            features: hashClips("features", shape, type), frameCounts: times.map(\.count),
            framesOfSentences: zip(sentences, times).map { TimeAlignment.frames(of: $0, at: $1) })
    }
}
