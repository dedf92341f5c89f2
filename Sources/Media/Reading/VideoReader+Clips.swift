internal import CMedia

/// What is wanted of a file's frames, by position, in any order; a position may appear more than once.
public struct FrameRequest: Sendable, Equatable {
    /// Frames whose pictures are wanted.
    public var pixels: [Int]
    /// Frames whose motion vectors are wanted in pixels a frame: divided by the distance to the picture that is referred to, the
    /// mean of both directions where there are two.
    public var vectors: [Int]
    /// Frames whose motion vectors are wanted as they are coded, towards earlier pictures alone.
    public var codedVectors: [Int]
    /// Frames of which it is wanted how they are made of blocks.
    public var blocks: [Int]
    /// Whether a file whose codec has no vectors is read all the same: none is valid then, and no frame of them trusted.
    public var vectorsAreOptional = false

    /// A request; see the properties.
    public init(pixels: [Int] = [], vectors: [Int] = [], codedVectors: [Int] = [], blocks: [Int] = []) {
        self.pixels = pixels
        self.vectors = vectors
        self.codedVectors = codedVectors
        self.blocks = blocks
    }

    /// Every position that is wanted in some way.
    var positions: [Int] { pixels + vectors + codedVectors + blocks }
    /// Whether vectors are wanted, or the blocks that they belong to.
    var wantsVectors: Bool { !vectors.isEmpty || !codedVectors.isEmpty || !blocks.isEmpty }
}

/// What a request gave, in buffers that are used again for the next.
public struct DecodedFrames: Sendable {
    /// The pictures, `[pixels, height, width, 3]`.
    public var pixels = PixelClip()
    /// The motion vectors of as many frames as were wanted of each kind.
    public var vectors = VectorClip(), codedVectors = VectorClip()
    /// Of each cell the side of the square that is as large as its block, and its quantizer, in the place of a vector: 0 where it is not
    /// predicted, -1 where the decoder tells no quantizer. Valid is what is predicted.
    public var blocks = VectorClip()
    /// A cell of which nothing is known.
    static let noBlock: (Float, Float) = (0, -1)

    /// Nothing.
    public init() {}
}

extension VideoReader {
    /// Whether libavcodec can give out the motion vectors of the file's codec.
    public var hasMotionVectors: Bool { media_reader_has_vectors(reader) }

    /// Reads the frames at `positions` to RGB: `read` for pictures alone.
    @discardableResult
    public func frames(
        at positions: [Int], using index: VideoIndex, into clip: inout PixelClip
    ) throws(MediaError) -> DecodeReport {
        var frames = DecodedFrames()
        swap(&frames.pixels, &clip)
        defer { swap(&frames.pixels, &clip) }
        return try read(FrameRequest(pixels: positions), using: index, into: &frames)
    }

    /// Reads what `request` wants, in its order, decoding every frame at most once.
    ///
    /// Each group of pictures is decoded from its last possible start to the last wanted frame, without the frames that are neither
    /// wanted nor referred to; only wanted frames are converted. Positions that cannot be decoded are black and without vectors. The
    /// report says what was not exact, and the caller decides what that means.
    ///
    /// Throws `positionOutOfRange`, `changedSinceIndexed`, `sizeChanged`, `unsupportedPixelFormat`, `noVectors` where vectors are
    /// wanted of a codec that has none and are not optional, or why the file cannot be read.
    @discardableResult
    public func read(
        _ request: FrameRequest, using index: VideoIndex, into frames: inout DecodedFrames
    ) throws(MediaError) -> DecodeReport {
        for position in request.positions where position < 0 || position >= index.frameCount {
            throw .positionOutOfRange(path: path, position: position, frameCount: index.frameCount)
        }
        if request.wantsVectors, !request.vectorsAreOptional, !hasMotionVectors {
            throw .noVectors(path: path, codec: info.codec)
        }
        frames.pixels.resize(frames: request.pixels.count, height: info.height, width: info.width)
        frames.vectors.resize(frames: request.vectors.count, height: info.height, width: info.width)
        frames.codedVectors.resize(frames: request.codedVectors.count, height: info.height, width: info.width)
        frames.blocks.resize(frames: request.blocks.count, height: info.height, width: info.width)
        media_reader_keep(reader, request.wantsVectors, !request.blocks.isEmpty)
        media_reader_decode_parts(reader, Int32(index.reorderDepth))
        let plan = DecodePlan(positions: request.positions, index: index)
        var collector = FrameCollector(plan: plan, request: request, index: index)
        swap(&collector.frames, &frames)
        defer { swap(&collector.frames, &frames) }
        let before = decodedFrames
        for run in plan.runs { try collect(run, of: index, into: &collector) }
        return collector.finish(decodedFrames: decodedFrames - before)
    }

