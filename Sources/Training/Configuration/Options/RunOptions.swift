import Datasets

/// What a run is about: the values that have flags of their own, and how long it goes on.
public struct RunOptions: ConfigurationGroup {
    /// The name of a method.
    public var method = "fixmatch"
    /// The file of a plugin that is looked at before all other places.
    public var plugin: String?
    /// The share of labelled clips: `1%`, `0.01`, `4/class` or `all`.
    public var labels = "1%"
    /// The name of a built-in data set, a folder, or a list file.
    public var data = "motions"
    /// A folder of features of the data's clips (`FeatureFolder`); nil: none.
    public var features: String?
    /// The name of a split or a list file; nil for the data set's own.
    public var split: String?
    /// The seed of weights, order and augmentation, and of drawn labels.
    public var seed = 0
    /// The number of passes over the unlabelled list; 0 trains nothing, whatever `steps` says.
    public var epochs = 180
    /// The number of steps; 0 means that `epochs` decides.
    public var steps = 0

    /// What chose the labelled clips, for names and reports: the split where there is one, else the rate.
    public var labelSource: String { split ?? labels }

    /// The length of training where one pass over the unlabelled list takes `stepsPerEpoch` steps.
    public func stepCount(stepsPerEpoch: Int) -> Int {
        if epochs == 0 { return 0 }
        return steps > 0 ? steps : epochs * stepsPerEpoch
    }

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("method", \.method, help: "The method, by its name in the kit or of a plugin."),
        .init("plugin", \.plugin, help: "A plugin's file; none: looked for by the method's name.", changesResults: false),
        .init("labels", \.labels, help: "Which clips keep their labels: 1%, 0.01, 4/class or all."),
        // Results depend on what is in the lists, which are compared by their digests, and not on where they are.
        .init("data", \.data, help: "A built-in data set, a folder or a list file.", changesResults: false),
        .init("features", \.features, help: "A folder of features of the data's clips; none.", changesResults: false),
        .init("split", \.split, help: "A split by name or list file; none for the data set's own.", changesResults: false),
        .init("seed", \.seed, in: 0..., help: "Draws weights, order, augmentation and labels."),
        .init(
            "epochs", \.epochs, in: 0...1_000_000_000, unit: "passes over the unlabelled list",
            help: "Length of training; 0 only evaluates."),
        .init("steps", \.steps, in: 0..., help: "Length of training in steps; 0 means that epochs decides."),
    ]
}

/// Which training clips are labelled (`protocol.md`, section 1).
public struct LabelOptions: ConfigurationGroup {
    /// Clips, or whole groups of sibling clips.
    public var unit = LabelDraw.Unit.clip
    /// A rate within each class, or over all classes.
    public var quota = LabelDraw.Balance.balanced
    /// All training clips, or those without labels.
    public var pool = TrainingLists.Pool.all

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("labels.unit", \.unit, help: "Draw single clips or whole groups of siblings."),
        .init("labels.quota", \.quota, help: "Meet the rate in each class or over all classes."),
        .init("labels.pool", \.pool, help: "Unlabelled clips: the whole training list or what is not labelled."),
    ]
}

extension LabelDraw.Unit: ConfigurationChoice {}
extension LabelDraw.Balance: ConfigurationChoice {}
extension TrainingLists.Pool: ConfigurationChoice {}
