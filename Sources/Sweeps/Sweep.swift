import Files
import Foundation
import Training

/// Sweeps as commands know them: begun or gone on with from a file, tried again, and where they are.
public enum Sweep {
    /// What a sweep is to be run with.
    public struct Request: Sendable {
        /// The sweep file; nil: what the folder knows of its cells is gone on with.
        public var file: String?
        /// The sweep's folder; nil: `runs/` and the name of the file.
        public var folder: String?
        /// `key=value` over what the file says.
        public var settings: [String] = []
        /// How cells are trained.
        public var execution = SweepDriver.Execution.local(jobs: 1)
        /// Whether more cells than `SweepPlan.modestCount` are meant.
        public var isMeant = false

        /// A request with the defaults.
        public init() {}
    }

    /// Runs the sweep that `request` describes to its end, and returns how it stands then.
    ///
    /// Throws `SweepError`, `ConfigurationError` and what the planning of a cell throws, before anything is written.
    public static func run(
        _ request: Request, methods: MethodCatalogue, observer: any SweepObserver
    ) throws -> SweepStatus {
        let (folder, lock) = try open(request, methods, observer)
        return try SweepDriver(folder, request.execution, lock: lock, observer: observer).run()
    }

    /// The cells that the file of `request` describes, without making anything.
    public static func plan(_ request: Request, methods: MethodCatalogue) throws -> SweepPlan {
        let file = try SweepFile(contentsOf: request.file ?? "")
        let existing = try SweepFolder.existing(at: path(request, file), of: file)
        return try plan(request, file, share: existing?.record.share ?? share(request.execution), methods)
    }

    private static func open(
        _ request: Request, _ methods: MethodCatalogue, _ observer: any SweepObserver
    ) throws -> (SweepFolder, ProcessLock) {
        guard let filePath = request.file else {
            let folder = try SweepFolder(request.folder ?? "")
            return (folder, try SweepFolder.lock(folder.path))
        }
        let file = try SweepFile(contentsOf: filePath), path = path(request, file)
        let before = try SweepFolder.existing(at: path, of: file)
        func planned(_ existing: SweepFolder?) throws -> SweepPlan {
            try Self.plan(request, file, share: existing?.record.share ?? Self.share(request.execution), methods)
        }
        // What is wrong with the file is found before anything is made.
        var plan = try planned(before)
        try asSweepError { () throws(FileError) in try Folder.create(at: path) }
        let lock = try SweepFolder.lock(path)
        // Another process may have begun a sweep there in the meantime.
        let existing = try SweepFolder.existing(at: path, of: file)
        if existing?.record != before?.record { plan = try planned(existing) }
        let share = existing?.record.share ?? Self.share(request.execution)
        let folder = try SweepFolder.prepare(at: path, for: file, plan, share: share)
        let known = Set(existing?.record.cells.map(\.name) ?? []), kept = plan.cells.filter { known.contains($0.name) }
        if share != Self.share(request.execution) {
            let kept = share.isEmpty ? "all cores each" : share.joined(separator: " ")
            observer.note("cells keep \(kept), with which the sweep began: other threads may give other bits")
        }
        if let existing, existing.record.cells != plan.cells {
            observer.note("the file has changed: \(kept.count) of its \(plan.cells.count) cells were in this sweep before")
        }
        return (folder, lock)
    }

    private static func plan(
        _ request: Request, _ file: SweepFile, share: [String], _ methods: MethodCatalogue
    ) throws -> SweepPlan {
        let plan = try SweepPlan(file, settings: request.settings, share: share, isMeant: request.isMeant, methods: methods)
        try plan.requireParts(for: request.execution.ranks)
        return plan
    }

    private static func path(_ request: Request, _ file: SweepFile) -> String {
        request.folder ?? "runs/" + URL(fileURLWithPath: file.path).deletingPathExtension().lastPathComponent
    }

    /// What each of the cells at work has of this machine.
    private static func share(_ execution: SweepDriver.Execution) -> [String] {
        switch execution {
        case .local(let jobs, let ranks):
            let cores = max(1, ProcessInfo.processInfo.activeProcessorCount / (jobs * ranks))
            return jobs * ranks == 1 ? [] : ["threads=\(cores)", "workers=\(cores)"]
        case .slurm(let settings): return ["threads=\(settings.processorsPerTask)", "workers=\(settings.processorsPerTask)"]
        }
    }

