import CMPL
import Files
import TemporalGradient
import TestSupport
import Testing
import Training

/// Twenty steps of two networks against PyTorch's, written from the cards: every loss term by itself.
@Suite struct ParityTests {
    static let crossModel = (try? MethodReference.all("methods/cmpl_steps.json")) ?? []
    static let temporalGradient = (try? MethodReference.all("methods/temporal_gradient_steps.json")) ?? []

    @Test func theReferencesAreComplete() {
        #expect(Self.crossModel.map(\.name) == ["swapped, separate", "swapped, joint", "mean, separate"])
        #expect(
            Self.temporalGradient.map(\.name) == [
                "default", "l2 without a constant, one projection", "dense contrast, each its own labels",
                "other clips, l1 with RGB constant",
            ])
        #expect((Self.crossModel + Self.temporalGradient).allSatisfy { $0.steps.count == 20 })
    }

    @Test(arguments: crossModel) func crossModelPseudoLabels(reference: MethodReference) throws {
        try compare(CMPL.self, reference)
    }

    @Test(arguments: temporalGradient) func learningFromTemporalGradient(reference: MethodReference) throws {
        try compare(TemporalGradient.self, reference)
    }

    /// Trains as the reference did, up to the first step that differs. Changes of the starting weights by 2^-50 move no figure of
    /// the reference by more than 1e-11 of itself.
    private func compare(_ type: any Method.Type, _ reference: MethodReference) throws {
        let run = try MethodRun(type, reference)
        for (index, expected) in reference.steps.enumerated() {
            let found = try run.advance()
            let differing =
                try differing(found.terms, expected.member("terms"))
                + differing(["total": found.total, "gradientNorm": found.gradientNorm], expected.sums)
                + differing(found.monitors, expected.member("monitors"), tolerance: .zero)
            try #require(differing.isEmpty, "step \(index)")
        }
        #expect(try differing(run.parameterNorms, reference.parameterNorms).isEmpty)
        let running = run.runningNorms.filter { reference.runningNorms[$0.key] != nil }
        #expect(try differing(running, reference.runningNorms).isEmpty)
    }

    /// The names that only one of the two has or whose values differ, with what was found.
    private func differing(_ found: [String: Double], _ expected: JSON, tolerance: Double = 1e-10) throws -> [String] {
        let expected = Dictionary(uniqueKeysWithValues: try #require(expected.objectValue).map { ($0.key, $0.value.realValue) })
        return Set(found.keys).union(expected.keys).sorted().compactMap { name in
            guard let value = found[name], case let wanted?? = expected[name] else { return "\(name) on one side only" }
            let difference = relativeDifference(value, wanted)
            return difference <= tolerance ? nil : "\(name) is \(value), not \(wanted)"
        }
    }
}

extension JSON {
    /// What a step of a reference says of all terms together.
    fileprivate var sums: JSON {
        get throws { .object(try ["total", "gradientNorm"].map { ($0, try member($0)) }) }
    }
}
