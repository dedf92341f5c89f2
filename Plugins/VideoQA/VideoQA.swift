import Datasets
import Files
import Networks
import Tensor
import Training

/// Video question answering (Kim et al. 2021): stage 1 learns, without answers, which question belongs to a clip; stage 2 answers, with
/// the sentences aligned to their frames, the needed span localised, and the masked text contrasted with the candidates.
///
/// L = L_answer + lambda_1 L_localisation + lambda_2 L_contrast (card, losses).
public final class VideoQA: Method {
    public static let manifest = MethodManifest(
        name: "video-qa", summary: "Answers questions about clips; learns first which question belongs to which clip",
        paper: "Kim et al., Self-supervised Pre-training and Contrastive Representation Learning for Multiple-choice Video QA, "
            + "AAAI 2021, arXiv 2009.08043",
        departures: [
            "the method section could not be read; what the card calls its choice is an option",
            "a score of the product of text and frames is added to their sum (method.scores)",
        ],
        defaults: [
            ("labels", "all"), ("epochs", "10"), ("optimizer", "adamw"), ("optimizer.learningRate", "0.0001"),
            ("optimizer.weightDecay", "0.01"), ("schedule.kind", "linear"), ("schedule.warmupShare", "0.1"),
        ], samples: .questions)
    public static let options: [any ConfigurationGroup.Type] = [VideoQAOptions.self]

    private(set) var network: AnswerNetwork
    private(set) var texts: QuestionTexts
    /// Whether it has been told which parts of clips are needed.
    private(set) var localizes = false
    private let pool: QuestionPool, places: [Int: Int]
    private let frameFeatures: Int
    let options: VideoQAOptions, setup: MethodSetup

    public init(_ setup: MethodSetup) throws {
        guard let table = setup.questions else { throw VideoQAError.noQuestions }
        guard let features = setup.frameFeatures else { throw VideoQAError.noFeatures }
        self.setup = setup
        options = setup.configuration[VideoQAOptions.self]
        let vocabulary = try VideoQA.vocabulary(options, table, setup)
        texts = QuestionTexts(table: table, tokenizer: WordPieceTokenizer(vocabulary: vocabulary), options: options)
        pool = QuestionPool(table.trainingSamples.map { table[$0] }, first: options.pretrainingNegatives.order)
        places = Dictionary(table.trainingSamples.enumerated().map { ($1, $0) }) { first, _ in first }
        frameFeatures = features
        network = VideoQA.network(options, vocabulary, frameFeatures: features, setup)
        if !setup.isRestored { try network.loadEncoder(options) }
    }

    /// The words of a file or of the training texts; those of a checkpoint come later.
    private static func vocabulary(_ options: VideoQAOptions, _ table: QuestionTable, _ setup: MethodSetup) throws -> Vocabulary {
        if setup.isRestored { return try Vocabulary(tokens: Vocabulary.specialTokens) }
        return try options.vocabulary.map { try Vocabulary(contentsOf: $0) }
            ?? QuestionTexts.vocabulary(of: table, size: options.vocabularySize)
    }

    private static func network(
        _ options: VideoQAOptions, _ vocabulary: Vocabulary, frameFeatures: Int, _ setup: MethodSetup
    ) -> AnswerNetwork {
        AnswerNetwork(
            AnswerNetwork.Form(options, tokens: vocabulary.count, frameFeatures: frameFeatures),
            setup.networks.initializer(named: "answers"))
    }

    private func read(with vocabulary: Vocabulary) {
        texts = QuestionTexts(table: texts.table, tokenizer: WordPieceTokenizer(vocabulary: vocabulary), options: options)
        network = Self.network(options, vocabulary, frameFeatures: frameFeatures, setup)
    }

    // MARK: Stages, views and networks

    /// Which question belongs to the clip, and the answer.
    private static let questionStage = "question", answerStage = "answer"

    public var stages: [TrainingStage] {
        let answers = TrainingStage(Self.answerStage, share: 1 - options.pretrainingShare, views: answerViews)
        guard options.pretrainingShare > 0 else { return [answers] }
        return [TrainingStage(Self.questionStage, share: options.pretrainingShare, views: views), answers]
    }

