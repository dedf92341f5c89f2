/// The letter of a coded picture.
public enum PictureType: UInt8, Sendable {
    /// The decoder did not say.
    case unknown = 0
    /// Coded by itself.
    case intra = 1
    /// Predicted from pictures before it.
    case predicted = 2
    /// Predicted from pictures on both sides.
    case bidirectional = 3

    init(letter: CChar) {
        self =
            switch UInt8(bitPattern: letter) {
            case UInt8(ascii: "I"): .intra
            case UInt8(ascii: "P"): .predicted
            case UInt8(ascii: "B"): .bidirectional
            default: .unknown
            }
    }
}

/// Where every frame of a file is: what exact access by position needs, made once by `VideoReader.makeIndex`.
///
/// Frames are numbered from 0 in the order in which the decoder gives them out (the order of display); packets in the order of
/// the file (the order of decoding).
public struct VideoIndex: Sendable, Equatable {
    /// What the reader knew of the stream.
    public let info: VideoInfo
    /// Errors that the decoder reported while the index was made; 0 where that took no decoding.
    public let decodeErrors: Int
    /// How many pictures a decoder holds back at most to give frames out in order.
    let reorderDepth: Int
    /// By packet.
    let packets: [IndexedPacket]
    /// By packet: the CRC-32 of its bytes, so that a file that was damaged since is found out.
    let checksums: [UInt32]
    /// By frame: the packet that it comes from.
    let packetOfFrame: [UInt32]
    /// By frame.
    let times: FrameTimes
    /// Where decoding can begin, in the order of the file. The first is packet 0, whatever it is.
    let starts: [DecodeStart]
    /// From this frame on positions may be too low: the file has lost something before it. nil where nothing speaks for that.
    public let firstDoubtfulFrame: Int?
    /// Whether the container reports that the file ends within what it announces (Matroska).
    let endsEarly: Bool
    /// The first frame that differs in size from frame 0, where the pass that made the index decoded it.
    public let firstFrameOfAnotherSize: Int?

    /// T, the number of frames that a decoder gives out.
    public var frameCount: Int { packetOfFrame.count }

    /// Packets that the container names and the file does not hold.
    public var lostPackets: Int { max(0, (info.declaredPackets ?? 0) - packets.count) }

    /// That the end of the file is missing, in words; nil where nothing speaks for it. The frames that are there are none the worse.
    public var truncation: String? {
        if lostPackets > 0 { return "\(lostPackets) packets missing at the end" }
        return endsEarly ? "the file ends before its header says so" : nil
    }

    /// What the pass that made the index found wrong with the file, in words; nil where nothing is. Most damage is seen by decoding alone.
    public var problem: String? {
        let facts = [
            truncation, firstDoubtfulFrame.map { "pictures lost before frame \($0)" },
            firstFrameOfAnotherSize.map { "the picture changes its size at frame \($0)" },
        ].compactMap(\.self)
        return facts.isEmpty ? nil : facts.joined(separator: ", ")
    }

    /// How a frame is coded.
    public func pictureType(of frame: Int) -> PictureType { packets[Int(packetOfFrame[frame])].type }

    /// Whether decoding can begin at a frame.
    public func isKeyFrame(_ frame: Int) -> Bool { packets[Int(packetOfFrame[frame])].contains(.start) }

    /// Whether the lines of a frame are those of two fields.
    public func isInterlaced(_ frame: Int) -> Bool { packets[Int(packetOfFrame[frame])].contains(.interlaced) }

    /// The positions of all frames at which decoding can begin.
    public var keyFrames: [Int] { (0..<frameCount).filter(isKeyFrame) }

    /// Whether nothing refers to a frame, so that it can be left out where it is not wanted.
    public func isDisposable(_ frame: Int) -> Bool { packets[Int(packetOfFrame[frame])].contains(.disposable) }

    /// The time of a frame in units of `info.timeBase`, or nil where the container has none.
    public func presentationTime(of frame: Int) -> Int? { times[frame].map { Int($0) } }

    /// The time of a frame in seconds, or nil where the container has none.
    public func seconds(of frame: Int) -> Double? {
        guard let time = times[frame], let unit = info.timeBase.value else { return nil }
        return Double(time) * unit
    }

    /// Frames a second: by the header, or where that does not say by the times of the first and the last frame; nil where there are none.
    public var frameRate: Double? {
        if let rate = info.averageFrameRate.value { return rate }
        guard frameCount > 1, let first = seconds(of: 0), let last = seconds(of: frameCount - 1), last > first else { return nil }
        return Double(frameCount - 1) / (last - first)
    }