    /// Trains one cell of the sweep in `path`, for a scheduler's task, and returns what its process should end with: 0, 75 where the cell
    /// was stopped and goes on, else the code of the failure.
    ///
    /// - Parameters:
    ///   - tasks: A file that names the cells of tasks, one a line.
    ///   - number: The line, from 0.
    ///   - ranks: The processes that train it together, tasks of a step of this job.
    /// Throws `SweepError`, `locked` where another process works on the cell.
    public static func train(sweep path: String, tasks: String, number: Int, ranks: Int) throws -> Int32 {
        let folder = try SweepFolder(path), cells = try SlurmArray.tasks(in: tasks, of: folder)
        guard cells.indices.contains(number) else {
            throw SweepError.malformedRecord(path: tasks, field: "line \(number + 1)", expected: "the name of a cell")
        }
        let cell = cells[number], settlement = CellSettlement(folder)
        // The file may have changed since the task was submitted; its configuration stays.
        guard access(folder.configurationPath(cell), F_OK) == 0 else { throw SweepError.unknownCell(path: path, name: cell.name) }
        let before = code(of: try settlement.settle(cell, .unknown))
        guard before == ExitCode.preempted.rawValue else { return before }
        guard let process = try CellProcess(cell, in: folder, CellRanks(count: ranks, launcher: .srun)) else {
            throw SweepError.locked(path: folder.runPath(cell), owner: nil)
        }
        var isStopping = false, end = process.poll()
        while end == nil {
            if Interruption.request != nil, !isStopping {
                isStopping = true
                process.stop()
            }
            Thread.sleep(forTimeInterval: 0.05)
            end = process.poll()
        }
        return code(of: try settlement.settle(cell, end ?? .unknown))
    }

    /// What a task ends with.
    private static func code(of verdict: CellVerdict) -> Int32 {
        switch verdict {
        case .done: ExitCode.done.rawValue
        case .queued, .cancelled: ExitCode.preempted.rawValue
        case .failed(let failure): failure.code > 0 ? Int32(failure.code) : ExitCode.internalError.rawValue
        case .diskTrouble: ExitCode.inputOutput.rawValue
        }
    }

    /// Lets failed cells of the sweep in `path` be tried again: their failures are taken away; nothing else is touched.
    ///
    /// - Parameters:
    ///   - names: The cells; empty for all that failed.
    ///   - fromStart: Put their run directories aside, under `set-aside/`, instead of going on with them.
    /// Returns the cells. Throws `SweepError`.
    public static func allowRetry(sweep path: String, cells names: [String], fromStart: Bool) throws -> [SweepCell] {
        let folder = try SweepFolder(path), lock = try SweepFolder.lock(path)
        defer { withExtendedLifetime(lock) {} }
        let chosen = try names.map { try folder.cell(named: $0) }
        let allFailed = try SweepStatus(folder, SweepIndex(folder)).cells.filter { $0.state == .failed }.map(\.cell)
        // A run that cannot be read has no file of a failure; only a start from nothing helps it.
        let failed = allFailed.filter { cell in
            (chosen.isEmpty || chosen.contains(cell)) && (fromStart || access(folder.failurePath(cell), F_OK) == 0)
        }
        for cell in failed {
            if fromStart { try folder.setAside(cell) }
            guard unlink(folder.failurePath(cell)) == 0 || errno == ENOENT else {
                throw SweepError.file(.system(path: folder.failurePath(cell), operation: "remove", code: errno))
            }
        }
        return failed
    }
}

extension SweepFolder {
    /// Moves the run directory of `cell` to `set-aside/`, under a name that is free.
    fileprivate func setAside(_ cell: SweepCell) throws(SweepError) {
        guard access(runPath(cell), F_OK) == 0 else { return }
        try asSweepError { () throws(FileError) in try Folder.create(at: path + "/set-aside") }
        var number = 1
        while access("\(path)/set-aside/\(cell.name)-\(number)", F_OK) == 0 { number += 1 }
        let target = "\(path)/set-aside/\(cell.name)-\(number)"
        guard rename(runPath(cell), target) == 0 else {
            throw .file(.system(path: target, operation: "move the run there", code: errno))
        }
    }
}