    /// Stage 1 sees all training questions, and no answer.
    public var views: ViewPlan {
        ViewPlan([StreamRequest(name: "questions", source: .unlabeled, batchSize: setup.standardViews.unlabeled, views: [frames])]
        )
    }

    private var answerViews: ViewPlan {
        let labeled = StreamRequest(
            name: "labeled", source: .labeled, batchSize: setup.standardViews.labeled, views: [frames])
        return ViewPlan([labeled] + (options.answerRule == .fixMatch ? views.streams : []))
    }

    var frames: ViewRequest {
        ViewRequest(
            name: "frames", kind: .stored(.init(features: network.form.frameFeatures, length: options.frames)), source: .stored)
    }

    public var networks: NetworkSet {
        let parts: [(String, (any Module)?, Double)] = [
            ("encoder", network.encoder, options.encoderLearningRate), ("sentences", network.sentences, 1),
            ("frames", network.frames, 1), ("heads", network.heads, 1),
        ]
        return NetworkSet(
            parts.compactMap { name, module, factor in module.map { NamedNetwork(name, $0, learningRateFactor: factor) } },
            evaluated: nil)
    }

    /// Stage 2 begins with fresh heads: what was scored before were questions.
    public func willStartStage(_ epoch: EpochContext) throws {
        guard epoch.stage == Self.answerStage, options.pretrainingShare > 0 else { return }
        network.renewHeads(setup.networks.initializer(named: "answerHeads"))
    }

    // MARK: A step

    public func losses(_ batch: Batch, at step: StepContext) throws -> [LossTerm] {
        step.stage == Self.questionStage ? questionLosses(batch["questions"], step) : answerLosses(batch, step)
    }

    /// The true question against others, with the same clip and the same answers (card, stage 1).
    private func questionLosses(_ batch: StreamBatch, _ step: StepContext) -> [LossTerm] {
        let rows = batch.sampleIndices.map { sample in
            let question = texts.table[sample], key = step.key.derived("question").derived(UInt64(sample))
            let count = options.pretrainingQuestions > 0 ? options.pretrainingQuestions : question.answers.count
            let others = pool.negatives(for: places[sample] ?? 0, count: max(1, count - 1), key: key)
            let asked = [sample] + others.map { texts.table.trainingSamples[$0] }
            return texts.questions(asked, about: sample, answer: answerText(question, key))
        }
        let text = TextRows(questions: rows), reading = network(text, clips(batch), step.training)
        step.monitor("omittedTokens", text.omittedTokens)
        let loss = VideoQALosses.choice(reading.logits, answers: rows.map { _ in 0 })
        return [LossTerm("question", loss)]
    }

    private func answerText(_ question: Question, _ key: RandomKey) -> String {
        switch options.pretrainingAnswers {
        case .none: return ""
        case .joined: return question.answers.joined(separator: " ")
        case .drawn:
            var random = key.derived("answer").stream
            return question.answers[random.integer(below: question.answers.count)]
        }
    }

    private func answerLosses(_ batch: Batch, _ step: StepContext) -> [LossTerm] {
        let labeled = batch["labeled"], rows = labeled.sampleIndices.map(texts.answers)
        let copies = zip(zip(labeled.sampleIndices, labeled.labels), rows).map { sample, candidates in
            texts.masked(candidates[sample.1], key: step.key.derived("mask").derived(UInt64(sample.0)))
        }
        let text = TextRows(questions: rows, copies: options.contrastWeight > 0 ? copies : [])
        let reading = network(text, clips(labeled), step.training)
        step.monitor("omittedTokens", text.omittedTokens)
        let targets = targets(labeled, rows)
        if options.localizationWeight > 0, targets.spans.contains(where: { $0 != nil }) { localizes = true }
        var terms = network.lossTerms(reading, targets, options)
        if options.answerRule == .fixMatch { terms.append(confidentAnswers(batch["questions"], step)) }
        return terms
    }

