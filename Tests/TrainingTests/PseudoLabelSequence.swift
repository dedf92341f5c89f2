import Files
import Tensor
import TestSupport
import Testing
import Training

/// One option of `losses.json` over its eight batches, by the parts of the kit.
struct PseudoLabelSequence: Sendable, CustomTestStringConvertible {
    let number: Int, option: String, settings: JSON, steps: [JSON]

    static func all() throws -> [PseudoLabelSequence] {
        try reference("engine/losses.json").list("sequences").enumerated().map { number, entry in
            PseudoLabelSequence(
                number: number, option: try entry.text("option"), settings: try entry.member("settings"),
                steps: try entry.list("steps"))
        }
    }

    var testDescription: String { "\(number) \(option) \(settings.serialized())" }

    /// The samples of the reference: labelled and unlabelled ones of a batch, classes, all unlabelled samples.
    static let batch = 4, classes = 5, samples = 20

    /// The labeller that the settings describe.
    func labeler() throws -> PseudoLabeler {
        let targets: PseudoLabeler.Targets =
            switch option {
            case "uda": .sharpened(temperature: try settings.number("temperature"))
            case "meanTeacher": .soft
            default: .hard
            }
        return PseudoLabeler(
            alignment: try alignment(), weighting: try weighting(), targets: targets, targetsAreAligned: option != "softmatch")
    }

    private func weighting() throws -> any ConfidenceWeighting {
        switch option {
        case "flexmatch":
            CurriculumThreshold(
                threshold: try settings.number("threshold"), samples: Self.samples, classes: Self.classes,
                mapping: try #require(CurriculumThreshold.Mapping(rawValue: try settings.text("map"))),
                warmUp: settings["warmUp"] == .boolean(true))
        case "freematch":
            AdaptiveThreshold(
                classes: Self.classes, momentum: try settings.number("momentum"),
                usesQuantile: settings["quantile"] == .boolean(true), clips: settings["clips"] == .boolean(true))
        case "softmatch":
            TruncatedGaussianWeighting(
                classes: Self.classes, momentum: try settings.number("momentum"), deviations: try settings.number("sigmas"))
        case "meanTeacher": FixedThreshold(0)
        default: FixedThreshold(try settings.number("threshold"))
        }
    }

    /// The alignment that the settings describe, or nil.
    func alignment() throws -> DistributionAlignment? {
        guard option == "softmatch" || option == "alignedFixmatch" else { return nil }
        let model: DistributionAlignment.Model =
            if let length = settings["queue"]?.integerValue {
                .queue(length: length)
            } else {
                .movingAverage(decay: try settings.number("momentum"))
            }
        let target: DistributionAlignment.Target =
            if let prior = try settings["target"]?.numbers() {
                .prior(prior)
            } else {
                settings["followsLabelled"] == .boolean(true) ? .labeled : .uniform
            }
        return DistributionAlignment(classes: Self.classes, target: target, model: model)
    }
}

/// The logits of one batch of `losses.json`, with what a step of the sequence found.
struct PseudoLabelBatch {
    let labelled: Tensor, weak: Tensor, strong: Tensor, teacher: Tensor
    let samples: [Int], labels: [Int]

    init(_ step: Int) throws {
        func logits(_ kind: String) -> Tensor {
            let values = HashValues("losses.step\(step).\(kind)").uniform(20, -5, 5)
            return Tensor(values, shape: [PseudoLabelSequence.batch, PseudoLabelSequence.classes]).requiringGradient()
        }
        (labelled, weak, strong, teacher) = (logits("labelled"), logits("weak"), logits("strong"), logits("teacher"))
        let entry = try reference("engine/losses.json").list("batches")[step]
        samples = try entry.integers("samples")
        labels = try entry.integers("labels")
    }
}
