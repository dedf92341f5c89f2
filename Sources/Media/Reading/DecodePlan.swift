/// Which packets must be decoded for a set of frames, and no more.
struct DecodePlan {
    /// Decoding from a start to a packet, without a gap except for what is disposable.
    struct Run: Equatable {
        /// Index into `VideoIndex.starts`.
        let start: Int
        /// The last packet to be decoded.
        var last: Int
    }

    private(set) var runs: [Run] = []
    /// The packets whose frames are wanted.
    let wantedPackets: Set<Int>

    /// `positions` lie within the index, in any order, with or without repetition.
    init(positions: [Int], index: VideoIndex) {
        wantedPackets = Set(positions.map { Int(index.packetOfFrame[$0]) })
        let single = Set(positions).map { Run(start: index.start(for: $0), last: index.lastPacket(for: $0)) }
        for run in single.sorted(by: { ($0.start, $0.last) < ($1.start, $1.last) }) {
            // Going on costs no more than starting again where the next start lies within, or right behind, what is decoded.
            if let previous = runs.last, index.starts[run.start].packet <= previous.last + 1 {
                runs[runs.count - 1].last = max(previous.last, run.last)
            } else {
                runs.append(run)
            }
        }
    }
}

extension VideoIndex {
    /// The last start from which a frame comes out exactly, as an index into `starts`.
    func start(for frame: Int) -> Int {
        let packet = Int(packetOfFrame[frame])
        var start = starts.partitioningIndex { $0.packet > packet } - 1
        while start > 0 && starts[start].firstFrame > frame { start -= 1 }
        return max(start, 0)
    }

    /// The last closed start at or before another.
    func closedStart(before start: Int) -> Int {
        starts[...start].lastIndex { $0.isClosed } ?? 0
    }

    /// The last packet that a frame is made of: its own, and those behind it that have none of their own (second fields).
    func lastPacket(for frame: Int) -> Int {
        var last = Int(packetOfFrame[frame])
        while last + 1 < packets.count, !packets[last + 1].contains(.shown), !packets[last + 1].contains(.hidden) { last += 1 }
        return last
    }
}
