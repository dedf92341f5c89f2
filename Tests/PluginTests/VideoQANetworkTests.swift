import Networks
import Tensor
import TestSupport
import Testing
import Training
import VideoQA

/// What the network of video question answering sees and what it does not.
@Suite struct VideoQANetworkTests {
    private func network(_ settings: String...) throws -> (AnswerNetwork, VideoQAOptions) {
        let configuration = try ConfigurationSchema([VideoQAOptions.self]).resolve([.commandLine(settings)])
        let options = configuration[VideoQAOptions.self]
        var form = AnswerNetwork.Form(options, tokens: 20, frameFeatures: 3)
        (form.encoder.layers, form.encoder.features, form.encoder.heads, form.encoder.hidden) = (1, 8, 2, 16)
        form.memory = 3
        let network = AnswerNetwork(form, .blank(elementType: .float64))
        network.loadHashWeights(runningStatistics: false)
        return (network, options)
    }

    /// Question and answer of three and two tokens and, behind them, as many sentences of two.
    private func row(_ name: String, sentences: Int) -> TextRows.Row {
        let count = 5 + 2 * sentences
        return TextRows.Row(
            tokens: HashValues(name).integers(count, below: 20), types: (0..<count).map { $0 < 5 ? 0 : 1 }, answer: 3..<5,
            sentences: (0..<sentences).map { .init(number: $0, tokens: 5 + 2 * $0..<7 + 2 * $0) })
    }

    private func candidates(_ name: String, _ count: Int, sentences: Int) -> [TextRows.Row] {
        (0..<count).map { row("\(name).\($0)", sentences: sentences) }
    }

    private func clips(_ features: [Tensor], counts: [Int], _ frames: [[Range<Int>]]) -> ClipFeatures {
        ClipFeatures(features: Tensor.concatenated(features), frameCounts: counts, framesOfSentences: frames)
    }

    private func frames(_ name: String) -> Tensor { hashClips(name, [1, 4, 3], .float64) }

    /// The first frames are those of one clip, the others those of another.
    private func mixed(_ count: Int, _ one: String, _ other: String) -> Tensor {
        .concatenated([frames(one).sliced(0..<count, axis: 1), frames(other).sliced(count..<4, axis: 1)], axis: 1)
    }

    private func differ(_ a: Tensor, _ b: Tensor) -> Double {
        relativeDifference(a.values(as: Double.self), b.values(as: Double.self))
    }

    // MARK: What is seen

    @Test(arguments: ["local", "global"]) func whatIsNotThereChangesNothing(attention: String) throws {
        let (network, _) = try network("method.attention=\(attention)")
        let first = candidates("first", 2, sentences: 1), second = candidates("second", 3, sentences: 3)
        let ranges: [[Range<Int>]] = [[0..<1], [0..<1, 0..<4, 2..<3]]
        let alone = network(TextRows(questions: [first]), clips([frames("a")], counts: [2], [ranges[0]]), .evaluation)
        let beside = network(
            TextRows(questions: [first, second], copies: [second[0]]),
            clips([mixed(2, "a", "noise"), frames("b")], counts: [2, 4], ranges), .evaluation)
        #expect(differ(beside.logits.sliced(0..<1).sliced(0..<2, axis: 1), alone.logits) < 1e-12)
        #expect(beside.logits.sliced(0..<1).sliced(2..<3, axis: 1).scalar < -1e29, "there is no third candidate")
        #expect(differ(network.ends(beside, ofRows: [1]).sliced(0..<1, axis: 2), network.ends(alone, ofRows: [1])) < 1e-12)
        let copies = try #require(beside.copies)
        #expect(differ(copies, beside.texts.sliced(2..<3)) < 1e-12)
    }

    @Test(arguments: [("local", false), ("global", true)])
    func sentencesLookAtTheFramesOfTheirTime(attention: String, isSeen: Bool) throws {
        let (network, _) = try network("method.attention=\(attention)")
        let text = TextRows(questions: [candidates("text", 2, sentences: 2)])
        let found = [frames("a"), mixed(3, "a", "other")].map {
            network(text, clips([$0], counts: [4], [[0..<1, 0..<3]]), .evaluation).logits
        }
        #expect((differ(found[1], found[0]) > 1e-6) == isSeen)
    }

    @Test func withoutSubtitlesQuestionAndAnswerSeeAllFrames() throws {
        let (network, _) = try network(), rows = candidates("text", 2, sentences: 0)
        let withObjects = TextRows.Row(tokens: [1, 2, 3, 4, 5], types: [0, 0, 0, 1, 1], answer: 1..<2, sentences: [])
        #expect(withObjects.sentences == [.init(number: nil, tokens: 0..<3)])
        let found = [frames("a"), mixed(3, "a", "other")].map {
            network(TextRows(questions: [rows]), clips([$0], counts: [4], [[]]), .evaluation).logits
        }
        #expect(differ(found[1], found[0]) > 1e-6)
    }

