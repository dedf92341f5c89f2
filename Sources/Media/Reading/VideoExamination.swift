internal import CMedia

/// What decoding the whole of a file shows, pictures and sound, as far as the decoders can tell.
public struct VideoExamination: Sendable, Equatable {
    /// Frames that came out.
    public internal(set) var frames = 0
    /// Frames that the decoder marked as damaged or patched up.
    public internal(set) var corruptFrames = 0
    /// Errors that the decoder reported, and packets that the container knew to be incomplete.
    public internal(set) var errors = 0, corruptPackets = 0
    /// Packets that the header counts and the file does not hold.
    public internal(set) var lostPackets = 0
    /// Whether the container reports that the file ends within what it announces (Matroska).
    public internal(set) var endsEarly = false
    /// Errors that the sound's decoder reported; 0 where there is no sound.
    public internal(set) var soundErrors = 0
    /// Whether there is sound that libavcodec cannot decode.
    public internal(set) var isSoundUnsupported = false

    /// What is wrong, in words; nil where nothing is.
    public var problem: String? {
        let counts = [
            (lostPackets, "packets missing at the end"), (corruptPackets, "packets incomplete"),
            (corruptFrames, "frames damaged"), (errors, "errors of the decoder"), (soundErrors, "errors of the sound's decoder"),
        ]
        let facts = [
            (endsEarly, "the file ends before its header says so"),
            (isSoundUnsupported, "libavcodec has no decoder for its sound"),
        ]
        let found = counts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" } + facts.filter(\.0).map(\.1)
        return found.isEmpty ? nil : found.joined(separator: ", ")
    }
}

extension VideoReader {
    /// Decodes the whole file from its beginning, first the pictures, then the sound.
    ///
    /// Throws `noFrames` where nothing comes out, `sizeChanged` where a picture has another size than the first,
    /// `unsupportedPixelFormat` where the pictures cannot be converted, and why the file cannot be read.
    public func examine() throws(MediaError) -> VideoExamination {
        try requireKnownPixels()
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
        found.endsEarly = media_reported_errors() != reported
        let errors = try decode(nil) { frame throws(MediaError) in try found.add(frame, width, height, path: path) }
        found.errors += errors
        found.lostPackets = max(0, (info.declaredPackets ?? 0) - packets)
        guard found.frames > 0 else { throw .noFrames(path: path) }
        try examineSound(&found)
        return found
    }

    private func examineSound(_ found: inout VideoExamination) throws(MediaError) {
        var report = media_sound_report()
        nextPacket = nil
        switch media_reader_examine_sound(reader, &report) {
        case MEDIA_OK: found.soundErrors = Int(report.errors)
        case MEDIA_NO_SOUND: break
        case MEDIA_UNSUPPORTED_CODEC: found.isSoundUnsupported = true
        case let status: throw MediaError(status, path: path, operation: "read its sound")
        }
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
