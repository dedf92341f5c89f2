import Augment

/// The weak view (`fixmatch.md`, inputs and views): a random crop and mirroring.
public struct WeakAugmentOptions: ConfigurationGroup {
    /// The smallest share of the frame's area that a crop takes.
    public var smallestArea = 0.08
    /// The largest share of the frame's area that a crop takes.
    public var largestArea = 1.0
    /// The largest ratio of the sides of a crop; the smallest is its reciprocal.
    public var aspect = 4.0 / 3.0
    /// How often a clip is mirrored.
    public var mirror = 0.5

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("augment.weak.smallestArea", \.smallestArea, in: 0.01...1, unit: "share of the frame", help: "Smallest crop."),
        .init("augment.weak.largestArea", \.largestArea, in: 0.01...1, unit: "share of the frame", help: "Largest crop."),
        .init("augment.weak.aspect", \.aspect, in: 1...4, help: "Largest ratio of a crop's sides, either way."),
        .init("augment.weak.mirror", \.mirror, in: 0...1, unit: "probability", help: "How often a clip is mirrored."),
    ]

    /// The smallest crop is not the larger one.
    public var conflicts: [String] {
        smallestArea > largestArea
            ? ["augment.weak.smallestArea=\(smallestArea) is above augment.weak.largestArea=\(largestArea)"] : []
    }
}

/// The strong view, made from the weak one (`temporal_gradient.md`, strong view).
public struct StrongAugmentOptions: ConfigurationGroup {
    /// Distinct operations of RandAugment.
    public var operations = 2
    /// Their magnitude on the scale of 0 to 10.
    public var magnitude = 9
    /// What the magnitude is: the strength, or its limit.
    public var strength = AugmentOperation.Strength.fixed
    /// The largest side of an extra cut-out as a share of the frame's side; 0 for none.
    public var cutout = 0.0

    /// The defaults.
    public init() {}

    /// The declarations.
    public static let options: [ConfigurationOption<Self>] = [
        .init("augment.strong.operations", \.operations, in: 0...15, help: "Distinct RandAugment operations on a clip."),
        .init("augment.strong.magnitude", \.magnitude, in: 0...10, help: "Their strength."),
        .init("augment.strong.strength", \.strength, help: "That strength for every clip, or one drawn up to it."),
        .init(
            "augment.strong.cutout", \.cutout, in: 0...1, unit: "share of the side", help: "Largest extra cut-out; 0 for none."),
    ]
}

extension AugmentOperation.Strength: ConfigurationChoice {}
