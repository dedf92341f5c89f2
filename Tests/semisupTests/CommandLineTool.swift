import Files
import Foundation
import Testing

/// The built executable, run in a folder of its own.
final class CommandLineTool {
    /// What a process left.
    struct Outcome {
        let status: Int32
        let output: String, errors: String

        /// The JSON objects of the lines of standard output.
        var objects: [JSON] {
            get throws { try output.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) } }
        }
    }

    /// The working folder; it goes when the test ends.
    let folder: String
    /// Where the streams of a process go, within the folder.
    private let streams: String
    private let manager = FileManager.default

    init() throws {
        folder = manager.temporaryDirectory.path + "/semisup command \(UUID().uuidString)"
        streams = folder
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// A second process in the folder of another.
    init(in folder: String) throws {
        self.folder = folder
        streams = folder + "/second"
        try manager.createDirectory(atPath: streams, withIntermediateDirectories: true)
    }

    deinit { try? manager.removeItem(atPath: streams) }

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL.path

    /// Runs `semisup` with `arguments`.
    func callAsFunction(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
        try run(arguments, environment: environment)
    }

    func run(
        _ arguments: [String], environment: [String: String] = [:], standardOutput: String? = nil, executable: String? = nil
    ) throws -> Outcome {
        try start(arguments, environment: environment, standardOutput: standardOutput, executable: executable).outcome()
    }

    /// A process at work.
    struct Running {
        let process: Process
        fileprivate let folder: String

        /// Waits for the end; a process that does not end in two minutes is killed, and its status is that of the signal.
        func outcome() throws -> Outcome {
            let deadline = ContinuousClock.now + .seconds(120)
            while process.isRunning, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.002) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
            return Outcome(
                status: process.terminationStatus, output: try String(contentsOfFile: folder + "/.output", encoding: .utf8),
                errors: try String(contentsOfFile: folder + "/.errors", encoding: .utf8))
        }
    }

    /// Starts `semisup`, or another installation's `executable`, with `arguments`; one process at a time.
    func start(
        _ arguments: [String], environment: [String: String] = [:], standardOutput: String? = nil,
        standardError: FileHandle? = nil, executable: String? = nil
    ) throws -> Running {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try executable ?? CommandLineTool.executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let own = [
            "SEMISUP_HOME": CommandLineTool.repository, "OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0",
            "XDG_CACHE_HOME": folder + "/cache",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(own) { $1 }.merging(environment) { $1 }
        // Files, since a full pipe would stop the process.
        let handles = try ["output", "errors"].map { name in
            _ = manager.createFile(atPath: "\(streams)/.\(name)", contents: nil)
            return try #require(FileHandle(forWritingAtPath: "\(streams)/.\(name)"))
        }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try standardOutput.map { try #require(FileHandle(forWritingAtPath: $0)) } ?? handles[0]
        process.standardError = standardError ?? handles[1]
        try process.run()
        return Running(process: process, folder: streams)
    }

    /// Creates a file with `text` and returns its path from the folder.
    @discardableResult
    func file(_ name: String, _ text: String = "") throws -> String {
        let path = URL(fileURLWithPath: "\(folder)/\(name)")
        try manager.createDirectory(at: path.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: path, atomically: false, encoding: .utf8)
        return name
    }

    /// `semisup` beside the test bundle.
    static var executable: String {
        get throws {
            let places = ([Bundle.main.bundlePath, Bundle.main.executablePath ?? ""] + CommandLine.arguments).map {
                URL(fileURLWithPath: $0).deletingLastPathComponent().path + "/semisup"
            }
            let found = (places + [repository + "/.build/release/semisup"]).first(where: FileManager.default.isExecutableFile)
            return try #require(found, "semisup is not built; looked at \(places)")
        }
    }
}
