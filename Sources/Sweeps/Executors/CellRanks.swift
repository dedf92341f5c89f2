import Foundation

/// How many processes train a cell together, and who starts them.
struct CellRanks: Sendable, Equatable {
    enum Launcher { case mpirun, srun }

    let count: Int, launcher: Launcher

    /// What stands before the command of a cell; nothing for a process by itself.
    var launch: [String] {
        guard count > 1 else { return [] }
        switch launcher {
        case .mpirun:
            // Several jobs of a sweep would be bound to the same first cores.
            return ["mpirun"] + (geteuid() == 0 ? ["--allow-run-as-root"] : []) + [
                "--oversubscribe", "--bind-to", "none", "-n", "\(count)",
            ]
        case .srun:
            // Steps of a job do not take this from it by themselves.
            let processors = ProcessInfo.processInfo.environment["SLURM_CPUS_PER_TASK"].map { ["--cpus-per-task=\($0)"] } ?? []
            return ["srun", "--mpi=pmix", "--ntasks=\(count)"] + processors
        }
    }

    /// How a cell has ended whose process ended so: launchers end with 128 and the number of the signal that a rank was killed by.
    func end(_ end: ChildProcess.End?) -> ChildProcess.End? {
        guard count > 1, case .exited(let code) = end, code > 128 else { return end }
        return .signalled(code - 128)
    }
}
