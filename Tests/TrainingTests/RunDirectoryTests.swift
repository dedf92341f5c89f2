import Files
import Foundation
import TestSupport
import Testing
import Training

private func record() throws -> RunRecord {
    RunRecord(
        configuration: try ConfigurationSchema.training.resolve([]).json, seeds: ["run": 3, "labels": 3], digests: ["test": "ab"],
        versions: ["semisup": "0.1"], kernelSet: "avx2", threads: 2)
}

/// Runs a shell that takes the lock of `folder` as another process would, and gives its process number to `body`.
private func withLockHeld(on folder: String, _ body: (Int32) throws -> Void) throws {
    let process = Process()
    let output = Pipe()
    let input = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
        "-c", "exec 9>\"$1\"; flock -n 9 && echo \"process $$ on here\" >&9 && echo held; read line", "sh", folder + "/lock",
    ]
    process.standardOutput = output
    process.standardInput = input
    try process.run()
    defer {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "held\n")
    try body(process.processIdentifier)
}

@Suite struct RunDirectoryTests {
    @Test func appearsWithItsRecordAndReadsBack() throws {
        let folder = try TemporaryFolder()
        let original = try record()
        let run = try RunDirectory.create(at: folder("runs/a b"), record: original)
        #expect(try run.record() == original)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder("runs")) == ["a b"])
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder("runs/a b")).sorted() == [
                "checkpoints", "lock", "run.json",
            ])
    }

    @Test func theRecordIsReplacedWhole() throws {
        let folder = try TemporaryFolder()
        let run = try RunDirectory.create(at: folder("a"), record: try record())
        var changed = try run.record()
        changed.state = .finished
        changed.result = .object([("accuracyTop1", .real(0.5))])
        try run.write(changed)
        #expect(try run.record() == changed)
    }

    @Test func anExistingNameIsNeverTaken() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder("empty"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: folder("link"), withDestinationPath: "nowhere")
        for path in [folder("empty"), try folder.file("file", "kept"), folder("link"), folder("empty/")] {
            let error = #expect(throws: RunError.exists(path: path)) { try RunDirectory.create(at: path, record: try record()) }
            #expect(error?.exitCode == .cannotCreate)
        }
        #expect(try FileReader.text(of: folder("file")) == "kept")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
    }

    @Test func freeNamesAreNumbered() throws {
        let folder = try TemporaryFolder()
        let paths = try (0..<3).map { _ in try RunDirectory.create(in: folder("runs"), named: "x", record: try record()).path }
        #expect(paths == ["x", "x-2", "x-3"].map { folder("runs/\($0)") })
    }

    @Test(arguments: [
        ("motions", "1%", "fixmatch-motions-1%-seed0"), ("/data/my set/", "4/class", "fixmatch-my-set-4-class-seed0"),
        ("lists/ucf.csv", "0.01", "fixmatch-ucf-0.01-seed0"),
    ])
    func standardNamesHoldMethodDataLabelsAndSeed(data: String, labels: String, expected: String) {
        #expect(RunDirectory.standardName(method: "fixmatch", data: data, labels: labels, seed: 0) == expected)
    }

    @Test func aFileInPlaceOfTheParentIsAnErrorOfTheFile() throws {
        let folder = try TemporaryFolder()
        _ = try folder.file("parent", "")
        let error = #expect(throws: RunError.self) { try RunDirectory.create(at: folder("parent/a"), record: try record()) }
        #expect(error?.exitCode == .inputOutput)
    }

    @Test func leftoversOfKilledProcessesAreRemovedAndThoseOfLivingOnesStay() throws {
        let folder = try TemporaryFolder()
        for process in ["4194999", "1"] {
            try FileManager.default.createDirectory(atPath: folder(".a.partial-\(process)"), withIntermediateDirectories: false)
        }
        _ = try RunDirectory.create(at: folder("a"), record: try record())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == [".a.partial-1", "a"])
    }
}

@Suite struct RunLockTests {
    @Test func aSecondProcessIsRefusedAndTheOwnerNamed() throws {
        let folder = try TemporaryFolder()
        _ = try RunDirectory.create(at: folder("a"), record: try record())
        try withLockHeld(on: folder("a")) { process in
            let error = #expect(throws: RunError.locked(path: folder("a"), owner: "process \(process) on here")) {
                try RunDirectory.open(folder("a"))
            }
            #expect(error?.exitCode == .cannotCreate && error?.description.contains("process \(process)") == true)
        }
        #expect(try RunDirectory.open(folder("a")).record().kernelSet == "avx2")
    }

    @Test func theLockIsHeldFromTheFirstMomentAndEndsWithItsOwner() throws {
        let folder = try TemporaryFolder()
        do {
            let run = try RunDirectory.create(at: folder("a"), record: try record())
            let error = #expect(throws: RunError.self) { try RunDirectory.open(folder("a")) }
            guard case .locked(_, let owner) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(owner?.contains("process \(getpid()) ") == true && run.path == folder("a"))
        }
        _ = try RunDirectory.open(folder("a"))
    }

    @Test func whatIsNoRunIsNotOpened() throws {
        let folder = try TemporaryFolder()
        let missing = #expect(throws: RunError.file(.missing(path: folder("none")))) { try RunDirectory.open(folder("none")) }
        #expect(missing?.exitCode == .inputMissing)
        #expect(throws: RunError.notARun(path: folder.path)) { try RunDirectory.open(folder.path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}

@Suite struct RunRecordTests {
    @Test(arguments: [
        "format", "configuration", "seeds", "digests", "versions", "kernelSet", "threads", "host", "created", "state",
    ])
    func aMissingOrWrongFieldIsNamed(field: String) throws {
        let folder = try TemporaryFolder()
        let members = try #require(try record().json.objectValue)
        for replacement in [nil, JSON.array([])] {
            let damaged = members.compactMap { member in member.key == field ? replacement.map { (member.key, $0) } : member }
            let path = try folder.file("run.json", JSON.object(damaged.map { ($0.0, $0.1) }).serialized())
            let error = #expect(throws: RunError.self) { try RunRecord(contentsOf: path) }
            guard case .malformedRecord(path, field, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(error?.exitCode == .badData)
        }
    }

    @Test func aDamagedDocumentIsNamedWithItsLine() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("run.json", "{\n\"format\": 1,\n?}")
        let error = #expect(throws: RunError.self) { try RunRecord(contentsOf: path) }
        #expect(error?.description.contains("line 3") == true && error?.exitCode == .badData)
    }
}
