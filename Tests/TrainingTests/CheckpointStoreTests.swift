import Files
import Foundation
import Networks
import Tensor
import TestSupport
import Testing
import Training

private func checkpoint(_ step: Int) -> Checkpoint {
    let bytes = (0..<64).map { UInt8(truncatingIfNeeded: $0 &* step) }
    return Checkpoint(
        step: step, tensors: [StoredTensor(name: "stem.weight", type: .float32, shape: [4, 4], bytes: bytes)],
        state: .object([("metrics", .integer(step * 10)), ("order", .array([.real(0.1), .string("ä")]))]))
}

private func flip(_ path: String, at offset: Int) throws {
    let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try handle.seek(toOffset: UInt64(offset))
    let byte = try #require(try handle.read(upToCount: 1)?.first)
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: [byte ^ 4])
}

private func names(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

@Suite struct CheckpointStoreTests {
    @Test func theStateReadsBack() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path)
        let digest = try store.save(checkpoint(800))
        #expect(try names(folder) == ["step-00000800.json", "step-00000800.safetensors"])
        #expect(digest == SHA256.hexadecimal(of: try FileReader.bytes(of: store.path(ofStep: 800))))
        let newest = try store.newest()
        #expect(newest.checkpoint == checkpoint(800) && newest.passedOver.isEmpty)
        #expect(try store.best() == nil)
    }

    @Test func theNewestAndTheBestAreKept() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path, keep: 2)
        for step in [100, 200, 300, 400] { try store.save(checkpoint(step), isBest: step == 100) }
        #expect(try store.steps() == [100, 300, 400])
        #expect(try store.best() == checkpoint(100))
        try store.save(checkpoint(500), isBest: true)
        #expect(try store.steps() == [400, 500] && names(folder).count == 5)
    }

    @Test func filesOfTheUserStay() throws {
        let folder = try TemporaryFolder()
        let mine = ["notes.txt", "step-1.safetensors", "step-00000100-copy.safetensors", "step-00000100.safetensors.bak"]
        for name in mine { _ = try folder.file(name, "mine") }
        for step in [100, 200] { try CheckpointStore(folder: folder.path, keep: 1).save(checkpoint(step)) }
        #expect(try Set(names(folder)).isSuperset(of: mine) && !names(folder).contains("step-00000100.safetensors"))
    }

    @Test func whenNoneWasCompletedThereIsNoneAndItIsSaid() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path)
        #expect(try store.newest().checkpoint == nil)
        try store.save(checkpoint(100))
        #expect(unlink(folder("step-00000100.json")) == 0)
        let newest = try store.newest()
        #expect(newest.checkpoint == nil && newest.passedOver.map(\.reason) == ["was not completed"])
    }

    @Test func leftoversOfAKillDuringSavingDoNoHarmAndAreRemoved() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path, keep: 1)
        try store.save(checkpoint(100))
        _ = try folder.file("step-00000200.safetensors.tmp-77", "half")
        _ = try folder.file("step-00000150.safetensors", "no manifest")
        #expect(try store.newest().checkpoint == checkpoint(100))
        try store.save(checkpoint(200))
        #expect(try names(folder) == ["step-00000200.json", "step-00000200.safetensors"])
    }

    /// What the manifest names is never written to: a kill between the two files leaves the one before.
    @Test func aStepThatIsSavedOnceMoreIsWholeAtEveryInstant() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path)
        let changed = Checkpoint(step: 100, tensors: checkpoint(7).tensors, state: .object([]))
        try store.save(checkpoint(100))
        for state in [changed, checkpoint(100), changed] {
            let before = try store.load(step: 100)
            // The first write of a save goes to the name that nobody vouches for.
            _ = try folder.file("step-00000100-again.safetensors", "half of it")
            #expect(try store.load(step: 100) == before)
            try store.save(state)
            #expect(try store.newest().checkpoint == state)
            #expect(try names(folder) == ["step-00000100.json", "step-00000100.safetensors"])
        }
    }
}

@Suite struct CheckpointWriterTests {
    @Test func whatIsBegunIsOnTheDiskWhenItIsFinished() throws {
        let folder = try TemporaryFolder(), store = CheckpointStore(folder: folder.path)
        let writer = CheckpointWriter(store, logs: [])
        for step in [100, 200, 300] { try writer.begin(checkpoint(step), isBest: step == 200) }
        try writer.finish()
        #expect(try writer.savedStep == 300 && store.newest().checkpoint == checkpoint(300) && store.best() == checkpoint(200))
    }

