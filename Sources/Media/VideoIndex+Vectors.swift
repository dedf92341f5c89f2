/// What vectors to earlier and to later pictures are multiplied by; 0 leaves them out.
struct VectorScales: Equatable {
    let forward: Float, backward: Float
}

extension VideoIndex {
    /// How far away the pictures are that a frame refers to, in frames: the last intra or predicted one before it and, for a
    /// bidirectional one, the next after it. An upper bound where the encoder uses several (compressed-domain card, G.4).
    func referenceDistances(of frame: Int) -> (forward: Int?, backward: Int?) {
        func isReference(_ other: Int) -> Bool { [.intra, .predicted].contains(pictureType(of: other)) }
        let earlier = (0..<frame).last(where: isReference).map { frame - $0 }
        guard pictureType(of: frame) == .bidirectional else { return (earlier, nil) }
        return (earlier, (frame + 1..<frameCount).first(where: isReference).map { $0 - frame })
    }

    /// The factors that bring a frame's vectors into `form`; zeros where they cannot be trusted.
    ///
    /// Vectors of intra pictures mean nothing, and those of MPEG-4 B-pictures are read from memory that the decoder has not written
    /// (compressed-domain card, section B).
    func vectorScales(of frame: Int, _ form: VectorForm) -> VectorScales {
        let none = VectorScales(forward: 0, backward: 0), distances = referenceDistances(of: frame)
        switch pictureType(of: frame) {
        case .predicted:
            guard let forward = distances.forward else { return none }
            return VectorScales(forward: form == .coded ? 1 : 1 / Float(forward), backward: 0)
        case .bidirectional:
            guard info.codec != "mpeg4" else { return none }
            if form == .coded { return VectorScales(forward: 1, backward: 0) }
            return VectorScales(
                forward: distances.forward.map { 1 / Float($0) } ?? 0, backward: distances.backward.map { -1 / Float($0) } ?? 0)
        case .intra, .unknown: return none
        }
    }
}