    /// The frames from one time to before another, in seconds since the first frame; nil stands for the beginning and the end.
    /// Frames without a time count as shown at the average frame rate.
    public func frameRange(from start: Double?, to end: Double?) -> Range<Int> {
        let first = seconds(of: 0) ?? 0
        let rate = frameRate ?? 25
        func position(_ time: Double?) -> Int? {
            time.map { time in
                // A time that was rounded to milliseconds still means the frame that begins then.
                (0..<frameCount).partitioningIndex { (seconds(of: $0).map { $0 - first } ?? Double($0) / rate) >= time - 0.0005 }
            }
        }
        let lower = position(start) ?? 0
        return lower..<max(lower, position(end) ?? frameCount)
    }

    /// As many frames as `range` has, those nearest to even times from the first to the last of it: the range itself where the rate
    /// does not vary, or where the container has no times.
    public func framesAtEvenTimes(in range: Range<Int>) -> [Int] {
        let times = range.compactMap { seconds(of: $0) }
        guard times.count == range.count, let first = times.first, let last = times.last, last > first else {
            return Array(range)
        }
        let period = (last - first) / Double(times.count - 1)
        var nearest = 0
        return times.indices.map { place in
            let time = first + Double(place) * period
            while nearest + 1 < times.count, abs(times[nearest + 1] - time) <= abs(times[nearest] - time) { nearest += 1 }
            return range.lowerBound + nearest
        }
    }
}

/// What an index keeps of one packet, in one byte.
struct IndexedPacket: Sendable, Equatable {
    /// Flags, above the two bits of the picture type.
    struct Flags: OptionSet {
        let rawValue: UInt8
        /// A frame with a position comes from it.
        static let shown = Flags(rawValue: 1 << 2)
        /// The container says that its frame is decoded but not shown.
        static let hidden = Flags(rawValue: 1 << 3)
        /// No other packet needs it.
        static let disposable = Flags(rawValue: 1 << 4)
        /// Decoding can begin here for what is shown after it.
        static let start = Flags(rawValue: 1 << 5)
        /// Follows a start in the file but is shown before it, so that it may need what precedes the start.
        static let leading = Flags(rawValue: 1 << 6)
        /// The lines of its frame are those of two fields.
        static let interlaced = Flags(rawValue: 1 << 7)
    }

    var rawValue: UInt8

    init(type: PictureType, flags: Flags) { rawValue = type.rawValue | flags.rawValue }

    init(rawValue: UInt8) { self.rawValue = rawValue }

    var type: PictureType { PictureType(rawValue: rawValue & 3) ?? .unknown }

    func contains(_ flags: Flags) -> Bool { rawValue & flags.rawValue == flags.rawValue }

    mutating func insert(_ flags: Flags) { rawValue |= flags.rawValue }

    mutating func remove(_ flags: Flags) { rawValue &= ~flags.rawValue }
}

/// A packet at which decoding can begin.
struct DecodeStart: Sendable, Equatable {
    var packet: Int
    /// The first frame that is exact when decoding begins here.
    var firstFrame: Int
    /// What to ask the container for, in units of the time base, or `FrameTimes.none`.
    var seekTime: Int64
    /// Offset of the packet in the file, by which it is recognised, or -1.
    var bytePosition: Int64
    /// Nothing after it in the file refers to anything before it.
    var isClosed: Bool
}

/// Times of frames: a first one and a step where that says all, else one by one.
struct FrameTimes: Sendable, Equatable {
    /// An absent time.
    static let none = Int64.min

    let first: Int64
    let step: Int64
    let listed: [Int64]

    init(_ times: [Int64]) {
        let first = times.first ?? 0
        let step = times.count > 1 && first != Self.none && times[1] != Self.none ? times[1] &- first : 0
        let isUniform = first != Self.none && times.indices.allSatisfy { times[$0] == first &+ Int64($0) &* step }
        self.init(first: first, step: step, listed: isUniform ? [] : times)
    }

    init(first: Int64, step: Int64, listed: [Int64]) {
        (self.first, self.step, self.listed) = (first, step, listed)
    }

    subscript(frame: Int) -> Int64? {
        let time = listed.isEmpty ? first &+ Int64(frame) &* step : listed[frame]
        return time == Self.none ? nil : time
    }
}
