import Files
import Foundation
import Networks

/// Weights that somebody names: a run, one of its checkpoints, or a safetensors file.
public struct WeightSource: Sendable {
    /// What was named.
    public let path: String
    /// The tensors: of a run those that it evaluates, under the names of the network.
    public let weights: StoredWeights
    /// The network that they belong to; nil for files that do not say.
    public let identity: NetworkIdentity?
    /// What they are of: a whole network, or a backbone alone, where a run has pre-trained that or the file says so.
    public let part: WeightPart
    /// The newest checkpoints of a run that could not be used, with the reason.
    public let passedOver: [CheckpointStore.PassedOver]

    /// Reads the weights. Throws `WeightsError`, `RunError`, and `NoCheckpoint` for a run that has none yet.
    public init(opening path: String) throws {
        self.path = path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            let contents = try SafetensorsFile(opening: path).contents()
            let checkpoint = Checkpoint(contents)
            weights = checkpoint.map { StoredWeights(evaluatedBy: $0) } ?? contents
            part = checkpoint?.part ?? NetworkIdentity.part(metadata: contents.metadata)
            identity = NetworkIdentity(metadata: contents.metadata)
            passedOver = []
            return
        }
        let record = try RunRecord(ofRun: path)
        let newest = try CheckpointStore(folder: path + "/checkpoints").newest()
        guard let checkpoint = newest.checkpoint else { throw NoCheckpoint(run: path, isBest: false) }
        weights = StoredWeights(evaluatedBy: checkpoint)
        part = checkpoint.part
        identity = NetworkIdentity(record, try Configuration(record, run: path))
        passedOver = newest.passedOver
    }

    /// The number of classes that the tensors have a classifier for; nil without one.
    public var classCount: Int? {
        weights.tensors.first { WeightFit.isClassifier($0.name) && $0.shape.count == 2 && !$0.bytes.isEmpty }?.shape.first
    }
}

extension Checkpoint {
    /// What of the network has learned: where nothing is evaluated but a backbone is handed on, that.
    var part: WeightPart { state["evaluated"]?.stringValue == WeightPart.backbone.rawValue ? .backbone : .all }

    /// The tensors of the network that is evaluated, or of the backbone that is handed on, under its names.
    var evaluatedTensors: [StoredTensor] {
        let isAverage = state["evaluated"]?.stringValue == "average"
        let prefix = (isAverage ? "average" : "network.\(state["primary"]?.stringValue ?? "classifier")") + "."
        let all = tensors.filter { $0.name.hasPrefix(prefix) }.map { $0.named(String($0.name.dropFirst(prefix.count))) }
        return part == .all ? all : all.filter { !WeightFit.isClassifier($0.name) }
    }
}

extension StoredWeights {
    /// The network that a checkpoint evaluates; the digest is that of its tensors.
    fileprivate init(evaluatedBy checkpoint: Checkpoint) {
        let tensors = checkpoint.evaluatedTensors
        var digest = SHA256()
        for tensor in tensors.sorted(by: { $0.name < $1.name }) {
            digest.update(tensor.name)
            digest.update(tensor.bytes)
        }
        self.init(tensors: tensors, metadata: checkpoint.metadata, digest: digest.finish())
    }
}

// MARK: Whom it fits

extension WeightSource {
    /// A backbone and how the weights fit it.
    public struct Candidate: Sendable {
        /// The backbone with its options.
        public let identity: NetworkIdentity
        /// What of it was compared: all, or the backbone where only that fits.
        public let part: WeightPart
        /// How the weights fit.
        public let fit: WeightFit

        /// The object of `models info --json`.
        public var json: JSON {
            .object([
                ("network", .string(identity.words)), ("part", .string(part.rawValue)), ("fits", .boolean(fit.isWhole)),
                ("found", .integer(fit.matches.count)), ("missing", .integer(fit.missing.count)),
                ("unexpected", .integer(fit.unexpected.count)), ("mismatched", .integer(fit.mismatched.count)),
            ])
        }
    }

    /// How the weights fit each backbone of the catalogue, with the options that the file or `settings` name.
    public func fits(settings: [String] = []) throws -> [Candidate] {
        return try BackboneCatalogue.entries.map { entry in
            let named = settings + ["backbone=\(entry.name)"]
            let identity = try self.identity?.replacing(named) ?? NetworkIdentity(settings: named)
            let all = try PortableNetwork.fit(of: self, identity)
            guard classCount == nil || all.differsInClassifierOnly else {
                return Candidate(identity: identity, part: .all, fit: all)
            }
            return Candidate(
                identity: identity, part: .backbone, fit: try PortableNetwork.fit(of: self, identity, part: .backbone))
        }
    }
}
