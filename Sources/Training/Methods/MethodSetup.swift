import Augment
import Datasets
import Networks

/// What a method is made from.
public struct MethodSetup: Sendable {
    /// Builds networks, from the chosen backbone or another.
    public let networks: NetworkFactory
    /// The whole configuration; a method reads its own groups.
    public let configuration: Configuration
    /// The number of classes.
    public let classes: Int
    /// Samples of both lists together.
    public let trainingCount: Int
    /// Samples of the unlabelled list, and a number that the stable indices of all training samples are below.
    public let unlabeledCount: Int, sampleIndexLimit: Int
    /// The views that the configuration describes.
    public let standardViews: StandardViews
    /// The questions of the samples, without their answers, where they are questions.
    public let questions: QuestionTable?
    /// Values of a stored frame of a clip, where there are any.
    public let frameFeatures: Int?
    /// Whether a checkpoint replaces all weights next, so that none need be read to begin with.
    public let isRestored: Bool

    /// A setup; see the properties.
    public init(
        networks: NetworkFactory, configuration: Configuration, unlabeledCount: Int, trainingCount: Int? = nil,
        sampleIndexLimit: Int, standardViews: StandardViews, questions: QuestionTable? = nil, frameFeatures: Int? = nil,
        isRestored: Bool = false
    ) {
        self.networks = networks
        self.configuration = configuration
        classes = networks.classes
        self.unlabeledCount = unlabeledCount
        self.trainingCount = trainingCount ?? unlabeledCount
        self.sampleIndexLimit = sampleIndexLimit
        self.standardViews = standardViews
        self.questions = questions
        self.frameFeatures = frameFeatures
        self.isRestored = isRestored
    }
}