    @Test func whyNothingCouldBeSavedIsToldByTheNextCallAndTheNewestStepStays() throws {
        let folder = try TemporaryFolder()
        let writer = CheckpointWriter(CheckpointStore(folder: folder("none")), logs: [], wholeStep: 50)
        try writer.begin(checkpoint(100))
        for _ in 0..<2 {
            let error = #expect(throws: RunError.self) { try writer.finish() }
            #expect(error?.exitCode == .inputOutput && error?.description.contains(folder("none")) == true)
        }
        #expect(throws: RunError.self) { try writer.begin(checkpoint(200)) }
        #expect(writer.savedStep == 50)
    }

    @Test func logsThatAreGoneAreNamed() throws {
        let folder = try TemporaryFolder(), store = CheckpointStore(folder: folder.path)
        let writer = CheckpointWriter(store, logs: [folder("metrics.jsonl")])
        try writer.begin(checkpoint(100))
        let error = #expect(throws: RunError.self) { try writer.finish() }
        #expect(error?.description.contains("metrics.jsonl") == true)
        #expect(try store.newest().checkpoint == nil)
    }
}

/// A tenth of a thousandth of what disks do over the years; `tools/faults/run --only flip` tries more.
@Suite struct CheckpointFlipTests {
    private let folder: TemporaryFolder
    private let store: CheckpointStore
    private let whole: Checkpoint
    private var stream = RandomKey(seed: 17, purpose: .synthesis).stream

    init() throws {
        folder = try TemporaryFolder()
        store = CheckpointStore(folder: folder.path)
        let shapes = (0..<20).map { [1 + $0 % 7, 16] }
        let tensors = shapes.enumerated().map { number, shape in
            StoredTensor(
                name: "network.\(Character(UnicodeScalar(UInt8(97 + number)))).weight", shape: shape,
                floats: (0..<shape[0] * 16).map { Float($0) * 0.37 + Float(number) })
        }
        whole = Checkpoint(step: 100, tensors: tensors, state: .object([("metricsPosition", .integer(1234))]))
        try store.save(whole)
    }

    private func times(_ name: String, _ standard: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
    }

