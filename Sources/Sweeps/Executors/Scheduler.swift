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

    /// What the scheduler still knows of the tasks of `jobs`: their states, by job and number. Throws `SweepError.scheduler`.
    func states(of jobs: [String]) throws -> [String: [Int: String]] {
        guard !jobs.isEmpty else { return [:] }
        let arguments = ["--noheader", "--array", "--states=all", "--jobs", jobs.joined(separator: ","), "--format", "%F %K %T"]
        let output = try run("squeue", arguments)
        guard output.status == 0 else {
            guard output.errors.contains("Invalid job id") else {
                throw SweepError.scheduler(program: "squeue", reason: output.errors)
            }
            // Jobs that ended long ago are forgotten.
            guard jobs.count > 1 else { return [:] }
            return try jobs.reduce(into: [:]) { found, job in try found.merge(self.states(of: [job])) { first, _ in first } }
        }
        var states: [String: [Int: String]] = [:]
        for line in output.text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 3, let task = Int(words[1]) { states[words[0], default: [:]][task] = words[2] }
        }
        return states
    }

    /// Whether a task in `state` will not run again by itself.
    static func isEnd(_ state: String) -> Bool {
        [
            "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED",
            "TIMEOUT",
        ].contains(state)
    }

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
