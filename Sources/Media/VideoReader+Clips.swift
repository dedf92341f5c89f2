internal import CMedia

extension VideoReader {
    /// Reads the frames at `positions` to RGB, in that order; a position may appear more than once.
    ///
    /// Each group of pictures is decoded from its last possible start to the last wanted frame, without the frames that are neither
    /// wanted nor referred to; only wanted frames are converted. `clip` takes the shape `[positions, height, width, 3]`; positions
    /// that cannot be decoded are black. The report says what was not exact, and the caller decides what that means.
    ///
    /// Throws `positionOutOfRange`, `changedSinceIndexed`, `sizeChanged`, `unsupportedPixelFormat`, or why the file cannot be read.
    @discardableResult
    public func frames(
        at positions: [Int], using index: VideoIndex, into clip: inout PixelClip
    ) throws(MediaError) -> DecodeReport {
        for position in positions where position < 0 || position >= index.frameCount {
            throw .positionOutOfRange(path: path, position: position, frameCount: index.frameCount)
        }
        clip.resize(frames: positions.count, height: info.height, width: info.width)
        media_reader_decode_parts(reader, Int32(index.reorderDepth))
        let plan = DecodePlan(positions: positions, index: index)
        let frameBytes = clip.bytesPerFrame
        return try clip.pixels.withUnsafeMutableBufferPointer { pixels throws(MediaError) in
            var collector = FrameCollector(plan: plan, pixels: pixels, frameBytes: frameBytes)
            let before = decodedFrames
            for run in plan.runs { try self.collect(run, of: index, into: &collector) }
            return collector.finish(positions: positions, index: index, decodedFrames: decodedFrames - before)
        }
    }

    /// Decodes one run, and again from a closed start where an open one turned out not to be exact.
    private func collect(_ run: DecodePlan.Run, of index: VideoIndex, into collector: inout FrameCollector) throws(MediaError) {
        let errors = collector.errors
        try decode(run, of: index, into: &collector)
        let isExact = collector.errors == errors && collector.hasAll(from: index.starts[run.start].packet, through: run.last)
        guard !isExact, !index.starts[run.start].isClosed else { return }
        collector.errors = errors
        let again = DecodePlan.Run(start: index.closedStart(before: run.start), last: run.last)
        try decode(again, of: index, into: &collector)
    }

    private func decode(_ run: DecodePlan.Run, of index: VideoIndex, into collector: inout FrameCollector) throws(MediaError) {
        let start = index.starts[run.start].packet
        // Until the next start, errors of leading packets say nothing: what they refer to was left out on purpose.
        let firstGroupEnd = run.start + 1 < index.starts.count ? index.starts[run.start + 1].packet : index.packets.count
        defer { media_reader_flush(reader) }
        guard var packet = try load(run.start, of: index) else { throw .changedSinceIndexed(path: path) }
        for number in start...run.last {
            if number > start {
                guard let next = try read() else { break }
                packet = next
            }
            let indexed = index.packets[number]
            let isWanted = collector.plan.slotOfPacket[number] != nil
            guard packet.byte_count > 0, isWanted || !indexed.contains(.disposable) else { continue }
            let errors = try decode(number) { frame throws(MediaError) in try collector.take(frame, from: self) }
            if !(indexed.contains(.leading) && number < firstGroupEnd) { collector.errors += errors }
        }
        collector.errors += try decode(nil) { frame throws(MediaError) in try collector.take(frame, from: self) }
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

/// Puts frames into their places as they come out of the decoder.
private struct FrameCollector {
    let plan: DecodePlan
    /// `[positions, height, width, 3]`.
    let pixels: UnsafeMutableBufferPointer<UInt8>
    let frameBytes: Int
    var errors = 0
    private var converted = 0
    private var isCorruptByPacket: [Int: Bool] = [:]

    init(plan: DecodePlan, pixels: UnsafeMutableBufferPointer<UInt8>, frameBytes: Int) {
        (self.plan, self.pixels, self.frameBytes) = (plan, pixels, frameBytes)
    }

    mutating func take(_ frame: media_frame, from reader: VideoReader) throws(MediaError) {
        let packet = Int(frame.number)
        guard let slot = plan.slotOfPacket[packet], let base = pixels.baseAddress else { return }
        try reader.convert(to: base + slot * frameBytes, frame: packet)
        converted += 1
        isCorruptByPacket[packet] = frame.corrupt
    }

    /// Whether all wanted packets of a range gave undamaged frames.
    func hasAll(from first: Int, through last: Int) -> Bool {
        plan.slotOfPacket.keys.allSatisfy { $0 < first || $0 > last || isCorruptByPacket[$0] == false }
    }

    /// Fills in repeated and missing positions and says what happened.
    func finish(positions: [Int], index: VideoIndex, decodedFrames: Int) -> DecodeReport {
        var report = DecodeReport()
        report.decodedFrames = decodedFrames
        report.convertedFrames = converted
        report.errors = errors
        guard let base = pixels.baseAddress else { return report }
        for (slot, position) in positions.enumerated() {
            let packet = Int(index.packetOfFrame[position])
            switch isCorruptByPacket[packet] {
            case nil:
                report.missingPositions.append(position)
                (base + slot * frameBytes).update(repeating: 0, count: frameBytes)
                continue
            case true?: report.corruptPositions.append(position)
            case false?: break
            }
            if let first = plan.slotOfPacket[packet], first != slot {
                (base + slot * frameBytes).update(from: base + first * frameBytes, count: frameBytes)
            }
        }
        return report
    }
}
