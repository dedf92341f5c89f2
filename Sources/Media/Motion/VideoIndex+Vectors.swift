/// What vectors to earlier and to later pictures are multiplied by; 0 leaves them out.
struct VectorScales: Equatable {
    let forward: Float, backward: Float

    static let none = VectorScales(forward: 0, backward: 0)
}

/// How much of something holds.
public enum Extent: String, Sendable {
    case none = "no"
    case partly
    case all = "yes"

    init(_ count: Int, of all: Int) { self = count == 0 ? .none : count == all ? .all : .partly }
}

extension VideoIndex {
    /// For how many of the predicted frames there are motion vectors that can be trusted.
    public var motionVectors: Extent {
        let predicted = (0..<frameCount).filter { pictureType(of: $0) != .intra }
        guard info.hasMotionVectors else { return .none }
        return Extent(predicted.count { !isInterlaced($0) && codedVectorScales(of: $0) != .none }, of: predicted.count)
    }

    /// How many frames have lines of two fields.
    public var interlacing: Extent { Extent((0..<frameCount).count(where: isInterlaced), of: frameCount) }

    /// How far away the pictures are that a frame refers to, in frames: the last intra or predicted one before it and, for a
    /// bidirectional one, the next after it. An upper bound where the encoder uses several (compressed-domain card, G.4).
    func referenceDistances(of frame: Int) -> (forward: Int?, backward: Int?) {
        func isReference(_ other: Int) -> Bool { [.intra, .predicted].contains(pictureType(of: other)) }
        let earlier = (0..<frame).last(where: isReference).map { frame - $0 }
        guard pictureType(of: frame) == .bidirectional else { return (earlier, nil) }
        return (earlier, (frame + 1..<frameCount).first(where: isReference).map { $0 - frame })
    }

    /// The factors that make a frame's vectors pixels a frame; zeros where they cannot be trusted.
    func vectorScales(of frame: Int) -> VectorScales {
        guard codedVectorScales(of: frame).forward > 0 else { return .none }
        let distances = referenceDistances(of: frame)
        return VectorScales(
            forward: distances.forward.map { 1 / Float($0) } ?? 0, backward: distances.backward.map { -1 / Float($0) } ?? 0)
    }

    /// The factors that leave a frame's vectors towards earlier pictures as they are coded; zeros where they cannot be trusted.
    ///
    /// Vectors of intra pictures mean nothing, and those of MPEG-4 B-pictures are read from memory that the decoder has not written
    /// (compressed-domain card, section B).
    func codedVectorScales(of frame: Int) -> VectorScales {
        let isTrusted =
            switch pictureType(of: frame) {
            case .predicted: true
            case .bidirectional: info.codec != "mpeg4"
            case .intra, .unknown: false
            }
        return VectorScales(forward: isTrusted ? 1 : 0, backward: 0)
    }

    /// The last intra picture at or before a frame, and the predicted ones behind it up to the frame, in order: what leads from
    /// the one to the other. A bidirectional frame, to which nothing else is led, ends its own.
    public func predictionChain(of frame: Int) -> (intra: Int, predicted: [Int]) {
        let intra = (0...frame).last { pictureType(of: $0) == .intra } ?? 0
        let chain = (intra...frame).dropFirst().filter { pictureType(of: $0) == .predicted || $0 == frame }
        return (intra, Array(chain))
    }

    /// The picture that a frame's vectors towards earlier pictures refer to; nil for intra pictures.
    public func referencePicture(of frame: Int) -> Int? {
        guard pictureType(of: frame) != .intra else { return nil }
        return referenceDistances(of: frame).forward.map { frame - $0 }
    }
}