    @Test func withoutVisionFramesAreNotLookedAt() throws {
        let (network, _) = try network("method.vision=false"), text = TextRows(questions: [candidates("text", 2, sentences: 2)])
        #expect(!network.namedParameters.contains { $0.name.contains("frames") || $0.name.contains("product") })
        let found = ["a", "b"].map {
            network(text, clips([frames($0)], counts: [4], [[0..<1, 1..<4]]), .evaluation).logits
        }
        #expect(differ(found[1], found[0]) == 0)
    }

    /// Every candidate sees the same where all frames are alike, and a sum then moves all scores alike.
    @Test(arguments: [("sum", false), ("product", true)])
    func framesThatAreAllAlikeTellCandidatesByTheProductOnly(scores: String, areTold: Bool) throws {
        let (network, _) = try network("method.scores=\(scores)"), rows = candidates("text", 3, sentences: 1)
        let found = ["a", "b"].map { name in
            let still = frames(name).sliced(0..<1, axis: 1).expanded(to: [1, 4, 3]).contiguous
            return network(TextRows(questions: [rows]), clips([still], counts: [4], [[0..<4]]), .evaluation).logits.softmax()
        }
        #expect((differ(found[1], found[0]) > 1e-6) == areTold)
    }

    @Test func headsAreFreshBetweenStagesAndTheReadersGoOn() throws {
        let (network, _) = try network(), heads = network.heads, names = network.namedParameters.map(\.name)
        network.renewHeads(Initializer(seed: 1, elementType: .float64))
        #expect(network.heads !== heads && network.namedParameters.map(\.name) == names)
        for (fresh, old) in zip(network.heads.namedParameters, heads.namedParameters) {
            #expect(differ(fresh.parameter.value, old.parameter.value) > 1e-3, "\(fresh.name)")
        }
    }

    // MARK: Losses

    @Test func questionsWithoutASpanCountAsZero() throws {
        let (network, options) = try network("method.contrastWeight=0"), rows = candidates("text", 2, sentences: 2)
        let clip = clips([frames("a"), frames("b")], counts: [4, 4], [[0..<1, 1..<4], [0..<1, 1..<4]])
        let reading = network(TextRows(questions: [rows, rows]), clip, .evaluation)
        func loss(_ spans: [ClosedRange<Int>?]) -> Double {
            let terms = network.lossTerms(reading, AnswerTargets(answers: [0, 1], spans: spans), options)
            return terms.first { $0.name == "localization" }?.value.scalar ?? 0
        }
        #expect(loss([nil, nil]) == 0)
        #expect(relativeDifference(loss([0...1, nil]) + loss([nil, 1...1]), loss([0...1, 1...1])) < 1e-12)
    }

    @Test func confidentAnswersAreLearnedFromTheMaskedText() {
        let whole = Tensor([3.0, 0, 0, 1, 1.2, 0.9], shape: [2, 3]).requiringGradient()
        let masked = Tensor([0.0, 0, 1, 5, 0, 0], shape: [2, 3]).requiringGradient()
        let (loss, kept) = VideoQALosses.confidentAnswers(masked: masked, whole: whole, threshold: 0.8)
        loss.backward()
        // -log(1 / (2 + e)) of the first question, half of it because there are two.
        #expect(abs(loss.scalar - 0.7757223) < 1e-6 && kept == 0.5)
        #expect(whole.gradient == nil && masked.gradient?.sliced(1..<2).sumOfSquares == 0)
    }

    // MARK: Time

    @Test func framesBelongToTheSentencesOfTheirTime() {
        let sentences = [-1.0...0.5, 0.5...1.0, 1.1...1.2, 1.25...1.25, 9...12]
        #expect(TimeAlignment.frames(of: sentences, at: [0, 0.5, 1, 1.5]) == [0..<2, 1..<3, 2..<3, 2..<3, 3..<4])
        let said = [0.0...2.0, 1.5...4.0, 6.0...7.0]
        #expect(TimeAlignment.members(said, of: 1.8...3) == 0..<2)
        #expect(TimeAlignment.members(said, of: 4.5...5) == 1..<2)
        #expect(TimeAlignment.members(said, of: 0...10) == 0..<3)
    }

    // MARK: Options

    @Test(arguments: [
        ["method.encoder=bert-base", "method.maximumLength=600"], ["method.vision=false", "method.localizationAxis=frames"],
        ["method.contrastTemperature=0"],
    ]) func optionsThatDoNotFitAreRefused(settings: [String]) throws {
        #expect(throws: (any Error).self) { try ConfigurationSchema([VideoQAOptions.self]).resolve([.commandLine(settings)]) }
    }
}
