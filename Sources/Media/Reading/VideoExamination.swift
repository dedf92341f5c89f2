internal import CMedia

/// What decoding the whole video stream of a file shows, as far as the decoder can tell.
public struct VideoExamination: Sendable, Equatable {
    /// Frames that came out.
    public internal(set) var frames = 0
    /// Frames that the decoder marked as damaged or patched up.
    public internal(set) var corruptFrames = 0
    /// Errors that the decoder reported, and packets that the container knew to be incomplete.
    public internal(set) var errors = 0, corruptPackets = 0
    /// Packets that the header counts and the file does not hold.
    public internal(set) var lostPackets = 0

    /// What is wrong, in words; nil where nothing is.
    public var problem: String? {
        let counts = [
            (lostPackets, "packets missing at the end"), (corruptPackets, "packets incomplete"),
            (corruptFrames, "frames damaged"), (errors, "errors of the decoder"),
        ]
        let found = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return found.isEmpty ? nil : found.joined(separator: ", ")
    }
}

extension VideoReader {
    /// Decodes the whole file from its beginning.
    ///
    /// Throws `noFrames` where nothing comes out, `sizeChanged` where a picture has another size than the first, and why the file
    /// cannot be read.
    public func examine() throws(MediaError) -> VideoExamination {
        try rewind()
        media_reader_decode_all(reader)
        defer { media_reader_flush(reader) }
        var found = VideoExamination(), packets = 0
        let (width, height) = (Int32(info.width), Int32(info.height))
        var reported = media_reported_errors()
        while let packet = try read() {
            if packet.corrupt { found.corruptPackets += 1 }
            let errors = try decode(packets) { frame throws(MediaError) in
                try found.add(frame, width, height, path: path)
            }
            found.errors += errors
            packets += 1
            reported = media_reported_errors()
        }
        // Where the file ends before its header says so (Matroska).
        found.errors += Int(media_reported_errors() - reported)
        let errors = try decode(nil) { frame throws(MediaError) in try found.add(frame, width, height, path: path) }
        found.errors += errors
        found.lostPackets = max(0, (info.declaredPackets ?? 0) - packets)
        guard found.frames > 0 else { throw .noFrames(path: path) }
        return found
    }
}

extension VideoExamination {
    fileprivate mutating func add(
        _ frame: media_frame, _ width: Int32, _ height: Int32, path: String
    ) throws(MediaError) {
        guard frame.width == width, frame.height == height else { throw .sizeChanged(path: path, frame: frames) }
        frames += 1
        if frame.corrupt { corruptFrames += 1 }
    }
}
