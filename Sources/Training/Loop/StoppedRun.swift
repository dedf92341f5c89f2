import Files
import Ranks

/// A run that was stopped, as it lies in its folder: the first rank reads it, and all know it.
struct StoppedRun {
    let record: RunRecord
    /// The newest whole checkpoint; nil: there is none yet.
    let checkpoint: Checkpoint?
    /// What is wrong with newer ones.
    let passedOver: [CheckpointStore.PassedOver]
    private let folder: String
    private let directory: RunDirectory?
    private let tuning: TuningRecord

    /// Takes the run in `folder`. Throws `RunError.finished`, and where its checkpoints are lost.
    init(_ folder: String, _ plan: TrainingPlan, _ communicator: any Communicator) throws {
        self.folder = folder
        var tuning = TuningRecord(run: folder)
        guard communicator.isFirst else {
            directory = nil
            self.tuning = tuning
            let text: String? = try communicator.broadcast(nil)
            record = try RunRecord(JSON(parsing: Array((text ?? "").utf8)), path: folder)
            checkpoint = try communicator.broadcast(nil as Checkpoint?)
            passedOver = []
            return
        }
        let directory = try RunDirectory.open(folder), record = try directory.record()
        guard record.state != .finished else { throw RunError.finished(path: folder) }
        let newest = try plan.checkpoints(in: directory).newest { checkpoint in
            let needed = checkpoint.state["metricsPosition"]?.integerValue ?? 0, path = directory.metricsPath
            let found = FileReader.size(of: path) ?? 0
            return found < needed ? "\(path) has \(found) bytes, and \(needed) were there when it was made" : nil
        }
        try tuning.restore(saved: newest.checkpoint?.state["tuning"])
        guard newest.checkpoint != nil || !record.hasCheckpoints else {
            throw RunError.checkpointsLost(folder: directory.checkpointsPath)
        }
        (self.directory, self.record, self.tuning) = (directory, record, tuning)
        passedOver = newest.passedOver
        _ = try communicator.broadcast(record.json.serialized())
        checkpoint = try communicator.broadcast(newest.checkpoint)
    }

    /// What goes on being written.
    func files(_ plan: TrainingPlan) throws -> RunFiles {
        guard let directory else { return RunFiles(ofRunAt: folder) }
        return try RunFiles(directory, plan.checkpoints(in: directory), tuning: tuning, after: checkpoint, isResumed: true)
    }
}
