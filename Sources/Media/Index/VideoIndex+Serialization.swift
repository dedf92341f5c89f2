import Files

/// The bytes of an index: a magic word with the version, the fields in little-endian order, and the SHA-256 of all that.
extension VideoIndex {
    private static let magic: [UInt8] = Array("semisup video index 5\n".utf8)
    private static let digestCount = 64

    /// The index as bytes, for a cache.
    public var serialized: [UInt8] {
        var writer = ByteWriter()
        writer.bytes = Self.magic
        writer.append(info)
        writer.append(decodeErrors)
        writer.append(reorderDepth)
        writer.append(packets.map(\.rawValue))
        checksums.forEach { writer.append(fixed: $0) }
        writer.append(firstDoubtfulFrame ?? -1)
        writer.append(endsEarly ? 1 : 0)
        writer.append(firstFrameOfAnotherSize ?? -1)
        writer.append(packetOfFrame.count)
        packetOfFrame.forEach { writer.append(fixed: $0) }
        writer.append(fixed: times.first)
        writer.append(fixed: times.step)
        writer.append(times.listed.count)
        times.listed.forEach { writer.append(fixed: $0) }
        writer.append(starts.count)
        for start in starts {
            writer.append(start.packet)
            writer.append(start.firstFrame)
            writer.append(fixed: start.seekTime)
            writer.append(fixed: start.bytePosition)
            writer.append(start.isClosed ? 1 : 0)
        }
        return writer.bytes + Array(SHA256.hexadecimal(of: writer.bytes).utf8)
    }

    /// The index that was made into `bytes`. Throws `MediaError.damagedIndex` for anything else.
    public init(serialized bytes: [UInt8]) throws(MediaError) {
        guard bytes.starts(with: Self.magic), bytes.count >= Self.magic.count + Self.digestCount else {
            throw .damagedIndex(reason: "it is of another version or not an index")
        }
        let payload = bytes.dropLast(Self.digestCount)
        guard SHA256.hexadecimal(of: payload).utf8.elementsEqual(bytes.suffix(Self.digestCount)) else {
            throw .damagedIndex(reason: "its digest does not match")
        }
        var reader = ByteReader(bytes: payload.dropFirst(Self.magic.count))
        info = try reader.videoInfo()
        decodeErrors = try reader.integer()
        reorderDepth = try reader.integer()
        packets = try reader.byteArray().map { IndexedPacket(rawValue: $0) }
        checksums = try reader.array(count: packets.count) { reader throws(MediaError) in try reader.fixed(UInt32.self) }
        firstDoubtfulFrame = try reader.optionalCount()
        endsEarly = try reader.integer() != 0
        firstFrameOfAnotherSize = try reader.optionalCount()
        packetOfFrame = try reader.array { reader throws(MediaError) in try reader.fixed(UInt32.self) }
        let first = try reader.fixed(Int64.self)
        let step = try reader.fixed(Int64.self)
        times = FrameTimes(
            first: first, step: step, listed: try reader.array { reader throws(MediaError) in try reader.fixed(Int64.self) })
        starts = try reader.array { reader throws(MediaError) in
            DecodeStart(
                packet: try reader.integer(), firstFrame: try reader.integer(), seekTime: try reader.fixed(Int64.self),
                bytePosition: try reader.fixed(Int64.self), isClosed: try reader.integer() != 0)
        }
        guard isConsistent else { throw .damagedIndex(reason: "its parts do not fit together") }
    }

    private var isConsistent: Bool {
        !packetOfFrame.isEmpty && packetOfFrame.allSatisfy { $0 < packets.count }
            && (times.listed.isEmpty || times.listed.count == packetOfFrame.count)
            && starts.first?.packet == 0 && starts.first?.firstFrame == 0
            && starts.allSatisfy { $0.packet >= 0 && $0.packet < packets.count }
            && zip(starts, starts.dropFirst()).allSatisfy { $0.packet < $1.packet }
    }
}

/// Appends values in little-endian order.
struct ByteWriter {
    var bytes: [UInt8] = []

    mutating func append(fixed value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ value: Int) { append(fixed: Int64(value)) }

    mutating func append(_ value: [UInt8]) {
        append(value.count)
        bytes.append(contentsOf: value)
    }

    mutating func append(_ value: String) { append(Array(value.utf8)) }

    mutating func append(_ value: Rational) {
        append(value.numerator)
        append(value.denominator)
    }

    mutating func append(_ info: VideoInfo) {
        append(info.container)
        append(info.codec)
        append(info.pixelFormat ?? "")
        append(info.width)
        append(info.height)
        append(info.sampleAspectRatio)
        append(info.averageFrameRate)
        append(info.realFrameRate)
        append(info.timeBase)
        append(info.rotation)
        append(info.isMirrored ? 1 : 0)
        append(info.hasSound ? 1 : 0)
        append(info.hasMotionVectors ? 1 : 0)
        append(fixed: (info.durationSeconds ?? -1).bitPattern)
        append(info.declaredPackets ?? -1)
    }
}

/// Reads what `ByteWriter` wrote; throws `damagedIndex` where bytes are missing.
struct ByteReader {
    var bytes: ArraySlice<UInt8>

    private mutating func take(_ count: Int) throws(MediaError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.count else { throw .damagedIndex(reason: "it ends too early") }
        defer { bytes = bytes.dropFirst(count) }
        return bytes.prefix(count)
    }

    mutating func fixed<Value: FixedWidthInteger>(_: Value.Type) throws(MediaError) -> Value {
        try take(Value.bitWidth / 8).reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
    }

    mutating func integer() throws(MediaError) -> Int { Int(try fixed(Int64.self)) }

    mutating func byteArray() throws(MediaError) -> [UInt8] { Array(try take(try integer())) }

    mutating func string() throws(MediaError) -> String { String(decoding: try byteArray(), as: UTF8.self) }

    mutating func rational() throws(MediaError) -> Rational { Rational(try integer(), try integer()) }

    mutating func array<Element>(_ element: (inout ByteReader) throws(MediaError) -> Element) throws(MediaError) -> [Element] {
        try array(count: try integer(), element)
    }

    mutating func array<Element>(
        count: Int, _ element: (inout ByteReader) throws(MediaError) -> Element
    ) throws(MediaError) -> [Element] {
        guard count >= 0, count <= bytes.count else { throw .damagedIndex(reason: "it ends too early") }
        var result: [Element] = []
        result.reserveCapacity(count)
        for _ in 0..<count { result.append(try element(&self)) }
        return result
    }

    mutating func videoInfo() throws(MediaError) -> VideoInfo {
        let container = try string()
        let codec = try string()
        let pixelFormat = try string()
        return VideoInfo(
            container: container, codec: codec, pixelFormat: pixelFormat.isEmpty ? nil : pixelFormat, width: try integer(),
            height: try integer(), sampleAspectRatio: try rational(), averageFrameRate: try rational(),
            realFrameRate: try rational(), timeBase: try rational(), rotation: try integer(),
            isMirrored: try integer() != 0, hasSound: try integer() != 0, hasMotionVectors: try integer() != 0,
            durationSeconds: try optionalDuration(), declaredPackets: try optionalCount())
    }

    mutating func optionalCount() throws(MediaError) -> Int? {
        let count = try integer()
        return count < 0 ? nil : count
    }

    private mutating func optionalDuration() throws(MediaError) -> Double? {
        let seconds = Double(bitPattern: try fixed(UInt64.self))
        return seconds < 0 ? nil : seconds
    }
}