    /// Decodes one run, and again from a closed start where an open one turned out not to be exact.
    private func collect(_ run: DecodePlan.Run, of index: VideoIndex, into collector: inout FrameCollector) throws(MediaError) {
        let errors = collector.errors
        try decode(run, of: index, into: &collector)
        let isExact = collector.errors == errors && collector.hasAll(from: index.starts[run.start].packet, through: run.last)
        let closed = index.closedStart(before: run.start)
        guard !isExact, closed < run.start else { return }
        collector.errors = errors
        try decode(DecodePlan.Run(start: closed, last: run.last), of: index, into: &collector)
    }

    private func decode(_ run: DecodePlan.Run, of index: VideoIndex, into collector: inout FrameCollector) throws(MediaError) {
        let start = index.starts[run.start].packet
        // Until the next start, errors of leading packets say nothing: what they refer to was left out on purpose.
        let firstGroupEnd = run.start + 1 < index.starts.count ? index.starts[run.start + 1].packet : index.packets.count
        let isOpen = !index.starts[run.start].isClosed
        defer { media_reader_flush(reader) }
        func take(_ frame: media_frame) throws(MediaError) {
            let number = Int(frame.number)
            let packet = index.packets.indices.contains(number) ? index.packets[number] : IndexedPacket(rawValue: 0)
            // Frames that the index does not know are those before the first picture of a file that was cut there.
            let isKnown = packet.contains(.shown) || packet.contains(.hidden)
            try collector.take(frame, from: self, isExact: isKnown && !(packet.contains(.leading) && number < firstGroupEnd))
        }
        guard var packet = try load(run.start, of: index) else { throw .changedSinceIndexed(path: path) }
        for number in start...run.last {
            if number > start {
                guard let next = try read() else { break }
                packet = next
            }
            let indexed = index.packets[number]
            let isWanted = collector.plan.wantedPackets.contains(number)
            guard packet.byte_count > 0, isWanted || !indexed.contains(.disposable) else { continue }
            if packet.checksum != index.checksums[number] { collector.changedPackets.insert(number) }
            if packet.corrupt { collector.errors += 1 }
            let dangling = media_dangling_references()
            var errors = try decode(number) { frame throws(MediaError) in try take(frame) }
            // The pictures of this group may dismiss what came before the start.
            if isOpen, number < firstGroupEnd { errors -= Int(media_dangling_references() - dangling) }
            if !(indexed.contains(.leading) && number < firstGroupEnd) { collector.errors += errors }
        }
        collector.errors += try decode(nil) { frame throws(MediaError) in try take(frame) }
    }

    // MARK: Going to a start

    /// Reads the packet of a start. nil where the file has no such packet.
    private func load(_ start: Int, of index: VideoIndex) throws(MediaError) -> media_packet? {
        let target = index.starts[start]
        // Reading over a few packets is cheaper than asking the container.
        let isNear = nextPacket.map { $0 <= target.packet && target.packet - $0 <= 32 } ?? false
        if !isNear, target.packet > 0 {
            if let packet = try seek(start, of: index) { return packet }
        }
        if !isNear { try rewind() }
        while let next = nextPacket, let packet = try read() {
            guard next == target.packet else { continue }
            return packet.byte_position == target.bytePosition ? packet : nil
        }
        return nil
    }

    /// Asks the container for a start and reads on to it. nil where it leads elsewhere.
    private func seek(_ start: Int, of index: VideoIndex) throws(MediaError) -> media_packet? {
        let target = index.starts[start]
        nextPacket = nil
        guard target.seekTime != FrameTimes.none, target.bytePosition >= 0, media_reader_seeks_exactly(reader),
            media_reader_seek(reader, target.seekTime) == MEDIA_OK, var packet = try read()
        else { return nil }
        let landed = index.starts[...start].last { $0.bytePosition == packet.byte_position }
        guard let landed else { return nil }
        nextPacket = landed.packet + 1
        while packet.byte_position != target.bytePosition {
            guard let next = nextPacket, next <= target.packet, let following = try read() else { return nil }
            packet = following
        }
        return nextPacket == target.packet + 1 ? packet : nil
    }
}
