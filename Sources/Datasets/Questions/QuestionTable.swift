/// The questions of a data set by the stable indices of its samples, with what is known of their clips, without their answers.
public struct QuestionTable: Sendable {
    private let questions: [Question]
    private let contexts: [ClipContext]
    /// The samples that training may read, with an answer or without one.
    public let trainingSamples: [Int]

    /// A table in the order of the samples.
    init(_ questions: [Question], contexts: [ClipContext], trainingSamples: [Int]) {
        self.questions = questions
        self.contexts = contexts
        self.trainingSamples = trainingSamples
    }

    /// How many questions there are.
    public var count: Int { questions.count }

    /// The question of the sample with this stable index, which must be one of the data set's.
    public subscript(sampleIndex: Int) -> Question { questions[sampleIndex] }

    /// What is said in the clip of that sample, and seen in it; empty where nothing is known.
    public func context(ofSample sampleIndex: Int) -> ClipContext { contexts[sampleIndex] }

    /// Candidates of a question at most.
    public var mostCandidates: Int { questions.lazy.map(\.answers.count).max() ?? 0 }
}
