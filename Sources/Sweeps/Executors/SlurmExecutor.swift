import Files
import Foundation

/// Has cells trained by a Slurm cluster: a job array, one cell a task, each task `semisup sweep cell`.
///
/// Tasks go on without the driver; the next one finds them by the job numbers in `slurm/`. A task that is stopped before its time is over
/// saves, ends with 75 and is requeued.
final class SlurmExecutor: SweepExecutor {
    private let folder: SweepFolder
    private let settings: SlurmSettings
    private let scheduler = Scheduler()
    private var arrays: [SlurmArray]
    private var lastLook: ContinuousClock.Instant?

    let endsWithDriver = false

    /// An executor that finds what an earlier one had submitted. Throws `SweepError`.
    init(_ folder: SweepFolder, _ settings: SlurmSettings) throws {
        self.folder = folder
        self.settings = settings
        arrays = try SlurmArray.all(in: folder)
        _ = try ended()
    }

    var pending: [SweepCell] { arrays.flatMap { array in array.open.sorted().map { array.cells[$0] } } }

    func start(_ queued: [SweepCell]) throws -> [SweepCell] {
        var array = SlurmArray(number: (arrays.map(\.number).max() ?? 0) + 1, cells: queued)
        try array.write(folder, settings)
        array.job = try scheduler.submit(array.scriptPath(folder))
        array.open = Set(queued.indices)
        try array.writeJob(folder)
        arrays.append(array)
        lastLook = .now
        return queued
    }

    func ended() throws -> [(cell: SweepCell, end: ChildProcess.End)] {
        if let lastLook, lastLook.duration(to: .now) < settings.lookInterval { return [] }
        let tasks = try scheduler.tasks(of: arrays.filter { !$0.open.isEmpty }.compactMap(\.job))
        lastLook = .now
        var ended: [(cell: SweepCell, end: ChildProcess.End)] = []
        for place in arrays.indices {
            let open = arrays[place].open.intersection(tasks[arrays[place].job ?? ""] ?? [])
            ended += arrays[place].open.subtracting(open).sorted().map { (arrays[place].cells[$0], .unknown) }
            arrays[place].open = open
        }
        return ended
    }

    /// Tasks belong to the cluster.
    func stop() {}
}

/// How a sweep asks a cluster for its tasks.
public struct SlurmSettings: Sendable, Equatable {
    /// Tasks that may be at work at once.
    public var jobs: Int
    /// Options of `sbatch`, such as `--time=8:00:00`, `--partition=long`.
    public var options: [String]
    /// Between two looks at the queue.
    public var lookInterval = Duration.seconds(5)

    /// Settings with the standard interval.
    public init(jobs: Int, options: [String] = []) {
        self.jobs = jobs
        self.options = options
    }
}

/// A job array of a sweep: files `slurm/<number>.tasks`, `.sh` and, once it is submitted, `.job`.
struct SlurmArray {
    let number: Int
    /// The cells in the order of the tasks.
    let cells: [SweepCell]
    /// The number that the scheduler gave it.
    var job: String?
    /// The tasks that have not ended.
    var open: Set<Int> = []

    /// Seconds between the signal and the end of a task's time.
    private static let notice = 120

    init(number: Int, cells: [SweepCell]) {
        self.number = number
        self.cells = cells
    }

    private static func path(_ folder: SweepFolder, _ number: Int, _ kind: String) -> String {
        "\(folder.path)/slurm/\(number).\(kind)"
    }

    func scriptPath(_ folder: SweepFolder) -> String { Self.path(folder, number, "sh") }

    /// The arrays that were submitted, all of their tasks taken for open. Throws `SweepError`.
    static func all(in folder: SweepFolder) throws -> [SlurmArray] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/slurm")) ?? []
        let numbers = names.filter { $0.hasSuffix(".job") }.compactMap { Int($0.dropLast(4)) }.sorted()
        return try numbers.map { number in
            let job = try FileReader.text(of: path(folder, number, "job")).trimmingCharacters(in: .whitespacesAndNewlines)
            var array = SlurmArray(number: number, cells: try tasks(in: path(folder, number, "tasks"), of: folder))
            array.job = job
            array.open = Set(array.cells.indices)
            return array
        }
    }

    /// The cells that a list of tasks names; cells that the file describes no longer have no results to wait for, but still run.
    static func tasks(in path: String, of folder: SweepFolder) throws -> [SweepCell] {
        let text = try asSweepError { () throws(FileError) in try FileReader.text(of: path) }
        return text.split(separator: "\n").map { name in
            folder.record.cells.first { $0.name == name } ?? SweepCell(name: String(name), values: [], published: [])
        }
    }

    /// Writes the list of tasks and the script.
    func write(_ folder: SweepFolder, _ settings: SlurmSettings) throws(SweepError) {
        let tasks = Self.path(folder, number, "tasks"), script = script(folder, settings)
        let names = cells.map { $0.name + "\n" }.joined()
        try asSweepError { () throws(FileError) in
            try Folder.create(at: folder.path + "/slurm")
            try AtomicFile.write(names, to: tasks)
            try AtomicFile.write(script, to: scriptPath(folder))
        }
    }

    func writeJob(_ folder: SweepFolder) throws(SweepError) {
        let path = Self.path(folder, number, "job"), text = (job ?? "") + "\n"
        try asSweepError { () throws(FileError) in try AtomicFile.write(text, to: path) }
    }

    private func script(_ folder: SweepFolder, _ settings: SlurmSettings) -> String {
        func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }
        let root = URL(fileURLWithPath: folder.path).standardizedFileURL.path
        let name = URL(fileURLWithPath: folder.record.file).deletingPathExtension().lastPathComponent
        return """
            #!/bin/bash
            # One task a cell. A task is told some time before its end, saves, ends with 75 and is requeued.
            #SBATCH --job-name=\(name.filter { $0.isLetter || $0.isNumber || "-_.".contains($0) })
            #SBATCH --array=0-\(cells.count - 1)%\(settings.jobs)
            #SBATCH --output=\(root.replacing(" ", with: "\\ "))/slurm/%A_%a.out
            #SBATCH --open-mode=append
            #SBATCH --requeue
            #SBATCH --signal=B:USR1@\(Self.notice)
            \(settings.options.map { "#SBATCH \($0)" }.joined(separator: "\n"))
            \(quoted(ChildProcess.executable)) sweep cell \(quoted(root)) --tasks \(quoted(root + "/slurm/\(number).tasks")) \
            --task "$SLURM_ARRAY_TASK_ID" &
            child=$!
            # The shell hears the signals of the scheduler; its child does not.
            trap 'kill -USR1 "$child"' USR1 TERM
            code=
            while [[ -z $code ]]; do
                wait "$child"
                code=$?
                # A signal interrupts wait, and the child goes on.
                if kill -0 "$child" 2>/dev/null; then code=; fi
            done
            if ((code == 75)); then
                scontrol requeue "${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}"
                sleep 60
            fi
            exit "$code"

            """
    }
}
