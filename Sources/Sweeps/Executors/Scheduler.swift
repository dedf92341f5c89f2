import Files
import Foundation

/// The programs of a Slurm cluster: `sbatch`, `squeue`, `scontrol`.
struct Scheduler: Sendable {
    /// What a program printed.
    private struct Output {
        let status: Int32, text: String, errors: String
    }

    /// Submits the array script at `path` and returns the number of the job. Throws `SweepError.scheduler`.
    func submit(_ path: String) throws -> String {
        let output = try run("sbatch", ["--parsable", path])
        // With several clusters it is `number;cluster`.
        let number = output.text.trimmingCharacters(in: .whitespacesAndNewlines).prefix { $0 != ";" }
        guard output.status == 0, Int(number) != nil else {
            throw SweepError.scheduler(program: "sbatch", reason: output.errors + output.text)
        }
        return String(number)
    }

    /// The tasks of `jobs` that have not ended: waiting, at work or about to be requeued. Throws `SweepError.scheduler`.
    func tasks(of jobs: [String]) throws -> [String: Set<Int>] {
        guard !jobs.isEmpty else { return [:] }
        let output = try run("squeue", ["--noheader", "--array", "--jobs", jobs.joined(separator: ","), "--format", "%F %K %T"])
        // A job that ended long ago is none that squeue knows.
        if output.status != 0 {
            guard jobs.count > 1 || !output.errors.contains("Invalid job id") else { return [:] }
            guard output.errors.contains("Invalid job id") else {
                throw SweepError.scheduler(program: "squeue", reason: output.errors)
            }
            return try jobs.reduce(into: [:]) { tasks, job in try tasks.merge(self.tasks(of: [job])) { $0.union($1) } }
        }
        var tasks: [String: Set<Int>] = [:]
        for line in output.text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3, let task = Int(words[1]), !Self.ends.contains(words[2]) else { continue }
            tasks[words[0], default: []].insert(task)
        }
        return tasks
    }

    /// States of tasks that will not run again; squeue shows them for a while.
    private static let ends: Set = [
        "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "REVOKED", "TIMEOUT",
    ]

    private func run(_ program: String, _ arguments: [String]) throws -> Output {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let output = Pipe(), errors = Pipe()
        (process.standardOutput, process.standardError, process.standardInput) = (output, errors, FileHandle.nullDevice)
        do { try process.run() } catch { throw SweepError.scheduler(program: program, reason: "\(error)") }
        // What these programs say of errors fits into a pipe.
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus != 127 else { throw SweepError.noScheduler(program: program) }
        return Output(status: process.terminationStatus, text: text, errors: said)
    }
}
