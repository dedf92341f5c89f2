internal import CMedia

/// Collects what decoding a whole file in order tells, and makes it an index.
struct FrameCensus {
    private struct Entry {
        let packet: media_packet
        let picture: media_picture?
        let pictureCount: Int
    }

    private struct Frame {
        let packet: Int
        let time: Int64
        let type: PictureType
        let isKey: Bool, isInterlaced: Bool
        let width: Int32, height: Int32
    }

    private var entries: [Entry] = []
    private var frames: [Frame] = []
    /// Errors that the decoder reported.
    private var errors = 0
    /// The packets that it reported them for.
    private var erroneousPackets: [Int] = []

    /// Takes the next packet of the file; `picture` where the bitstream could be inspected.
    mutating func add(_ packet: media_packet, _ picture: media_picture?, pictureCount: Int) {
        entries.append(Entry(packet: packet, picture: picture, pictureCount: pictureCount))
    }

    /// Takes the next frame that the decoder gave out.
    mutating func add(_ frame: media_frame) {
        guard entries.indices.contains(Int(frame.number)) else { return }
        frames.append(
            Frame(
                packet: Int(frame.number), time: frame.presentation_time, type: PictureType(letter: frame.type),
                isKey: frame.key, isInterlaced: frame.interlaced, width: frame.width, height: frame.height))
    }

    /// Takes the number of errors that the decoder reported for a packet, or at the end of the file.
    mutating func addErrors(_ count: Int, of packet: Int?) {
        errors += count
        if let packet, count > 0 { erroneousPackets.append(packet) }
    }

    /// The index, or nil where no frame came out. `endsEarly`: the container reported that at the end.
    func index(info: VideoInfo, inspected: Bool, endsEarly: Bool) -> VideoIndex? {
        guard !frames.isEmpty else { return nil }
        let frameOfPacket = Dictionary(frames.enumerated().map { ($1.packet, $0) }, uniquingKeysWith: { first, _ in first })
        // Two pictures packed into one packet: which packet a picture needs is then not known well enough to leave any out.
        let isPacked = entries.contains { $0.pictureCount > 1 }
        var builder = IndexBuilder(checksums: entries.map(\.packet.checksum), packetOfFrame: frames.map(\.packet))
        for (number, entry) in entries.enumerated() {
            let frame = frameOfPacket[number].map { frames[$0] }
            let isDisposable = entry.picture?.disposable ?? (frame?.type == .bidirectional && Self.isMPEG(info.codec))
            builder.set(
                number, type: frame?.type ?? .unknown, isHidden: entry.packet.hidden, isDisposable: isDisposable && !isPacked,
                isInterlaced: frame?.isInterlaced ?? false)
            guard entry.packet.key, let position = frameOfPacket[number], let frame else { continue }
            guard entry.picture?.start ?? (frame.isKey && frame.type == .intra) else { continue }
            builder.addStart(
                number, entry.packet, info: info, firstFrame: position, isClosed: entry.picture?.closed ?? true)
        }
        let depth = reorderDepth(ofPacketsInOutputOrder: frames.map(\.packet))
        return builder.index(
            info: info, decodeErrors: errors, reorderDepth: min(depth, 16), times: frames.map(\.time), first: entries[0].packet,
            endsEarly: endsEarly, firstDoubtfulFrame: firstDoubtfulFrame(frameOfPacket),
            firstFrameOfAnotherSize: frames.firstIndex { $0.width != frames[0].width || $0.height != frames[0].height })
    }

    /// The first frame behind a packet that is incomplete or gave no frame because of an error. Before the first frame
    /// only a lost key counts: recordings begin anywhere.
    private func firstDoubtfulFrame(_ frameOfPacket: [Int: Int]) -> Int? {
        let first = frames.map(\.packet).min() ?? 0
        let lost = erroneousPackets.filter { frameOfPacket[$0] == nil } + entries.indices.filter { entries[$0].packet.corrupt }
        guard let gap = lost.filter({ $0 > first || entries[$0].packet.key }).min() else { return nil }
        return frames.firstIndex { $0.packet >= gap }
    }

    /// Whether no picture of the codec ever refers to a bidirectional one.
    private static func isMPEG(_ codec: String) -> Bool {
        ["mpeg1video", "mpeg2video", "mpeg4", "h263"].contains(codec)
    }
}
