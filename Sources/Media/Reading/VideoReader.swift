internal import CMedia

/// One video file, read by position: demuxer, decoder and conversion to RGB on the calling thread.
///
/// A reader is used by one thread at a time; many files are read in parallel by many readers. It reads any number of clips,
/// in any order, and closes the file when it is released.
public final class VideoReader {
    /// The file.
    public let path: String
    /// What is known of the video stream.
    public let info: VideoInfo
    /// Pictures decoded so far, for clips and for the index.
    public internal(set) var decodedFrames = 0

    let reader: OpaquePointer
    /// Number of the packet that the demuxer gives next, where that is known.
    var nextPacket: Int? = 0

    /// Opens a file and looks at its first pictures. Throws `MediaError` for whatever is no readable video; never waits on a FIFO.
    public convenience init(path: String) throws(MediaError) {
        try self.init(path: path, knownAs: nil)
    }

    /// Opens a file that was indexed before, which leaves out the looking. Throws like `init(path:)`.
    public convenience init(path: String, index: VideoIndex) throws(MediaError) {
        try self.init(path: path, knownAs: index.info)
    }

    private init(path: String, knownAs known: VideoInfo?) throws(MediaError) {
        var opened: OpaquePointer?
        var code: Int32 = 0
        // An empty name is no demuxer's, so that the content decides.
        let status = (known?.container ?? "").withCString { container in
            media_reader_open(path, media_reader_options(probe: known == nil, container: container), &opened, &code)
        }
        guard status == MEDIA_OK, let opened else { throw MediaError(status, path: path, operation: "open it", code: code) }
        self.path = path
        reader = opened
        if let known {
            info = known
        } else {
            var found = media_video_info()
            media_reader_info(opened, &found)
            info = VideoInfo(found)
        }
    }

    deinit { media_reader_close(reader) }

    // MARK: Packets

    /// The next packet of the video stream, or nil at the end of the file.
    func read() throws(MediaError) -> media_packet? {
        var packet = media_packet()
        switch media_reader_read(reader, &packet) {
        case MEDIA_OK:
            nextPacket = nextPacket.map { $0 + 1 }
            return packet
        case MEDIA_END:
            nextPacket = nil
            return nil
        case let status:
            nextPacket = nil
            throw MediaError(status, path: path, operation: "read it")
        }
    }

    /// Goes to packet 0.
    func rewind() throws(MediaError) {
        guard nextPacket != 0 else { return }
        nextPacket = nil
        let status = media_reader_rewind(reader)
        guard status == MEDIA_OK else { throw MediaError(status, path: path, operation: "read it again from the start") }
        nextPacket = 0
    }

    // MARK: Frames

    /// Decodes the packet read last under `number`, or what the decoder still holds where that is nil, and hands every frame
    /// that comes out to `body`. Returns how many errors the decoder reported.
    func decode(_ number: Int?, _ body: (media_frame) throws(MediaError) -> Void) throws(MediaError) -> Int {
        let reported = media_reported_errors()
        var refused = 0
        let sent = number.map { media_reader_send(reader, Int64($0)) } ?? media_reader_finish(reader)
        if number != nil { decodedFrames += 1 }
        if sent == MEDIA_DECODE_FAILED {
            refused = 1
        } else if sent != MEDIA_OK {
            throw MediaError(sent, path: path, operation: "open its decoder")
        }
        while true {
            var frame = media_frame()
            let status = media_reader_receive(reader, &frame)
            if status == MEDIA_OK {
                try body(frame)
            } else if status == MEDIA_DECODE_FAILED && refused < 16 {
                refused += 1
            } else {
                break
            }
        }
        return max(refused, Int(media_reported_errors() - reported))
    }

    /// Converts the frame that `decode` is handing out to the picture `slot` of `clip`.
    func convert(into clip: inout PixelClip, slot: Int, frame: Int) throws(MediaError) {
        let start = slot * clip.bytesPerFrame
        let status = clip.pixels.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { media_reader_convert(reader, Int32(info.width), Int32(info.height), $0 + start) } ?? MEDIA_OK
        }
        try check(status, operation: "convert frame \(frame)", frame: frame)
    }

    /// Reads the vectors of the frame that `decode` is handing out, times `scales`; without those, the blocks that it is made of.
    func readCells(into clip: inout VectorClip, slot: Int, frame: Int, scales: VectorScales?) throws(MediaError) {
        let (rows, columns, cells) = (clip.rows, clip.columns, clip.cellsPerFrame)
        let (width, height) = (Int32(info.width), Int32(info.height))
        let status = clip.vectors.withUnsafeMutableBufferPointer { vectors in
            clip.validity.withUnsafeMutableBufferPointer { validity in
                guard let values = vectors.baseAddress, let flags = validity.baseAddress else { return MEDIA_OK }
                var grid = media_cell_grid(
                    rows: Int32(rows), columns: Int32(columns), values: values + 2 * slot * cells, valid: flags + slot * cells,
                    forward_scale: scales?.forward ?? 0, backward_scale: scales?.backward ?? 0)
                return scales == nil
                    ? media_reader_blocks(reader, width, height, &grid) : media_reader_vectors(reader, width, height, &grid)
            }
        }
        try check(status, operation: "read the blocks of frame \(frame)", frame: frame)
    }

    private func check(_ status: media_status, operation: String, frame: Int) throws(MediaError) {
        switch status {
        case MEDIA_OK: return
        case MEDIA_SIZE_CHANGED: throw .sizeChanged(path: path, frame: frame)
        case MEDIA_UNSUPPORTED_PIXELS:
            let format = media_reader_pixel_format(reader).map { String(cString: $0) }
            throw .unsupportedPixelFormat(path: path, format: format ?? "unknown")
        case let status: throw MediaError(status, path: path, operation: operation)
        }
    }
}
