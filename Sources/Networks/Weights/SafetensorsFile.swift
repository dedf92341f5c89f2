import Files
import Foundation

/// A safetensors file, opened and checked; its tensors are read one by one, so that a large file needs its memory once.
public final class SafetensorsFile {
    /// Where the file is.
    public let path: String
    /// Free texts by name.
    public var metadata: [String: String] { header.metadata }
    /// The names of the tensors in the order of their bytes.
    public var names: [String] { header.entries.map(\.name) }

    private let descriptor: Int32
    private let header: SafetensorsHeader
    private let headerBytes: [UInt8]

    /// Opens the file and checks the header and the length. Throws `WeightsError`, which names what was found and expected.
    public init(opening path: String) throws(WeightsError) {
        self.path = path
        let (descriptor, length) = try Self.open(path)
        do throws(WeightsError) {
            let lengthField = try Self.read(descriptor, path, at: 0, count: min(8, length))
            guard length >= 8 else { throw .wrongLength(path: path, found: length, expected: 8) }
            let claimed = lengthField.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
            guard claimed <= SafetensorsHeader.lengthLimit else {
                throw .headerTooLong(path: path, found: claimed, limit: SafetensorsHeader.lengthLimit)
            }
            let headerCount = Int(claimed)
            guard length - 8 >= headerCount else { throw .wrongLength(path: path, found: length, expected: 8 + headerCount) }
            let json = try Self.read(descriptor, path, at: 8, count: headerCount)
            header = try SafetensorsHeader(parsing: json, path: path)
            headerBytes = lengthField + json
            let (expected, overflows) = headerBytes.count.addingReportingOverflow(header.dataCount)
            guard !overflows, length == expected else {
                throw .wrongLength(path: path, found: length, expected: overflows ? Int.max : expected)
            }
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Reads one tensor. Throws `missingTensor`, or `file` when the disk fails.
    public func tensor(_ name: String) throws(WeightsError) -> StoredTensor {
        guard let entry = header.entries.first(where: { $0.name == name }) else { throw .missingTensor(path: path, tensor: name) }
        return try read(entry)
    }

    /// Reads everything, and digests it on the way.
    public func contents() throws(WeightsError) -> StoredWeights {
        var digest = SHA256()
        digest.update(headerBytes)
        var tensors: [StoredTensor] = []
        tensors.reserveCapacity(header.entries.count)
        for entry in header.entries {
            let tensor = try read(entry)
            digest.update(tensor.bytes)
            tensors.append(tensor)
        }
        return StoredWeights(tensors: tensors, metadata: header.metadata, digest: digest.finish())
    }

    private func read(_ entry: SafetensorsHeader.Entry) throws(WeightsError) -> StoredTensor {
        let bytes = try Self.read(descriptor, path, at: headerBytes.count + entry.range.lowerBound, count: entry.range.count)
        return StoredTensor(name: entry.name, type: entry.type, shape: entry.shape, bytes: bytes)
    }

    private static func open(_ path: String) throws(WeightsError) -> (descriptor: Int32, length: Int) {
        // Opened without waiting: a FIFO would otherwise block here.
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .file(errno == ENOENT ? .missing(path: path) : .system(path: path, operation: "open", code: errno))
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .file(.notAFile(path: path))
        }
        return (descriptor, Int(status.st_size))
    }

    private static func read(_ descriptor: Int32, _ path: String, at offset: Int, count wanted: Int) throws(WeightsError)
        -> [UInt8]
    {
        var code: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
            while count < wanted {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + count }, wanted - count, offset + count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                count += got
            }
        }
        guard code == 0 else { throw .file(.system(path: path, operation: "read", code: code)) }
        guard bytes.count == wanted else { throw .changedWhileRead(path: path) }
        return bytes
    }
}

// MARK: Writing

extension SafetensorsFile {
    /// Writes `tensors` and `metadata` atomically, and returns the SHA-256 of the file.
    ///
    /// The bytes depend on the content only, not on the order of `tensors`: widest type first, so that every tensor is
    /// aligned to its elements, then by name. Throws `repeatedName`, or `file` with what was there left untouched.
    @discardableResult
    public static func write(_ tensors: [StoredTensor], metadata: [String: String] = [:], to path: String)
        throws(WeightsError) -> String
    {
        let ordered = tensors.sorted { $0.type.size != $1.type.size ? $0.type.size > $1.type.size : $0.name < $1.name }
        let header = try headerBytes(ordered, metadata, path)
        var digest = SHA256()
        digest.update(header)
        for tensor in ordered { digest.update(tensor.bytes) }
        do throws(FileError) {
            try AtomicFile.write(to: path) { writer throws(FileError) in
                for piece in pieces(header, ordered) { try writer.append(piece) }
            }
        } catch {
            throw .file(error)
        }
        return digest.finish()
    }

    /// The content of a file in pieces: small tensors up to 1 MiB together, so that they do not cost a call of the system each.
    private static func pieces(_ header: [UInt8], _ tensors: [StoredTensor]) -> some Swift.Sequence<[UInt8]> {
        sequence(state: ([header] + tensors.map(\.bytes))[...]) { rest in
            guard var piece = rest.popFirst() else { return nil }
            while let next = rest.first, piece.count + next.count <= 1 << 20 {
                piece += next
                rest.removeFirst()
            }
            return piece
        }
    }

    private static func headerBytes(_ tensors: [StoredTensor], _ metadata: [String: String], _ path: String)
        throws(WeightsError) -> [UInt8]
    {
        var members: [(key: String, value: JSON)] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map { (key: $0.key, value: JSON.string($0.value)) }
            members.append((SafetensorsHeader.metadataKey, .object(texts)))
        }
        var names: Set<String> = [SafetensorsHeader.metadataKey]
        var end = 0
        for tensor in tensors {
            guard names.insert(tensor.name).inserted else { throw .repeatedName(path: path, name: tensor.name) }
            let offsets = [JSON.integer(end), .integer(end + tensor.bytes.count)]
            end += tensor.bytes.count
            members.append(
                (
                    tensor.name,
                    .object([
                        ("dtype", .string(tensor.type.rawValue)), ("shape", .array(tensor.shape.map { .integer($0) })),
                        ("data_offsets", .array(offsets)),
                    ])
                ))
        }
        var json = Array(JSON.object(members).serialized().utf8)
        json += Array(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
        guard json.count <= SafetensorsHeader.lengthLimit else {
            throw .headerTooLong(path: path, found: UInt64(json.count), limit: SafetensorsHeader.lengthLimit)
        }
        return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
    }
}
