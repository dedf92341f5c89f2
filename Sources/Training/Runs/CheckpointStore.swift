import Files
import Foundation
import Networks

/// The checkpoints of a run: `step-00000800.safetensors`, each with a manifest `step-00000800.json` of its digest.
///
/// The manifest is written last: a checkpoint counts once it is there and every bit agrees with it. `best.json` names
/// the best one. The process that saves must hold the run's lock.
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
    public func path(ofStep step: Int) -> String { "\(folder)/\(Self.stem(step)).safetensors" }

    /// The steps that have a file, ascending.
    public func steps() throws(RunError) -> [Int] {
        Set(try fileNames().compactMap { Self.step(of: $0, suffixes: [".safetensors", ".json"]) }).sorted()
    }
}

// MARK: Saving

extension CheckpointStore {
    /// Saves `checkpoint` and returns the SHA-256 of its file; then removes what is no longer kept.
    ///
    /// Throws `file` or `weights`; all earlier checkpoints are then still there.
    @discardableResult
    public func save(_ checkpoint: Checkpoint, isBest: Bool = false) throws(RunError) -> String {
        let path = path(ofStep: checkpoint.step)
        let digest = try asRunError { () throws(WeightsError) in
            try SafetensorsFile.write(checkpoint.tensors, metadata: checkpoint.metadata, to: path)
        }
        try asRunError { () throws(FileError) in
            try AtomicFile.write(Self.manifest(step: checkpoint.step, digest: digest), to: manifestPath(checkpoint.step))
            if isBest { try AtomicFile.write(Self.bestDocument(checkpoint.step), to: bestPath) }
        }
        try removeOld(upTo: checkpoint.step)
        return digest
    }

    /// Keeps the newest up to `step`, the best, and everything after `step`: a resumed run has yet to replace that.
    private func removeOld(upTo step: Int) throws(RunError) {
        let names = try fileNames()
        let complete = names.compactMap { Self.step(of: $0, suffixes: [".json"]) }.filter { $0 <= step }.sorted()
        let best = bestStep()
        // Where the mark cannot be trusted, nothing is removed.
        if access(bestPath, F_OK) == 0, best.map({ complete.contains($0) }) != true { return }
        let kept = Set(complete.suffix(keep) + (best.map { [$0] } ?? []))
        // The manifest goes first: what is left after a kill is no checkpoint, and is removed next time.
        for suffix in [".json", ".safetensors"] {
            for name in names {
                if let old = Self.step(of: name, suffixes: [suffix]), old <= step, !kept.contains(old) { try remove(name) }
            }
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
    /// Throws `noUsableCheckpoint` when there are complete ones and all are damaged: never a silent fresh start.
    public func newest() throws(RunError) -> Newest {
        var passedOver: [PassedOver] = []
        var isAnyDamaged = false
        for step in try steps().reversed() {
            guard access(manifestPath(step), F_OK) == 0 else {
                passedOver.append(PassedOver(path: path(ofStep: step), reason: "was not completed"))
                continue
            }
            do throws(RunError) {
                return Newest(checkpoint: try load(step: step), passedOver: passedOver)
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
        let path = path(ofStep: step)
        let manifest = try asRunError { () throws(FileError) in try FileReader.bytes(of: manifestPath(step)) }
        let weights = try asRunError { () throws(WeightsError) in try SafetensorsFile(opening: path).contents() }
        guard manifest == Array(Self.manifest(step: step, digest: weights.digest).utf8) else {
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
    private func manifestPath(_ step: Int) -> String { "\(folder)/\(Self.stem(step)).json" }

    private static func stem(_ step: Int) -> String {
        "step-" + String(repeating: "0", count: max(0, 8 - "\(step)".count)) + "\(step)"
    }

    /// The step of a file name that is exactly ours.
    private static func step(of name: String, suffixes: [String]) -> Int? {
        guard let suffix = suffixes.first(where: { name.hasSuffix($0) }), name.hasPrefix("step-"),
            let step = Int(name.dropFirst(5).dropLast(suffix.count)), step >= 0, stem(step) + suffix == name
        else { return nil }
        return step
    }

    /// One text for one state, so that a change of any bit is noticed.
    private static func manifest(step: Int, digest: String) -> String {
        JSON.object([("step", .integer(step)), ("file", .string(stem(step) + ".safetensors")), ("sha256", .string(digest))])
            .serialized() + "\n"
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
