import Files
import Media

/// What a run writes into its folder. Of several ranks the first alone writes; the others do as though.
final class RunFiles {
    /// The run's folder.
    let path: String
    private var written: Written?

    private struct Written {
        let directory: RunDirectory
        let writer: CheckpointWriter
        let metrics: MetricsLog, timings: MetricsLog, events: EventFile
        var tuning: TuningRecord
    }

    /// The files of a run that begins in `directory`, or goes on there after `checkpoint`.
    init(
        _ directory: RunDirectory, _ checkpoints: CheckpointStore, tuning: TuningRecord, after checkpoint: Checkpoint?,
        isResumed: Bool
    )
        throws
    {
        path = directory.path
        func position(_ name: String) -> Int { checkpoint?.state[name]?.integerValue ?? 0 }
        written = Written(
            directory: directory,
            writer: CheckpointWriter(
                checkpoints, logs: directory.logPaths, wholeStep: checkpoint?.step, permission: directory.requireHeld),
            metrics: try MetricsLog(path: directory.metricsPath, position: position("metricsPosition")),
            timings: try MetricsLog(path: directory.timingsPath, position: position("timingsPosition"), isNeeded: false),
            events: try EventFile(in: directory.path, firstStep: isResumed ? checkpoint?.step ?? 0 : nil), tuning: tuning)
    }

    /// Those of a run whose files another rank writes.
    init(ofRunAt path: String) { self.path = path }

    /// Throws `file` unless the folder is still that of this run.
    func requireHeld() throws(RunError) { try written?.directory.requireHeld() }

    // MARK: Checkpoints

    /// The step of the newest checkpoint that is on the disk.
    var savedStep: Int? { written?.writer.savedStep }

    /// Begins to save what `checkpoint` gives.
    func begin(_ checkpoint: @autoclosure () -> Checkpoint, isBest: Bool = false) throws(RunError) {
        guard let written else { return }
        try written.writer.begin(checkpoint(), isBest: isBest)
    }

    /// Throws why a checkpoint could not be saved, if that is known by now.
    func check() throws(RunError) { try written?.writer.check() }

    /// Waits until everything is on the disk. Throws why that is not.
    func finish() throws(RunError) { try written?.writer.finish() }

    /// Bytes of the logs.
    var positions: (metrics: Int, timings: Int) { (written?.metrics.position ?? 0, written?.timings.position ?? 0) }

    // MARK: What a run tells

    /// Replaces `run.json`.
    func write(_ record: RunRecord) throws(RunError) { try written?.directory.write(record) }

    /// Writes a line of metrics, one of what the clock says where there is such, and the numbers of both as an event.
    func append(
        step: Int, _ values: [(String, JSON)], clock: [(String, JSON)], _ scalars: [(tag: String, value: Double)]
    ) throws {
        try written?.metrics.append(step: step, values)
        if !clock.isEmpty { try written?.timings.append(step: step, clock) }
        try written?.events.append(step: step, scalars: scalars)
    }

    /// Appends numbers as an event.
    func append(step: Int, scalars: [(tag: String, value: Double)]) throws {
        try written?.events.append(step: step, scalars: scalars)
    }

    /// Appends a picture as an event.
    func append(step: Int, tag: String, picture: @autoclosure () throws -> PixelClip) throws {
        guard let written else { return }
        try written.events.append(step: step, tag: tag, picture: picture())
    }

    /// Appends no more events.
    func closeEvents() throws { try written?.events.close() }

    /// Writes what the engine has chosen by the clock.
    func writeTuning() throws(RunError) { try written?.tuning.write() }

    /// Lets `write` write a file called `name` into the folder.
    func write<Failure: Error>(_ name: String, _ write: (_ path: String) throws(Failure) -> Void) throws(Failure) {
        guard written != nil else { return }
        try write("\(path)/\(name)")
    }
}
