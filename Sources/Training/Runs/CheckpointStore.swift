import Files
import Foundation
import Networks

/// The checkpoints of a run: `step-00000800.safetensors`, each with a manifest `step-00000800.json` of its digest.
///
/// The manifest is written last: a checkpoint counts once it is there and every bit agrees with it. A step that is saved once
/// more goes into another file, which the manifest then names instead, so that at every instant what it names is whole.
/// `best.json` names the best one. The process that saves must hold the run's lock.
public struct CheckpointStore: Sendable {
    /// The folder of the files.
    public let folder: String
    /// How many of the newest are kept, beside the best; at least 1.
    public let keep: Int

    /// A checkpoint that was passed over.
    public struct PassedOver: Sendable, Equatable, CustomStringConvertible {
        /// The file.
        public let path: String
        /// Why.
        public let reason: String

        public var description: String { "\(path): \(reason)" }
    }

    /// What `newest` found.
    public struct Newest: Sendable {
        /// The newest checkpoint that agrees with its manifest; nil when none has been completed yet.
        public let checkpoint: Checkpoint?
        /// Newer ones that were damaged or never completed: to be said to the user.
        public let passedOver: [PassedOver]
    }

    /// The checkpoints in `folder`, which has to exist.
    public init(folder: String, keep: Int = 2) {
        precondition(keep >= 1, "keep \(keep) checkpoints")
        self.folder = folder
        self.keep = keep
    }

    /// The file of the checkpoint after `step` steps.
    public func path(ofStep step: Int) -> String {
        "\(folder)/\(manifest(step)?.file ?? CheckpointName.files(step)[0])"
    }

    /// The steps that have a file, ascending.
    public func steps() throws(RunError) -> [Int] {
        Set(try fileNames().compactMap { CheckpointName.step(ofFile: $0) ?? CheckpointName.step(ofManifest: $0) }).sorted()
    }
}

// MARK: Saving

extension CheckpointStore {
    /// Saves `checkpoint` and returns the SHA-256 of its file; then removes what is no longer kept.
    ///
    /// Throws `file` or `weights`; all earlier checkpoints are then still there.
    @discardableResult
    public func save(_ checkpoint: Checkpoint, isBest: Bool = false) throws(RunError) -> String {
        let step = checkpoint.step, vouchedFor = manifest(step)?.file
        let file = CheckpointName.files(step).first { $0 != vouchedFor } ?? CheckpointName.files(step)[0]
        let digest = try asRunError { () throws(WeightsError) in
            try SafetensorsFile.write(checkpoint.tensors, metadata: checkpoint.metadata, to: "\(folder)/\(file)")
        }
        try asRunError { () throws(FileError) in
            // A kill between the two must not lose the mark: what was there of the step is marked, and scored again on resume.
            if isBest, vouchedFor != nil { try AtomicFile.write(Self.bestDocument(step), to: bestPath) }
            try vouch(CheckpointManifest(step: step, file: file, digest: digest))
            if isBest, vouchedFor == nil { try AtomicFile.write(Self.bestDocument(step), to: bestPath) }
        }
        try removeOld(upTo: step)
        return digest
    }

    /// Writes a manifest. A file with the second name gets the first one besides, where the file system has links, and is then
    /// vouched for under that.
    private func vouch(_ manifest: CheckpointManifest) throws(FileError) {
        let path = manifestPath(manifest.step), name = CheckpointName.files(manifest.step)[0]
        try AtomicFile.write(manifest.text, to: path)
        let link = "\(folder)/\(name).tmp-\(getpid())"
        guard manifest.file != name, Glibc.link("\(folder)/\(manifest.file)", link) == 0, rename(link, "\(folder)/\(name)") == 0
        else { return }
        try AtomicFile.write(CheckpointManifest(step: manifest.step, file: name, digest: manifest.digest).text, to: path)
    }

