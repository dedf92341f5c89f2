internal import CMedia

/// Puts an index together from what packets or frames said.
struct IndexBuilder {
    private var packets: [IndexedPacket]
    private let checksums: [UInt32]
    private let packetOfFrame: [Int]
    private var starts: [DecodeStart] = []

    /// `checksums` has one element for each packet of the file.
    init(checksums: [UInt32], packetOfFrame: [Int]) {
        self.checksums = checksums
        self.packetOfFrame = packetOfFrame
        packets = [IndexedPacket](repeating: IndexedPacket(rawValue: 0), count: checksums.count)
        for packet in packetOfFrame { packets[packet].insert(.shown) }
    }

    mutating func set(_ number: Int, type: PictureType, isHidden: Bool, isDisposable: Bool, isInterlaced: Bool) {
        var packet = IndexedPacket(type: type, flags: isDisposable ? .disposable : [])
        if packets[number].contains(.shown) { packet.insert(.shown) }
        if isHidden { packet.insert(.hidden) }
        if isInterlaced { packet.insert(.interlaced) }
        packets[number] = packet
    }

    mutating func addStart(_ number: Int, _ packet: media_packet, info: VideoInfo, firstFrame: Int, isClosed: Bool) {
        // Matroska's index holds the times of display, the others' those of decoding.
        let isMatroska = info.container.hasPrefix("matroska")
        let time = isMatroska || packet.decoding_time == FrameTimes.none ? packet.presentation_time : packet.decoding_time
        packets[number].insert(.start)
        starts.append(
            DecodeStart(
                packet: number, firstFrame: firstFrame, seekTime: time, bytePosition: packet.byte_position, isClosed: isClosed))
    }

    consuming func index(
        info: VideoInfo, decodeErrors: Int, reorderDepth: Int, times: [Int64], first: media_packet, endsEarly: Bool,
        firstDoubtfulFrame: Int? = nil, firstFrameOfAnotherSize: Int? = nil
    ) -> VideoIndex {
        if starts.first?.packet != 0 {
            starts.insert(
                DecodeStart(
                    packet: 0, firstFrame: 0, seekTime: FrameTimes.none, bytePosition: first.byte_position, isClosed: true), at: 0
            )
        }
        starts[0].firstFrame = 0
        starts[0].isClosed = true
        markLeading()
        keepWhatOthersComplete()
        return VideoIndex(
            info: info, decodeErrors: decodeErrors, reorderDepth: reorderDepth, packets: packets,
            checksums: checksums, packetOfFrame: packetOfFrame.map { UInt32($0) }, times: FrameTimes(times), starts: starts,
            firstDoubtfulFrame: firstDoubtfulFrame, endsEarly: endsEarly, firstFrameOfAnotherSize: firstFrameOfAnotherSize)
    }

    /// Marks packets that follow a start in the file and come before it in output order.
    private mutating func markLeading() {
        for (frame, packet) in packetOfFrame.enumerated() {
            let following = starts.partitioningIndex { $0.packet > packet }
            if following > 0, frame < starts[following - 1].firstFrame { packets[packet].insert(.leading) }
        }
    }

    /// A packet after which comes one without a frame of its own (a second field) is needed together with that.
    private mutating func keepWhatOthersComplete() {
        for number in packets.indices.dropLast() {
            let next = packets[number + 1]
            if !next.contains(.shown) && !next.contains(.hidden) { packets[number].remove(.disposable) }
        }
    }
}
