import Files
import Foundation
import Training

/// A child process that trains one cell, or a launcher whose processes do.
///
/// It inherits the cell's lock, so that whoever looks knows that the cell is at work, even when its parent is gone.
final class CellProcess {
    let cell: SweepCell
    private let child: ChildProcess
    private let ranks: CellRanks

    /// Starts `cell`, or goes on with it; nil where another process works on it. Throws `notStarted`, `noLauncher` or `file`.
    init?(_ cell: SweepCell, in folder: SweepFolder, _ ranks: CellRanks) throws(SweepError) {
        let lock = try asSweepError { () throws(FileError) in try ProcessLock(folder.lockPath(cell)) }
        guard let lock else { return nil }
        // The child has its copy by then.
        defer { withExtendedLifetime(lock) {} }
        lock.sign("")
        self.cell = cell
        self.ranks = ranks
        let isBegun = access(folder.runPath(cell) + "/run.json", F_OK) == 0
        child = try ChildProcess(
            ["train", "--config", folder.configurationPath(cell), "--out", folder.runPath(cell)] + (isBegun ? ["--resume"] : []),
            launch: ranks.launch, output: folder.logPath(cell), inheriting: lock.descriptor)
        lock.sign("process \(child.number) on \(RunRecord.hostName)\n")
    }

    /// How the process ended; nil while it is at work.
    func poll() -> ChildProcess.End? { ranks.end(child.poll()) }

    /// Asks the process to save and to end.
    func stop() { child.stop() }
}
