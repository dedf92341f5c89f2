import Files

/// Why processes cannot train together.
public enum RankError: ReportedError, Equatable {
    /// There is no MPI though a launcher started several processes.
    case noLibrary(reason: String)
    /// Slurm started processes that do not know of each other.
    case noPMIx(tasks: Int)
    /// A rank no longer answers.
    case lost(rank: Int, host: String, reason: String)
    /// Another rank has ended by an error of its own, which it tells, with this code.
    case ended(code: Int32)
    /// Messages could not be sent.
    case failed(reason: String)

    public var exitCode: ExitCode {
        switch self {
        case .noLibrary: .unavailable
        case .noPMIx: .configuration
        case .lost, .failed: .inputOutput
        case .ended(let code): ExitCode(rawValue: code) ?? .internalError
        }
    }

    public var description: String {
        switch self {
        case .noLibrary(let reason):
            "this process was started as one of several, and Open MPI could not be opened: \(reason). Install Debian's libopenmpi3, or start "
                + "semisup without mpirun"
        case .noPMIx(let tasks):
            "srun started \(tasks) processes that cannot find each other: use srun --mpi=pmix, or --ntasks=1 for a process by itself"
        case .lost(let rank, let host, let reason):
            "rank \(rank) on \(host): \(reason). All ranks end; the run goes on from its last checkpoint by --resume"
        case .ended(let code): "another rank ended with code \(code)"
        case .failed(let reason): "the ranks cannot go on together: \(reason)"
        }
    }
}