    /// Keeps the newest up to `step`, the best, and everything after `step`: a resumed run has yet to replace that.
    private func removeOld(upTo step: Int) throws(RunError) {
        let names = try fileNames()
        let complete = names.compactMap(CheckpointName.step(ofManifest:)).filter { $0 <= step }.sorted()
        let best = bestStep()
        // Where the mark cannot be trusted, nothing is removed.
        if access(bestPath, F_OK) == 0, best.map({ complete.contains($0) }) != true { return }
        let kept = Set(complete.suffix(keep) + (best.map { [$0] } ?? []))
        // The manifest goes first: what is left after a kill is no checkpoint, and is removed next time.
        for name in names {
            if let old = CheckpointName.step(ofManifest: name), old <= step, !kept.contains(old) { try remove(name) }
        }
        let files = Set(kept.flatMap { step in manifest(step).map { [$0.file] } ?? CheckpointName.files(step) })
        for name in names {
            if let old = CheckpointName.step(ofFile: name), old <= step, !files.contains(name) { try remove(name) }
        }
        for name in names where name.contains(".tmp-") && (name.hasPrefix("step-") || name.hasPrefix("best.json")) {
            try remove(name)
        }
    }

    private func remove(_ name: String) throws(RunError) {
        let path = "\(folder)/\(name)"
        guard unlink(path) == 0 || errno == ENOENT else { throw .file(.system(path: path, operation: "remove", code: errno)) }
    }
}

// MARK: Loading

extension CheckpointStore {
    /// The newest checkpoint that is whole, and which newer ones were passed over and why.
    ///
    /// - Parameter problem: Why a whole one cannot be used; nil where it can.
    /// Throws `noUsableCheckpoint` when there are complete ones and all are damaged: never a silent fresh start.
    public func newest(unless problem: (Checkpoint) -> String? = { _ in nil }) throws(RunError) -> Newest {
        var passedOver: [PassedOver] = []
        var isAnyDamaged = false
        for step in try steps().reversed() {
            guard access(manifestPath(step), F_OK) == 0 else {
                passedOver.append(PassedOver(path: path(ofStep: step), reason: "was not completed"))
                continue
            }
            do throws(RunError) {
                let checkpoint = try load(step: step)
                guard let reason = problem(checkpoint) else { return Newest(checkpoint: checkpoint, passedOver: passedOver) }
                isAnyDamaged = true
                passedOver.append(PassedOver(path: path(ofStep: step), reason: reason))
            } catch {
                isAnyDamaged = true
                passedOver.append(PassedOver(path: path(ofStep: step), reason: error.description))
            }
        }
        guard !isAnyDamaged else { throw .noUsableCheckpoint(folder: folder, reasons: passedOver.map(\.reason)) }
        return Newest(checkpoint: nil, passedOver: passedOver)
    }

    /// The best checkpoint, or nil when none was marked. Throws when it is damaged.
    public func best() throws(RunError) -> Checkpoint? {
        guard let step = bestStep() else { return nil }
        return try load(step: step)
    }

    /// The checkpoint after `step` steps. Throws when its file is missing, damaged, or not what its manifest says.
    public func load(step: Int) throws(RunError) -> Checkpoint {
        let bytes = try asRunError { () throws(FileError) in try FileReader.bytes(of: manifestPath(step)) }
        guard let manifest = CheckpointManifest(bytes), manifest.step == step else {
            throw .file(
                .malformed(path: manifestPath(step), reason: "is no manifest of step \(step) to the letter; it is damaged"))
        }
        let path = "\(folder)/\(manifest.file)"
        let weights = try asRunError { () throws(WeightsError) in try SafetensorsFile(opening: path).contents() }
        guard manifest.digest == weights.digest else {
            throw .file(
                .malformed(
                    path: path, reason: "its digest \(weights.digest) is not that of \(manifestPath(step)); one is damaged"))
        }
        guard let checkpoint = Checkpoint(weights), checkpoint.step == step else {
            throw .file(.malformed(path: path, reason: "is no checkpoint after \(step) steps"))
        }
        return checkpoint
    }
}

// MARK: Names

extension CheckpointStore {
    private var bestPath: String { folder + "/best.json" }
    private func manifestPath(_ step: Int) -> String { "\(folder)/\(CheckpointName.manifest(step))" }

    /// What the manifest says; nil where there is none, or it is damaged.
    private func manifest(_ step: Int) -> CheckpointManifest? {
        (try? FileReader.bytes(of: manifestPath(step))).flatMap { CheckpointManifest($0) }
    }

    private static func bestDocument(_ step: Int) -> String { JSON.object([("step", .integer(step))]).serialized() + "\n" }

    private func bestStep() -> Int? { (try? JSON(contentsOf: bestPath))?["step"]?.integerValue }

    private func fileNames() throws(RunError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw .file(access(folder, F_OK) == 0 ? .notAFolder(path: folder) : .missing(path: folder))
        }
    }
}
