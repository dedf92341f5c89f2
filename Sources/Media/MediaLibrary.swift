internal import CMedia

/// The libraries of FFmpeg that this process uses.
public struct MediaLibrary: Sendable, Equatable {
    /// Such as `libavcodec`.
    public let name: String
    /// Such as `59.37.100`.
    public let version: String

    /// libavformat, libavcodec and libavutil. Throws `MediaError.noLibrary` where they cannot be opened.
    public static func all() throws(MediaError) -> [MediaLibrary] {
        let versions = [
            ("libavformat", media_libavformat_version()), ("libavcodec", media_libavcodec_version()),
            ("libavutil", media_libavutil_version()),
        ]
        guard versions.allSatisfy({ $0.1 > 0 }) else { throw .noLibrary(reason: String(cString: media_library_problem())) }
        return versions.map { MediaLibrary($0.0, $0.1) }
    }

    /// The version of libavcodec, which decodes; nil where it cannot be opened.
    public static var codecVersion: String? { (try? all())?.first { $0.name == "libavcodec" }?.version }

    /// Whether libavcodec has a decoder of this name, such as `h264`.
    public static func hasDecoder(_ name: String) -> Bool { media_has_decoder(name) }

    /// Whether libavcodec has an encoder of this name, such as `libx264`.
    public static func hasEncoder(_ name: String) -> Bool { media_has_encoder(name) }

    private init(_ name: String, _ version: UInt32) {
        self.name = name
        self.version = "\(version >> 16).\(version >> 8 & 255).\(version & 255)"
    }
}
