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

    let hasRoom = true

    var pending: [SweepCell] { arrays.flatMap { array in array.open.sorted().map { array.cells[$0] } } }

    func start(_ queued: [SweepCell]) throws -> [SweepCell] {
        for first in stride(from: 0, to: queued.count, by: SlurmArray.largest) {
            let cells = Array(queued[first..<min(queued.count, first + SlurmArray.largest)])
            var array = SlurmArray(number: (arrays.map(\.number).max() ?? 0) + 1, cells: cells)
            try array.write(folder, settings)
            array.job = try scheduler.submit(array.scriptPath(folder))
            array.open = Set(cells.indices)
            try array.writeJob(folder)
            arrays.append(array)
        }
        lastLook = .now
        return queued
    }

    func ended() throws -> [(cell: SweepCell, end: ChildProcess.End)] {
        if let lastLook, lastLook.duration(to: .now) < settings.lookInterval { return [] }
        let known = try scheduler.states(of: arrays.filter { !$0.open.isEmpty }.compactMap(\.job))
        lastLook = .now
        var ended: [(cell: SweepCell, end: ChildProcess.End)] = []
        for place in arrays.indices {
            let states = known[arrays[place].job ?? ""] ?? [:], cells = arrays[place].cells
            let over = arrays[place].open.filter { task in states[task].map(Scheduler.isEnd) ?? true }
            ended += over.sorted().map { (cells[$0], states[$0] == "CANCELLED" ? .cancelled : .unknown) }
            arrays[place].open.subtract(over)
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
    /// Processes that train a cell together, each a task of a step of the job.
    public var ranks: Int
    /// Options of `sbatch`, such as `--time=8:00:00`, `--partition=long`.
    public var options: [String]
    /// Between two looks at the queue.
    public var lookInterval = Duration.seconds(5)

    /// What a task has unless the options say otherwise: as many threads as a cell is given.
    var processorsPerTask: Int {
        let name = "--cpus-per-task="
        return options.last { $0.hasPrefix(name) }.flatMap { Int($0.dropFirst(name.count)) } ?? 1
    }

    /// Seconds that a task may take, by the option `--time`; nil where the cluster decides.
    public var timeLimitSeconds: Int? {
        let name = "--time="
        guard let text = options.last(where: { $0.hasPrefix(name) })?.dropFirst(name.count) else { return nil }
        // minutes, minutes:seconds, hours:minutes:seconds, days-hours[:minutes[:seconds]]
        let days = text.split(separator: "-"), parts = (days.last ?? "").split(separator: ":").compactMap { Int($0) }
        guard let first = parts.first else { return nil }
        if days.count == 2, let count = Int(days[0]) {
            return zip(parts, [3600, 60, 1]).reduce(count * 86_400) { $0 + $1.0 * $1.1 }
        }
        return parts.count < 3 ? first * 60 + (parts.count == 2 ? parts[1] : 0) : first * 3600 + parts[1] * 60 + parts[2]
    }

    /// Tasks with less time would be stopped before they have come anywhere.
    public static let shortestSeconds = SlurmArray.notice + 120

    /// Settings with the standard interval.
    public init(jobs: Int, ranks: Int = 1, options: [String] = []) {
        self.jobs = jobs
        self.ranks = ranks
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
    static let notice = 180
    /// Clusters take arrays of so many tasks unless they say otherwise.
    static let largest = 1000

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
            #SBATCH --output=\(root.replacing("%", with: "%%").replacing(" ", with: "\\ "))/slurm/%A_%a.out
            #SBATCH --open-mode=append
            #SBATCH --requeue
            #SBATCH --signal=B:USR1@\(Self.notice)
            #SBATCH --ntasks=\(settings.ranks)
            \(settings.options.map { "#SBATCH \($0)" }.joined(separator: "\n"))
            \(quoted(ChildProcess.executable)) sweep cell \(quoted(root)) --tasks \(quoted(root + "/slurm/\(number).tasks")) \
            --task "$SLURM_ARRAY_TASK_ID" --ranks \(settings.ranks) &
            cell=$!
            # The shell alone hears the scheduler. A signal ends wait early; the last wait gives the code of a cell that has ended.
            trap 'kill -USR1 "$cell" 2>/dev/null' USR1 TERM
            while kill -0 "$cell" 2>/dev/null; do wait "$cell"; done
            wait "$cell"
            code=$?
            if ((code == 75)); then
                # Always by both numbers: a task may have the number of the array itself. What was cancelled must not come back.
                task=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
                trap '' TERM
                case $(squeue --noheader --jobs="$task" --format='%T %r') in
                RUNNING* | *TimeLimit) scontrol requeue "$task" ;;
                esac
            fi
            exit "$code"

            """
    }
}
