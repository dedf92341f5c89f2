import Datasets
import Files
import Networks
import Tensor

/// What a linear probe upon a backbone comes to.
public struct ProbeReport: Sendable, Equatable {
    /// The scores of the test clips.
    public let report: ClassificationReport
    /// The labelled clips that it learned from, and damaged ones, which are left out.
    public let labeledClips: Int, damagedClips: Int
    /// The features of a clip.
    public let featureCount: Int

    /// Trains a probe on `labeled` and scores it on `test`, in single precision.
    ///
    /// - Parameter seed: Draws the layer and the order of the clips.
    /// Throws `NothingReadable` where nothing is there to learn from, and `ScoresNotFinite`.
    public init(labeled: FeatureTable, test: FeatureTable, classCount: Int, seed: UInt64) throws {
        guard !labeled.rows.isEmpty else { throw NothingReadable(count: labeled.damaged) }
        let probe = LinearProbe(
            features: labeled.featureCount, classes: classCount, Initializer(seed: seed).named("probe"))
        probe.train(on: labeled, seed: seed)
        report = try probe.report(on: test)
        labeledClips = labeled.rows.count
        damagedClips = labeled.damaged
        featureCount = labeled.featureCount
    }

    /// The object `probe` of results.
    var json: JSON {
        func share(_ value: Double?) -> JSON { value.map(JSON.real) ?? .null }
        return .object([
            ("kind", .string("linear")), ("accuracyTop1", share(report.accuracy(top: 1))),
            ("accuracyTop5", share(report.accuracy(top: 5))), ("meanClassAccuracy", share(report.meanClassAccuracy)),
            ("accuracyTop1Interval", report.intervalJSON), ("labeledClips", .integer(labeledClips)),
            ("damagedLabeledClips", .integer(damagedClips)), ("testClips", .integer(report.rows.count)),
            ("damagedTestClips", .integer(report.damaged)), ("features", .integer(featureCount)),
            ("epochs", .integer(LinearProbe.Settings().epochs)),
        ])
    }
}
