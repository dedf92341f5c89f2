import Files
import Networks
import Tensor

/// What the tensors of a run take, known before its first step: a step of its first stage is gone through without computing.
///
/// The loader, the scratch of convolutions and the gaps between blocks come on top.
public struct MemoryPlan: Sendable, Equatable {
    /// Parameters with what the optimiser and the running mean keep of them, clips, values and gradients at the highest.
    public let peakMiB: Double

    /// Plans; the engine has been started. Throws what building the method and its step throw.
    init(_ plan: TrainingPlan) throws {
        let bytes = try Engine.plannedPeak {
            let averages = plan.configuration[AverageOptions.self].decay > 0
            let average = averages ? try plan.networks.blankClassifier() : nil
            let method = try plan.makeMethod()
            try plan.call("in a step without values") {
                let rehearsal = try StepRehearsal(
                    method, plan.configuration, classes: plan.dataSet.classes.count,
                    isPlanned: true)
                try withExtendedLifetime(average) { try rehearsal.step() }
            }
        }
        peakMiB = Double(bytes) / 1_048_576
    }

    /// Throws `MemoryShortage` where a run takes more than this process can get. Methods that count on values
    /// are not planned.
    @discardableResult
    static func requireRoom(for plan: TrainingPlan) throws(MemoryShortage) -> MemoryPlan? {
        guard plan.method.canBePlanned, let planned = try? MemoryPlan(plan) else { return nil }
        guard let free = SystemMemory.availableMiB, planned.peakMiB > free else { return planned }
        throw MemoryShortage(
            neededMiB: planned.peakMiB, availableMiB: free, batch: plan.configuration[BatchOptions.self],
            clip: plan.configuration[ClipOptions.self], recompute: plan.configuration[EngineOptions.self].recompute)
    }
}

/// A run whose step takes more memory than there is.
struct MemoryShortage: ReportedError {
    let neededMiB: Double, availableMiB: Double
    let batch: BatchOptions, clip: ClipOptions, recompute: EngineOptions.Recompute

    var exitCode: ExitCode { .configuration }

    var description: String {
        let again = recompute == .none ? "set memory.recompute=block, " : ""
        return "a step takes \(Int(neededMiB.rounded())) MiB and \(Int(availableMiB.rounded())) MiB are free: \(again)"
            + "lower batch.labeled (\(batch.labeled)), batch.unlabeled (\(batch.unlabeled)), clip.size (\(clip.size)), "
            + "clip.length (\(clip.length)) or backbone.width"
    }
}
