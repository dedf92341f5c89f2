import Backends
import Files
import Tensor

/// Measures some steps of a run, call by call, for `train --profile`.
///
/// The first steps are left out: they make the primitives of libraries and fill the pool of memory.
public final class TrainingProfile {
    /// Steps before those that are measured, and how many are.
    public static let warmupSteps = 3, measuredSteps = 20

    /// Where the trace goes.
    public let path: String
    private var stepsSeen = 0
    private(set) var active: Profile?
    /// Whether too few steps came for any to be measured.
    var isTooEarly: Bool { stepsSeen <= TrainingProfile.warmupSteps }

    /// A profile whose trace goes to the new file `path`. Throws `FileError.exists` where there is something.
    public init(path: String) throws(FileError) {
        try NewFile.requireFree(path)
        self.path = path
    }

    /// Begins to measure where the time has come.
    func willStep(_ networks: NetworkSet) {
        if stepsSeen == TrainingProfile.warmupSteps {
            let profile = Engine.startProfiling()
            for member in networks.members {
                let prefix = networks.members.count > 1 ? member.name + "." : ""
                for (name, parameter) in member.module.namedParameters {
                    profile.name(
                        parameter.value.array, layer: prefix + name.split(separator: ".").dropLast().joined(separator: "."))
                }
            }
            active = profile
        }
        stepsSeen += 1
    }

    /// Ends the measurement after the last step, or at once if `isLast`; returns what was measured when it ends.
    func didStep(isLast: Bool = false) throws(FileError) -> Profile? {
        guard let profile = active, isLast || profile.steps == TrainingProfile.measuredSteps else { return nil }
        Engine.stopProfiling()
        active = nil
        try NewFile.write(profile.trace.serialized() + "\n", to: path)
        return profile
    }
}

extension TrainingRun {
    /// Runs `body` as a phase of a step, measured where the run is profiled.
    func phase<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        guard let profile = profiler?.active else { return try body() }
        return try profile.phase(name, body)
    }
}
