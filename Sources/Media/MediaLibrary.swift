internal import CMedia

/// The libraries of FFmpeg that this process uses.
public struct MediaLibrary: Sendable, Equatable {
    /// Such as `libavcodec`.
    public let name: String
    /// Such as `59.37.100`.
    public let version: String

    /// libavformat, libavcodec and libavutil.
    public static var all: [MediaLibrary] {
        [
            MediaLibrary("libavformat", media_libavformat_version()), MediaLibrary("libavcodec", media_libavcodec_version()),
            MediaLibrary("libavutil", media_libavutil_version()),
        ]
    }

    /// Whether libavcodec has a decoder of this name, such as `h264`.
    public static func hasDecoder(_ name: String) -> Bool { media_has_decoder(name) }

    /// Whether libavcodec has an encoder of this name, such as `libx264`.
    public static func hasEncoder(_ name: String) -> Bool { media_has_encoder(name) }

    private init(_ name: String, _ version: UInt32) {
        self.name = name
        self.version = "\(version >> 16).\(version >> 8 & 255).\(version & 255)"
    }
}
