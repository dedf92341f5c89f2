internal import CMedia

/// Collects what packets say and derives the index without decoding, where that is exact.
///
/// It is exact for H.264 where every packet is one whole frame, the file begins with an instantaneous refresh, all time stamps are
/// there and differ, and the order of the time stamps is the order that the bitstream itself prescribes.
struct PacketSurvey {
    private struct Entry {
        let packet: media_packet
        let picture: media_picture
        /// Number of instantaneous refreshes up to here, which is what output numbers count within.
        let period: Int
    }

    /// The most pictures that an H.264 decoder can hold back.
    private static let greatestReorderDepth = 16

    private var entries: [Entry] = []

    /// Takes the next packet; false where the index cannot be had this way.
    mutating func add(_ packet: media_packet, _ picture: media_picture) -> Bool {
        guard picture.single_frame, !packet.corrupt, packet.presentation_time != FrameTimes.none else { return false }
        guard !entries.isEmpty || picture.closed else { return false }
        entries.append(Entry(packet: packet, picture: picture, period: (entries.last?.period ?? 0) + (picture.closed ? 1 : 0)))
        return true
    }

    /// The index, or nil where the time stamps contradict the bitstream. `endsEarly`: the container reported that at the end.
    func index(info: VideoInfo, endsEarly: Bool) -> VideoIndex? {
        let ordered = entries.indices.sorted { entries[$0].packet.presentation_time < entries[$1].packet.presentation_time }
        guard isPrescribed(ordered) else { return nil }
        let shown = ordered.filter { !entries[$0].packet.hidden }
        let depth = reorderDepth(ofPacketsInOutputOrder: ordered)
        guard !shown.isEmpty, depth <= Self.greatestReorderDepth else { return nil }

        var builder = IndexBuilder(checksums: entries.map(\.packet.checksum), packetOfFrame: shown)
        let shownTimes = shown.map { entries[$0].packet.presentation_time }
        for (number, entry) in entries.enumerated() {
            builder.set(
                number, type: PictureType(letter: entry.picture.type), isHidden: entry.packet.hidden,
                isDisposable: entry.picture.disposable, isInterlaced: entry.picture.interlaced)
            guard entry.picture.start, entry.packet.key else { continue }
            let firstFrame = shownTimes.partitioningIndex { $0 >= entry.packet.presentation_time }
            builder.addStart(number, entry.packet, info: info, firstFrame: firstFrame, isClosed: entry.picture.closed)
        }
        return builder.index(
            info: info, decodeErrors: 0, reorderDepth: depth, times: shownTimes, first: entries[0].packet,
            endsEarly: endsEarly)
    }

    /// Whether output numbers increase strictly in this order, as do the time stamps.
    private func isPrescribed(_ ordered: [Int]) -> Bool {
        zip(ordered, ordered.dropFirst()).allSatisfy {
            let (a, b) = (entries[$0], entries[$1])
            return a.packet.presentation_time < b.packet.presentation_time
                && (a.period, a.picture.output_number) < (b.period, b.picture.output_number)
        }
    }
}

/// How many pictures must be held back so that packets given in output order can be decoded in the order of their numbers.
func reorderDepth(ofPacketsInOutputOrder packets: [Int]) -> Int {
    var latest = -1
    var depth = 0
    for (position, packet) in packets.enumerated() {
        latest = max(latest, packet)
        depth = max(depth, latest - position)
    }
    return depth
}

extension RandomAccessCollection {
    /// The first index whose element satisfies the predicate, where all that do follow all that do not.
    func partitioningIndex(where belongsToSecond: (Element) -> Bool) -> Index {
        var (low, count) = (startIndex, self.count)
        while count > 0 {
            let half = count / 2
            let middle = index(low, offsetBy: half)
            if belongsToSecond(self[middle]) {
                count = half
            } else {
                low = index(after: middle)
                count -= half + 1
            }
        }
        return low
    }
}
