import Files

/// Somebody who has cells trained: on this machine, or by a cluster's scheduler.
protocol SweepExecutor: AnyObject {
    /// Takes as many of `queued` as there is room for, the first ones first, and returns those taken. Throws `SweepError`.
    func start(_ queued: [SweepCell]) throws -> [SweepCell]
    /// Whether `start` would take a cell.
    var hasRoom: Bool { get }
    /// The cells whose processes have ended since the last call, and how.
    func ended() throws -> [(cell: SweepCell, end: ChildProcess.End)]
    /// Cells that were taken, by this process or an earlier one, and have not ended.
    var pending: [SweepCell] { get }
    /// The driver was asked to stop: processes that depend on it save and end; those that do not go on.
    func stop()
    /// Whether the driver waits after `stop` until nothing is pending.
    var endsWithDriver: Bool { get }
}
