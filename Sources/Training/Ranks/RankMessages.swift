import Files
import Foundation
import Networks
import Ranks
import Tensor

// What ranks tell each other.

extension Communicator {
    /// What all ranks say, in order.
    func allGather<Message: Codable>(_ message: Message) throws -> [Message] {
        guard count > 1 else { return [message] }
        return try allGather(Self.bytes(of: message)).map { try Self.message(in: $0) }
    }

    /// What the first rank says; the others give nil.
    func broadcast<Message: Codable>(_ message: Message?) throws -> Message? {
        guard count > 1 else { return message }
        return try Self.message(in: broadcast(Self.bytes(of: message), from: 0))
    }

    /// The first rank's checkpoint, if it has one.
    func broadcast(_ checkpoint: Checkpoint?) throws -> Checkpoint? {
        guard count > 1 else { return checkpoint }
        guard let head = try broadcast(checkpoint.map(CheckpointHead.init)) else { return nil }
        let tensors = try head.tensors.enumerated().map { number, tensor in
            StoredTensor(
                name: tensor.name, type: StoredType(rawValue: tensor.type) ?? .uint8, shape: tensor.shape,
                bytes: try broadcast(checkpoint?.tensors[number].bytes ?? [], from: 0))
        }
        return Checkpoint(step: head.step, tensors: tensors, state: try JSON(parsing: Array(head.state.utf8)))
    }

    // Numbers that are none, too, come through a property list as they are.
    private static func bytes<Message: Codable>(of message: Message) throws -> [UInt8] {
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        return Array(try encoder.encode([message]))
    }

    private static func message<Message: Codable>(in bytes: [UInt8]) throws -> Message {
        try PropertyListDecoder().decode([Message].self, from: Data(bytes))[0]
    }
}

/// A checkpoint without the values of its tensors.
private struct CheckpointHead: Codable {
    struct Head: Codable {
        let name: String, type: String, shape: [Int]
    }

    let step: Int, state: String, tensors: [Head]

    init(_ checkpoint: Checkpoint) {
        step = checkpoint.step
        state = checkpoint.state.serialized()
        tensors = checkpoint.tensors.map { Head(name: $0.name, type: $0.type.rawValue, shape: $0.shape) }
    }
}

/// Rows of a tensor on their way to other ranks.
struct RankRows: Codable {
    private let shape: [Int], type: String, bytes: Data

    init(_ tensor: Tensor) {
        (shape, type, bytes) = (tensor.shape, tensor.elementType.rawValue, Data(tensor.bytes))
    }

    var tensor: Tensor {
        Tensor(bytes: Array(bytes), shape: shape, elementType: ElementType(rawValue: type) ?? .float32)
    }
}

/// Numbers in the order in which they stand, as they lie in memory.
struct RankNumbers: Codable {
    private let bytes: Data

    init(_ numbers: [Double]) { bytes = numbers.withUnsafeBytes { Data($0) } }

    var values: [Double] {
        [Double](unsafeUninitializedCapacity: bytes.count / MemoryLayout<Double>.size) { buffer, count in
            count = bytes.copyBytes(to: buffer) / MemoryLayout<Double>.size
        }
    }
}
