import Files
import Foundation

/// The events of a file, read by nothing that wrote them but the checksum.
struct EventReader {
    struct Event {
        var wallTime = 0.0, step = 0
        var version: String?
        var isStart = false
        var scalars: [(tag: String, value: Float)] = []
        var pictures: [(tag: String, png: [UInt8], height: Int, width: Int)] = []
    }

    struct Damaged: Error {
        let reason: String
    }

    private(set) var events: [Event] = []
    /// Bytes of a record at the end that was cut.
    private(set) var rest = 0

    init(_ path: String) throws {
        var bytes = try FileReader.bytes(of: path)[...]
        while bytes.count >= 12 {
            let length = bytes.prefix(8), count = Int(number(length))
            guard number(bytes.dropFirst(8).prefix(4)) == UInt64(CRC32C.masked(of: length)) else {
                throw Damaged(reason: "the length of record \(events.count)")
            }
            guard bytes.count >= 16 + count else { break }
            let payload = bytes.dropFirst(12).prefix(count)
            guard number(bytes.dropFirst(12 + count).prefix(4)) == UInt64(CRC32C.masked(of: payload)) else {
                throw Damaged(reason: "record \(events.count)")
            }
            events.append(try Event(payload))
            bytes = bytes.dropFirst(16 + count)
        }
        rest = bytes.count
    }

    /// The event files of a run in the order in which TensorBoard reads them.
    static func paths(in run: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: run).filter { $0.contains("tfevents") }.sorted().map {
            "\(run)/\($0)"
        }
    }

    /// What is left of the scalars of a run, by tag and step, when those of interrupted steps have been forgotten.
    static func scalars(ofRun run: String) throws -> [String: [Int: Float]] {
        var found: [String: [Int: Float]] = [:]
        for event in try paths(in: run).flatMap({ try EventReader($0).events }) {
            if event.isStart { found = found.mapValues { $0.filter { $0.key < event.step } } }
            for (tag, value) in event.scalars { found[tag, default: [:]][event.step] = value }
        }
        return found.filter { !$0.value.isEmpty }
    }
}

/// A number of some bytes, the least significant first.
private func number(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

extension EventReader.Event {
    fileprivate init(_ message: ArraySlice<UInt8>) throws {
        for field in try fields(message) {
            switch field.number {
            case 1: wallTime = Double(bitPattern: field.value)
            case 2: step = Int(field.value)
            case 3: version = String(decoding: field.bytes, as: UTF8.self)
            case 5: for value in try fields(field.bytes) { try add(value.bytes) }
            case 7: isStart = try fields(field.bytes).contains { $0.number == 1 && $0.value == 1 }
            default: throw EventReader.Damaged(reason: "an event with field \(field.number)")
            }
        }
    }

    private mutating func add(_ message: ArraySlice<UInt8>) throws {
        let parts = try fields(message), tag = String(decoding: parts.first { $0.number == 1 }?.bytes ?? [], as: UTF8.self)
        if let part = parts.first(where: { $0.number == 2 }) {
            scalars.append((tag, Float(bitPattern: UInt32(part.value))))
        }
        if let part = parts.first(where: { $0.number == 4 }) {
            let image = Dictionary(try fields(part.bytes).map { ($0.number, $0) }) { $1 }
            guard image[3]?.value == 3 else { throw EventReader.Damaged(reason: "a picture that is not RGB") }
            pictures.append((tag, Array(image[4]?.bytes ?? []), Int(image[1]?.value ?? 0), Int(image[2]?.value ?? 0)))
        }
    }
}

/// The fields of a message of protocol buffers: numbers, or bytes.
private func fields(_ message: ArraySlice<UInt8>) throws -> [(number: Int, value: UInt64, bytes: ArraySlice<UInt8>)] {
    var rest = message, found: [(number: Int, value: UInt64, bytes: ArraySlice<UInt8>)] = []
    func variable() throws -> UInt64 {
        var value: UInt64 = 0, shift: UInt64 = 0
        while let byte = rest.popFirst() {
            value |= UInt64(byte & 127) << shift
            if byte < 128 { return value }
            shift += 7
        }
        throw EventReader.Damaged(reason: "a message that ends too early")
    }
    func taken(_ count: Int) throws -> ArraySlice<UInt8> {
        guard rest.count >= count else { throw EventReader.Damaged(reason: "a message that ends too early") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
    while !rest.isEmpty {
        let key = try variable()
        switch key & 7 {
        case 0: found.append((Int(key >> 3), try variable(), []))
        case 1: found.append((Int(key >> 3), number(try taken(8)), []))
        case 2: found.append((Int(key >> 3), 0, try taken(Int(try variable()))))
        case 5: found.append((Int(key >> 3), number(try taken(4)), []))
        default: throw EventReader.Damaged(reason: "a field of type \(key & 7)")
        }
    }
    return found
}
