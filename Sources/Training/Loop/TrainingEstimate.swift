import Datasets
import Files
import Tensor

/// What a run would take, found by a few steps on random clips: nothing is trained and nothing is written.
public struct TrainingEstimate: Sendable, Equatable {
    /// Steps of the run, and of a pass over the unlabelled list.
    public let totalSteps: Int, stepsPerEpoch: Int
    /// Clips in the labelled, the unlabelled and the test list.
    public let labeledClips: Int, unlabeledClips: Int, testClips: Int
    /// Learned values of all networks.
    public let parameters: Int
    /// Seconds of a step without waiting for the loader, and of all steps.
    public let secondsPerStep: Double, seconds: Double
    /// The highest memory of this process while stepping, in MiB.
    public let peakMiB: Double
    /// What the tensors were planned to take before the first step; nil where the method's step could not be gone through without
    /// values.
    public let plannedMiB: Double?

    /// Starts the engine, builds the networks and measures. Throws what building the method throws.
    public init(_ plan: TrainingPlan) throws {
        try Engine.start(plan.engine)
        plannedMiB = try MemoryPlan.requireRoom(for: plan)?.peakMiB
        let plan = try plan.readingInitialWeights()
        let method = try plan.makeMethod()
        // A pass over all data would take as long as in the run: the method passes over a few clips and trains on those.
        let few = plan.replacing(lists: plan.lists.sampled(64))
        let data = try RunData(few, access: plan.access(VideoIndexStore()), isRehearsal: true)
        let rehearsal = try plan.call("in a rehearsal") {
            try StepRehearsal(
                method, plan.configuration, classes: plan.dataSet.classes.count,
                data: data)
        }
        let times = try plan.call("in a rehearsal") {
            try Stopwatch.seconds(repeats: 3, warmups: 1, rehearsal.step).sorted()
        }
        totalSteps = plan.totalSteps
        stepsPerEpoch = plan.stepsPerEpoch
        labeledClips = plan.lists.labelled.count
        unlabeledClips = plan.lists.unlabelled.count
        testClips = plan.dataSet.test.count
        parameters = method.networks.parameterCount
        secondsPerStep = times[1]
        seconds = times[1] * Double(plan.totalSteps)
        peakMiB = ProcessMemory.peakMiB
    }

    /// The object of `train --dry-run --json`.
    public var json: JSON {
        .object([
            ("event", .string("estimate")), ("steps", .integer(totalSteps)), ("stepsPerEpoch", .integer(stepsPerEpoch)),
            ("labeledClips", .integer(labeledClips)), ("unlabeledClips", .integer(unlabeledClips)),
            ("testClips", .integer(testClips)), ("parameters", .integer(parameters)),
            ("secondsPerStep", .real(secondsPerStep)), ("seconds", .real(seconds)), ("peakMiB", .real(peakMiB)),
            ("plannedMiB", .number(plannedMiB)),
        ])
    }
}
