import Datasets
import Files
import Networks
import Tensor
import TestSupport
import Testing
import Training

/// Parts of FixMatch that the twenty reference steps do not reach.
@Suite struct FixMatchTests {
    private func method(_ options: String...) throws -> FixMatch {
        let method = try FixMatch(try smallSetup(options, .float32))
        method.student.loadHashWeights(runningStatistics: false)
        return method
    }

    /// Weights of the unlabelled loss at steps of a hundred, min(1, step / 40): the term is left out where it is 0.
    @Test func theUnlabelledLossIsRamped() throws {
        let method = try method("method.rampShare=0.4", "method.confidenceThreshold=0")
        for entry in try reference("engine/losses.json").list("ramp") {
            let context = StepContext(step: try entry.integer("step"), totalSteps: try entry.integer("total"))
            let terms = try method.losses(smallBatch(0, .float32), at: context)
            let weight = terms.first { $0.name == "unlabeled" }?.weight ?? 0
            #expect(relativeDifference(weight, try entry.number("weight")) < 1e-14)
        }
    }

    @Test func theUnlabelledLossWaitsForTheWarmUp() throws {
        let method = try method("method.warmupShare=0.2", "method.unlabeledWeight=3")
        func names(_ step: Int) throws -> [String] {
            let terms = try method.losses(smallBatch(0, .float32), at: StepContext(step: step, totalSteps: 10))
            #expect(terms.dropFirst().allSatisfy { $0.weight == 3 })
            return terms.map(\.name)
        }
        #expect(try names(1) == ["supervised"] && names(2) == ["supervised", "unlabeled"])
    }

    /// One view, whose own logits label it and are trained; running statistics are those of the labelled clips alone (card).
    @Test func plainPseudoLabelsTrainTheViewThatLabels() throws {
        let method = try method("method.consumer=weak", "method.confidenceThreshold=0"), alone = try self.method()
        #expect(method.views.streams.flatMap(\.views).map(\.name) == ["clip", "weak"])
        let batch = smallBatch(0, .float32), weak = batch["unlabeled"]["weak"]
        let terms = try method.losses(batch, at: StepContext(step: 0, totalSteps: 1))
        let logits = alone.student(weak, ForwardContext(normalization: .batch))
        let labels = ClassProbabilities(logits: logits).labels
        #expect(relativeDifference(terms[1].value.scalar, crossEntropy(logits: logits, targets: labels).mean().scalar) < 1e-5)
        terms[1].value.backward()
        #expect(method.student.head.weight.gradient?.sumOfSquares ?? 0 > 0)
        _ = alone.student(batch["labeled"]["clip"], ForwardContext(normalization: .updating))
        let (one, two) = (method.student.networkState, alone.student.networkState)
        #expect(
            one.tensors.filter { $0.key.hasSuffix("running_mean") }.allSatisfy { name, mean in
                two[name]?.values(as: Double.self) == mean.values(as: Double.self)
            })
    }

    /// Samples whose largest probability is above the limit do not count; the mean is over all.
    @Test func annealingLeavesOutSureSamples() throws {
        let batch = smallBatch(0, .float32), labeled = batch["labeled"], unlabeled = batch["unlabeled"]
        let plain = try method()
        let clips = Tensor.concatenated([labeled["clip"], unlabeled["strong"]])
        let logits = plain.student(clips, ForwardContext(normalization: .batch)).sliced(0..<2)
        let confidences = ClassProbabilities(logits: logits).confidences
        let losses = crossEntropy(logits: logits, targets: labeled.labels).values(as: Double.self)
        for (step, annealed) in try [1, 9].map({ ($0, try method("method.annealing=linear")) }) {
            let limit = SignalAnnealing.linear.threshold(progress: Double(step) / 10, classes: 10)
            let expected = zip(confidences, losses).reduce(0) { $0 + ($1.0 <= limit ? $1.1 : 0) } / 2
            let terms = try annealed.losses(batch, at: StepContext(step: step, totalSteps: 10))
            #expect(relativeDifference(terms[0].value.scalar, expected) < 1e-5)
        }
        #expect(confidences.contains { $0 > 0.19 } && confidences.contains { $0 <= 0.91 })
    }

    @Test func aTeacherFollowsTheStudentAndIsPartOfTheState() throws {
        let method = try method("method.producer=teacher", "method.teacherDecay=0.5")
        let names = Set(method.state.tensors.keys)
        #expect(names.contains("teacher.stem.0.weight") && names.contains("teacher.stem.1.running_mean"))
        let before = try #require(method.state["teacher.fc.weight"]).copied()
        let weight = method.student.head.weight.value
        let target = weight.copied()
        try method.didStep(StepContext(step: 0, totalSteps: 1))
        let after = try #require(method.state["teacher.fc.weight"])
        let expected = (before + target) * 0.5
        #expect(relativeDifference(after.values(as: Double.self), expected.values(as: Double.self)) < 1e-6)
        let fresh = try self.method("method.producer=teacher", "method.teacherDecay=0.5")
        try fresh.restore(method.state)
        #expect(fresh.state["teacher.fc.weight"]?.values(as: Float.self) == after.values(as: Float.self))
    }

    /// Blocks come back to the pool: after the second step nothing is asked of the system.
    @Test(arguments: [ElementType.float32, .float64]) func aSteadyStepAsksTheSystemForNoMemory(type: ElementType) async {
        let name = type.rawValue
        await #expect(processExitsWith: .success) { [name = name as String] in
            let run = try FixMatchRun(try #require(try FixMatchReference.all().first), try #require(ElementType(rawValue: name)))
            var allocations: [Int] = []
            for _ in 0..<4 {
                _ = try run.advance()
                allocations.append(Engine.backend.memoryStatistics.systemAllocations)
            }
            #expect(allocations[0] > 0 && allocations[1] == allocations[3])
        }
    }

    @Test func equalRunsGiveEqualBits() throws {
        let reference = try #require(try FixMatchReference.all().first)
        func run() throws -> [Double] {
            let run = try FixMatchRun(reference, .float32)
            let steps = try (0..<3).map { _ in try run.advance() }
            return steps.flatMap { [$0.total, $0.gradientNorm] } + run.average.twin.head.weight.value.values(as: Double.self)
        }
        #expect(try run() == run())
    }
}
