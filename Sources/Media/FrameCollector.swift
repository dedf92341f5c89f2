internal import CMedia

/// Puts frames into their places as they come out of the decoder.
struct FrameCollector {
    let plan: DecodePlan
    private let request: FrameRequest, index: VideoIndex
    /// Where they go.
    var frames = DecodedFrames()
    /// Errors of the decoder so far.
    var errors = 0
    private var converted = 0
    private var isCorruptByPacket: [Int: Bool] = [:]
    /// The first places of a packet's frame among the pictures and among the vectors that are wanted.
    private let pixelSlots: [Int: Int], vectorSlots: [Int: Int]

    init(plan: DecodePlan, request: FrameRequest, index: VideoIndex) {
        self.plan = plan
        self.request = request
        self.index = index
        func slots(_ positions: [Int]) -> [Int: Int] {
            Dictionary(positions.enumerated().map { (Int(index.packetOfFrame[$1]), $0) }) { first, _ in first }
        }
        pixelSlots = slots(request.pixels)
        vectorSlots = slots(request.vectors)
    }

    mutating func take(_ frame: media_frame, from reader: VideoReader) throws(MediaError) {
        let packet = Int(frame.number)
        guard plan.wantedPackets.contains(packet) else { return }
        if let slot = pixelSlots[packet] {
            try reader.convert(into: &frames.pixels, slot: slot, frame: packet)
            converted += 1
        }
        if let slot = vectorSlots[packet] {
            let scales = index.vectorScales(of: request.vectors[slot], request.form)
            reader.readVectors(
                into: &frames.vectors, slot: slot, scales: frame.interlaced ? VectorScales(forward: 0, backward: 0) : scales)
        }
        isCorruptByPacket[packet] = frame.corrupt
    }

    /// Whether all wanted packets of a range gave undamaged frames.
    func hasAll(from first: Int, through last: Int) -> Bool {
        plan.wantedPackets.allSatisfy { $0 < first || $0 > last || isCorruptByPacket[$0] == false }
    }

    /// Fills in repeated and missing positions and says what happened.
    mutating func finish(decodedFrames: Int) -> DecodeReport {
        var report = DecodeReport()
        report.decodedFrames = decodedFrames
        report.convertedFrames = converted
        report.errors = errors
        for position in Set(request.pixels + request.vectors).sorted() {
            switch isCorruptByPacket[Int(index.packetOfFrame[position])] {
            case nil: report.missingPositions.append(position)
            case true?: report.corruptPositions.append(position)
            case false?: break
            }
        }
        for (slot, position) in request.pixels.enumerated() {
            let packet = Int(index.packetOfFrame[position])
            if isCorruptByPacket[packet] == nil {
                frames.pixels.clear(slot)
            } else if let first = pixelSlots[packet], first != slot {
                frames.pixels.copy(first, to: slot)
            }
        }
        for (slot, position) in request.vectors.enumerated() {
            let packet = Int(index.packetOfFrame[position])
            if isCorruptByPacket[packet] == nil {
                frames.vectors.clear(slot)
            } else if let first = vectorSlots[packet], first != slot {
                frames.vectors.copy(first, to: slot)
            }
        }
        return report
    }
}

extension PixelClip {
    /// Makes a picture black.
    fileprivate mutating func clear(_ slot: Int) {
        let count = bytesPerFrame
        pixels.withUnsafeMutableBufferPointer { $0[slot * count..<(slot + 1) * count].update(repeating: 0) }
    }

    fileprivate mutating func copy(_ source: Int, to slot: Int) {
        let count = bytesPerFrame
        pixels.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            (base + slot * count).update(from: base + source * count, count: count)
        }
    }
}

extension VectorClip {
    /// Leaves a frame without vectors.
    fileprivate mutating func clear(_ slot: Int) {
        for cell in slot * cellsPerFrame..<(slot + 1) * cellsPerFrame {
            (vectors[2 * cell], vectors[2 * cell + 1], validity[cell]) = (0, 0, 0)
        }
    }

    fileprivate mutating func copy(_ source: Int, to slot: Int) {
        for cell in 0..<cellsPerFrame {
            let (from, to) = (source * cellsPerFrame + cell, slot * cellsPerFrame + cell)
            (vectors[2 * to], vectors[2 * to + 1], validity[to]) = (vectors[2 * from], vectors[2 * from + 1], validity[from])
        }
    }
}