    /// Half of the places are in the header and the manifest, which are small beside the payload.
    @Test mutating func everyFlippedBitIsDetected() throws {
        let file = store.path(ofStep: 100), manifest = folder("step-00000100.json")
        let header = try FileReader.bytes(of: file).prefix(8).enumerated().reduce(8) { $0 + Int($1.element) << (8 * $1.offset) }
        let lengths = [
            (file, header), (file, try #require(FileReader.size(of: file))),
            (manifest, try #require(FileReader.size(of: manifest))),
        ]
        for number in 0..<times("SEMISUP_FLIPS", 200) {
            let (path, length) = lengths[number % 3], offset = Int(stream.uniform(0, Double(length))), bit = UInt8(number / 3 % 8)
            try change(path) { $0[offset] ^= 1 << bit }
            #expect(throws: RunError.self, "bit \(bit) of byte \(offset) of \(path)") { try store.load(step: 100) }
            try change(path) { $0[offset] ^= 1 << bit }
        }
        #expect(try store.load(step: 100) == whole)
    }

    @Test mutating func everyTruncationIsDetected() throws {
        for path in [store.path(ofStep: 100), folder("step-00000100.json")] {
            let bytes = try FileReader.bytes(of: path)
            for _ in 0..<times("SEMISUP_CUTS", 50) / 2 {
                let length = Int(stream.uniform(0, Double(bytes.count)))
                try change(path) { $0.removeLast(bytes.count - length) }
                #expect(throws: RunError.self, "\(path) of \(length) bytes") { try store.load(step: 100) }
                try change(path) { $0 = bytes }
            }
        }
        #expect(try store.load(step: 100) == whole)
    }

    private func change(_ path: String, _ body: (inout [UInt8]) -> Void) throws {
        var bytes = try FileReader.bytes(of: path)
        body(&bytes)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}

@Suite struct CheckpointDamageTests {
    @Test func aDamagedNewestFallsBackAndSaysSo() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path)
        for step in [100, 200] { try store.save(checkpoint(step)) }
        try flip(store.path(ofStep: 200), at: 250)
        let newest = try store.newest()
        #expect(newest.checkpoint == checkpoint(100))
        #expect(newest.passedOver.map(\.path) == [store.path(ofStep: 200)])
        #expect(newest.passedOver.first?.reason.contains("digest") == true)
    }

    @Test func everyChangedByteIsNoticedInHeaderPayloadAndManifest() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path)
        try store.save(checkpoint(100))
        for path in [store.path(ofStep: 100), folder("step-00000100.json")] {
            for offset in try FileReader.bytes(of: path).indices {
                try flip(path, at: offset)
                #expect(throws: RunError.self, "byte \(offset) of \(path)") { try store.load(step: 100) }
                try flip(path, at: offset)
            }
        }
        #expect(try store.load(step: 100) == checkpoint(100))
    }

    @Test func whenAllAreDamagedTheRunDoesNotBeginAnewInSilence() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path)
        for step in [100, 200] {
            try store.save(checkpoint(step))
            #expect(truncate(store.path(ofStep: step), 50) == 0)
        }
        let error = #expect(throws: RunError.self) { try store.newest() }
        guard case .noUsableCheckpoint(folder.path, let reasons) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reasons.count == 2 && error?.exitCode == .badData)
    }

    @Test func aFileUnderAnotherNameIsRefused() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path)
        try store.save(checkpoint(100))
        for suffix in ["json", "safetensors"] {
            #expect(rename(folder("step-00000100.\(suffix)"), folder("step-00000300.\(suffix)")) == 0)
        }
        #expect(throws: RunError.self) { try store.load(step: 300) }
    }

    @Test func goingOnFromAnOlderOneKeepsEnoughGoodOnes() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path, keep: 2)
        for step in [100, 200, 300] { try store.save(checkpoint(step)) }
        try flip(store.path(ofStep: 300), at: 250)
        #expect(try store.newest().checkpoint?.step == 200)
        try store.save(checkpoint(250))
        #expect(try store.steps() == [200, 250, 300])
        try store.save(checkpoint(300))
        #expect(try store.newest().checkpoint == checkpoint(300) && store.steps() == [250, 300])
    }

    @Test func anUnreadableMarkOfTheBestRemovesNothing() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder.path, keep: 1)
        try store.save(checkpoint(100), isBest: true)
        _ = try folder.file("best.json", "{\"step\":")
        for step in [200, 300] { try store.save(checkpoint(step)) }
        #expect(try store.steps() == [100, 200, 300])
    }

    @Test func aMissingFolderIsNamed() throws {
        let folder = try TemporaryFolder()
        let store = CheckpointStore(folder: folder("none"))
        #expect(throws: RunError.file(.missing(path: folder("none")))) { try store.newest() }
        #expect((#expect(throws: RunError.self) { try store.save(checkpoint(1)) })?.exitCode == .inputOutput)
    }

    /// Needs the right to mount; elsewhere the same path through the code is that of a missing folder.
    @Test(.enabled(if: getuid() == 0 && canMount))
    func aFullDiskKeepsTheLastGoodCheckpoint() throws {
        let folder = try TemporaryFolder()
        let disk = folder("disk")
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: false)
        #expect(mount("tmpfs", disk, "tmpfs", 0, "size=128k") == 0)
        defer { umount(disk) }
        let store = CheckpointStore(folder: disk)
        try store.save(checkpoint(100))
        let large = StoredTensor(name: "large", type: .uint8, shape: [1 << 20], bytes: Array(repeating: 1, count: 1 << 20))
        let error = #expect(throws: RunError.self) { try store.save(Checkpoint(step: 200, tensors: [large], state: .null)) }
        #expect(error?.description.contains("\(disk)/step-00000200.safetensors.tmp-") ?? false)
        #expect(error?.description.hasSuffix("could not write: No space left on device") ?? false)
        #expect(error?.exitCode == .inputOutput)
        #expect(throws: RunError.self) { try store.save(Checkpoint(step: 100, tensors: [large], state: .null)) }
        #expect(try store.newest().checkpoint == checkpoint(100) && store.steps() == [100])
    }
}

/// Whether this process may mount: root in a container often may not.
private let canMount: Bool = {
    guard let folder = try? TemporaryFolder(), mount("tmpfs", folder.path, "tmpfs", 0, "size=4k") == 0 else { return false }
    umount(folder.path)
    return true
}()
