/// What it took to read a clip, and what was wrong with it.
public struct DecodeReport: Sendable, Equatable {
    /// Pictures that were decoded, wanted or not.
    public internal(set) var decodedFrames = 0
    /// Pictures that were converted to RGB.
    public internal(set) var convertedFrames = 0
    /// Wanted positions whose pictures the decoder marked as damaged or patched up.
    public internal(set) var corruptPositions: [Int] = []
    /// Wanted positions that did not come out of the decoder; their pixels are black.
    public internal(set) var missingPositions: [Int] = []
    /// Wanted positions behind a place where the file has lost pictures: theirs may be those of later positions.
    public internal(set) var doubtfulPositions: [Int] = []
    /// Errors that the container and the decoder reported on the way to the wanted pictures.
    public internal(set) var errors = 0
    /// Packets on that way whose bytes are not those that the index was made from.
    public internal(set) var changedPackets = 0

    /// Nothing wanted: nothing read.
    public init() {}

    /// Whether every picture is exactly what the encoder meant, as far as the decoder can tell.
    public var isClean: Bool {
        corruptPositions.isEmpty && missingPositions.isEmpty && doubtfulPositions.isEmpty && errors == 0 && changedPackets == 0
    }

    /// What is wrong with the clip, in words; nil where it is clean.
    public var problem: String? {
        guard !isClean else { return nil }
        var facts: [String] = []
        if !missingPositions.isEmpty { facts.append("frames missing: \(Self.list(missingPositions))") }
        if !corruptPositions.isEmpty { facts.append("frames damaged: \(Self.list(corruptPositions))") }
        if !doubtfulPositions.isEmpty { facts.append("frames behind lost ones: \(Self.list(doubtfulPositions))") }
        if changedPackets > 0 { facts.append("packets that have changed since the file was indexed: \(changedPackets)") }
        if errors > 0 { facts.append("errors of the decoder: \(errors)") }
        return facts.joined(separator: "; ")
    }

    private static func list(_ positions: [Int]) -> String {
        let shown = positions.prefix(8).map(String.init).joined(separator: ", ")
        return positions.count > 8 ? "\(shown) and \(positions.count - 8) more" : shown
    }
}
