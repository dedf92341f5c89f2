import Files

public enum MediaError: ReportedError, Equatable {
    case damaged(path: String, reason: String)
    public var exitCode: ExitCode { .badData }
    public var description: String { "damaged" }
}
public struct VideoInfo: Sendable {}
public struct DecodeReport: Sendable { public var problem: String? }
public struct VideoIndex: Sendable {
    public var frameCount: Int
    public func frameRange(from: Double?, to: Double?, _ info: VideoInfo) -> Range<Int> { 0..<frameCount }
}
public final class VideoReader {
    public let info = VideoInfo()
    public init(path: String) throws(MediaError) {}
    public func makeIndex() throws(MediaError) -> VideoIndex { VideoIndex(frameCount: 0) }
    public func frames(at: [Int], using: VideoIndex, into: inout PixelClip) throws(MediaError) -> DecodeReport { DecodeReport() }
}