    /// FixMatch's rule on the answers of questions without one.
    private func confidentAnswers(_ batch: StreamBatch, _ step: StepContext) -> LossTerm {
        let rows = batch.sampleIndices.map(texts.answers), clips = clips(batch)
        let whole = GradientRecording.off { network(TextRows(questions: rows), clips, .evaluation).logits }
        let masked = zip(batch.sampleIndices, rows).map { sample, candidates in
            candidates.enumerated().map { place, row in
                texts.masked(row, key: step.key.derived("mask").derived(UInt64(sample)).derived(UInt64(place)))
            }
        }
        let reading = network(TextRows(questions: masked), clips, step.training("masked"))
        let (loss, kept) = VideoQALosses.confidentAnswers(
            masked: reading.logits, whole: whole, threshold: options.confidenceThreshold)
        step.monitor("keptRatio", kept)
        return LossTerm("unlabeled", loss, weight: options.unlabeledWeight)
    }

    /// The frames of a batch, and which of them belong to which sentence.
    func clips(_ batch: StreamBatch) -> ClipFeatures {
        let found = batch["frames"], counts = batch.mask(of: "frames").sum(axes: [1, 2, 3, 4]).values(as: Double.self)
        let times = batch.placements(of: "frames").times.values(as: Double.self), limit = found.shape[2]
        let frameCounts = counts.map { Int($0) }, longest = frameCounts.max() ?? 1
        let sentences = batch.sampleIndices.enumerated().map { place, sample in
            TimeAlignment.frames(
                of: texts.times(sample), at: Array(times[place * limit..<place * limit + frameCounts[place]]))
        }
        return ClipFeatures(
            features: found.reshaped(to: [batch.count, found.shape[1], limit]).sliced(0..<longest, axis: 2).permuted([0, 2, 1]),
            frameCounts: frameCounts, framesOfSentences: sentences)
    }

    /// The right answers, and the places of the spans among the sentences of their rows or the frames of their clips.
    private func targets(_ batch: StreamBatch, _ rows: [[TextRows.Row]]) -> AnswerTargets {
        let spans = batch.sampleIndices.indices.map { place -> ClosedRange<Int>? in
            guard let span = batch.spans[place] else { return nil }
            let sentences = texts.times(batch.sampleIndices[place])
            let shown = rows[place][batch.labels[place]].sentences.compactMap { $0.number.map { sentences[$0] } }
            let found = TimeAlignment.members(shown, of: span)
            return found.isEmpty ? nil : found.lowerBound...found.upperBound - 1
        }
        return AnswerTargets(answers: batch.labels, spans: options.localizationAxis == .sentences ? spans : frameSpans(batch))
    }

    private func frameSpans(_ batch: StreamBatch) -> [ClosedRange<Int>?] {
        let times = batch.placements(of: "frames").times.values(as: Double.self), limit = batch["frames"].shape[2]
        return batch.spans.enumerated().map { place, span in
            let own = times[place * limit..<(place + 1) * limit].filter { !$0.isNaN }.map { $0...$0 }
            let found = span.map { TimeAlignment.members(own, of: $0) } ?? 0..<0
            return found.isEmpty ? nil : found.lowerBound...found.upperBound - 1
        }
    }

    // MARK: State

    public var state: StateTree {
        var tree = StateTree()
        tree["vocabulary"] = texts.tokenizer.vocabulary.stored
        tree.set("localizes", localizes ? 1 : 0)
        return tree
    }

    public func restore(_ state: StateTree) throws(StateError) {
        let vocabulary = try Vocabulary(stored: state, "vocabulary")
        localizes = try state.integer("localizes") == 1
        // Questions of another set are read with the words of those that were learned.
        if vocabulary.tokens != texts.tokenizer.vocabulary.tokens { read(with: vocabulary) }
    }
}

/// Why questions cannot be answered with what is given.
public enum VideoQAError: ReportedError, Equatable {
    case noQuestions
    case noFeatures

    public var exitCode: ExitCode { .badData }

    public var description: String {
        switch self {
        case .noQuestions: "the data has no questions; expected a question file, a folder of TVQA, TVQA+ or DramaQA, or motions"
        case .noFeatures:
            "no features of frames are given; name their folder by features=FOLDER (semisup data features makes one)"
        }
    }
}
