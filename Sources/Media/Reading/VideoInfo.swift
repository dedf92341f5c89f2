internal import CMedia

/// A fraction as containers store rates and times; 0/0 or 0/1 where it is unknown.
public struct Rational: Sendable, Equatable, CustomStringConvertible {
    /// The part above the line.
    public let numerator: Int
    /// The part below the line.
    public let denominator: Int

    /// numerator / denominator, not reduced.
    public init(_ numerator: Int, _ denominator: Int) {
        self.numerator = numerator
        self.denominator = denominator
    }

    /// The value, or nil where the fraction is unknown.
    public var value: Double? { numerator == 0 || denominator == 0 ? nil : Double(numerator) / Double(denominator) }

    public var description: String { "\(numerator)/\(denominator)" }
}

/// What the header and the first pictures say about the video stream of a file.
public struct VideoInfo: Sendable, Equatable {
    /// libavformat's name of the container, such as `mov,mp4,m4a,3gp,3g2,mj2`.
    public let container: String
    /// libavcodec's name of the codec, such as `h264`.
    public let codec: String
    /// libav's name of the pixel format (`yuv420p`), or nil where it was not looked for.
    public let pixelFormat: String?
    /// Columns of the picture as it is shown: cropped, and turned.
    public let width: Int
    /// Rows of the picture as it is shown.
    public let height: Int
    /// Width to height of one pixel; 0/1 where unknown.
    public let sampleAspectRatio: Rational
    /// Frames a second over the whole stream, by the header.
    public let averageFrameRate: Rational
    /// The lowest rate that all time stamps fit into.
    public let realFrameRate: Rational
    /// Seconds in one unit of the time stamps.
    public let timeBase: Rational
    /// Degrees clockwise (0, 90, 180, 270) by which the reader turns pictures and vectors, as players do.
    public let rotation: Int
    /// Whether the reader exchanges left and right before that.
    public let isMirrored: Bool
    /// Whether the file has a sound stream.
    public let hasSound: Bool
    /// Whether libavcodec gives out motion vectors of the codec.
    public let hasMotionVectors: Bool
    /// Seconds by the header, or nil where it does not say.
    public let durationSeconds: Double?
    /// Packets by the container's own index (MP4, MOV, AVI), or by AVI's header where that is lost; nil elsewhere.
    public let declaredPackets: Int?
}

extension VideoInfo {
    init(_ info: media_video_info) {
        container = String(cString: info.container)
        codec = String(cString: info.codec)
        pixelFormat = info.pixel_format.map { String(cString: $0) }
        width = Int(info.width)
        height = Int(info.height)
        sampleAspectRatio = Rational(Int(info.sample_aspect_numerator), Int(info.sample_aspect_denominator))
        averageFrameRate = Rational(Int(info.average_rate_numerator), Int(info.average_rate_denominator))
        realFrameRate = Rational(Int(info.real_rate_numerator), Int(info.real_rate_denominator))
        timeBase = Rational(Int(info.time_base_numerator), Int(info.time_base_denominator))
        rotation = 90 * Int(info.orientation.quarter_turns)
        isMirrored = info.orientation.mirrored
        hasSound = info.has_sound
        hasMotionVectors = info.has_vectors
        durationSeconds = info.duration_seconds < 0 ? nil : info.duration_seconds
        declaredPackets = info.declared_packets > 0 ? Int(info.declared_packets) : nil
    }
}
