internal import CMedia

/// Puts frames into their places as they come out of the decoder.
struct FrameCollector {
    let plan: DecodePlan
    private let request: FrameRequest, index: VideoIndex
    /// Where they go.
    var frames = DecodedFrames()
    /// Errors of the decoder so far.
    var errors = 0
    /// Packets whose bytes are not those that were indexed.
    var changedPackets: Set<Int> = []
    private var converted = 0
    private var isCorruptByPacket: [Int: Bool] = [:]
    /// The first places of a packet's frame among the pictures and among the vectors that are wanted.
    private let pixelSlots: [Int: Int], vectorSlots: [Int: Int], codedSlots: [Int: Int], blockSlots: [Int: Int]

    init(plan: DecodePlan, request: FrameRequest, index: VideoIndex) {
        self.plan = plan
        self.request = request
        self.index = index
        func slots(_ positions: [Int]) -> [Int: Int] {
            Dictionary(positions.enumerated().map { (Int(index.packetOfFrame[$1]), $0) }) { first, _ in first }
        }
        pixelSlots = slots(request.pixels)
        vectorSlots = slots(request.vectors)
        codedSlots = slots(request.codedVectors)
        blockSlots = slots(request.blocks)
    }

    /// Takes a frame that came out of the decoder; `isExact` where everything that it refers to was decoded too.
    mutating func take(_ frame: media_frame, from reader: VideoReader, isExact: Bool) throws(MediaError) {
        let packet = Int(frame.number)
        guard plan.wantedPackets.contains(packet) else {
            // What a wanted frame may refer to.
            if frame.corrupt && isExact { errors += 1 }
            return
        }
        if let slot = pixelSlots[packet] {
            try reader.convert(into: &frames.pixels, slot: slot, frame: request.pixels[slot])
            converted += 1
        }
        // Lines of two fields have vectors of both, which nothing tells apart.
        if let slot = vectorSlots[packet] {
            let scales = frame.interlaced ? .none : index.vectorScales(of: request.vectors[slot])
            frames.vectors.isTrusted[slot] = scales != .none && reader.hasMotionVectors
            try reader.readCells(into: &frames.vectors, slot: slot, frame: request.vectors[slot], scales: scales)
        }
        if let slot = codedSlots[packet] {
            let scales = frame.interlaced ? .none : index.codedVectorScales(of: request.codedVectors[slot])
            frames.codedVectors.isTrusted[slot] = scales != .none && reader.hasMotionVectors
            try reader.readCells(into: &frames.codedVectors, slot: slot, frame: request.codedVectors[slot], scales: scales)
        }
        // Nor are the blocks of two fields where they seem to be.
        if let slot = blockSlots[packet], frame.interlaced {
            frames.blocks.fill(slot, from: nil, absent: DecodedFrames.noBlock)
        } else if let slot = blockSlots[packet] {
            try reader.readCells(into: &frames.blocks, slot: slot, frame: request.blocks[slot], scales: nil)
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
        report.changedPackets = changedPackets.count
        for position in Set(request.positions).sorted() {
            if let first = index.firstDoubtfulFrame, position >= first { report.doubtfulPositions.append(position) }
            switch isCorruptByPacket[Int(index.packetOfFrame[position])] {
            case nil: report.missingPositions.append(position)
            case true?: report.corruptPositions.append(position)
            case false?: break
            }
        }
        for (slot, source) in unfilled(request.pixels, pixelSlots) { frames.pixels.fill(slot, from: source) }
        for (slot, source) in unfilled(request.vectors, vectorSlots) { frames.vectors.fill(slot, from: source) }
        for (slot, source) in unfilled(request.codedVectors, codedSlots) { frames.codedVectors.fill(slot, from: source) }
        for (slot, source) in unfilled(request.blocks, blockSlots) {
            frames.blocks.fill(slot, from: source, absent: DecodedFrames.noBlock)
        }
        return report
    }

    /// The places that nothing was put into: those of repeated positions, with the first place of the same, and missing ones.
    private func unfilled(_ positions: [Int], _ slots: [Int: Int]) -> [(slot: Int, source: Int?)] {
        positions.enumerated().compactMap { slot, position in
            let packet = Int(index.packetOfFrame[position])
            if isCorruptByPacket[packet] == nil { return (slot, nil) }
            return slots[packet] == slot ? nil : (slot, slots[packet])
        }
    }
}

extension PixelClip {
    /// Makes a picture that of another place, or black.
    fileprivate mutating func fill(_ slot: Int, from source: Int?) {
        let count = bytesPerFrame
        pixels.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            if let source {
                (base + slot * count).update(from: base + source * count, count: count)
            } else {
                (base + slot * count).update(repeating: 0, count: count)
            }
        }
    }
}

extension VectorClip {
    /// Gives a frame the vectors of another place, or `absent` ones.
    fileprivate mutating func fill(_ slot: Int, from source: Int?, absent: (Float, Float) = (0, 0)) {
        isTrusted[slot] = source.map { isTrusted[$0] } ?? false
        for cell in 0..<cellsPerFrame {
            let target = slot * cellsPerFrame + cell
            let origin = source.map { $0 * cellsPerFrame + cell }
            (vectors[2 * target], vectors[2 * target + 1]) = origin.map { (vectors[2 * $0], vectors[2 * $0 + 1]) } ?? absent
            validity[target] = origin.map { validity[$0] } ?? 0
        }
    }
}
