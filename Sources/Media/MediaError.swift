internal import CMedia
import Files
import Glibc

/// Why a video could not be read, with the file.
public enum MediaError: ReportedError, Equatable {
    /// There is no such file.
    case missing(path: String)
    /// The file may not be opened or read, with the system's error number.
    case unreadable(path: String, code: Int32)
    /// A folder, a FIFO or a device.
    case notAFile(path: String)
    /// A file of zero bytes.
    case empty(path: String)
    /// No video container was recognised.
    case notMedia(path: String)
    /// The container is known, but its header is damaged or missing.
    case damagedHeader(path: String)
    /// Sound only, or nothing at all.
    case noVideo(path: String)
    /// There is no sound in the file.
    case noSound(path: String)
    /// There is a video stream, but no picture could be decoded.
    case noFrames(path: String)
    /// libavcodec has no decoder for the video stream.
    case unsupportedCodec(path: String)
    /// Pictures of this pixel format cannot be converted to RGB.
    case unsupportedPixelFormat(path: String, format: String)
    /// Players turn the pictures by an angle that is no multiple of 90 degrees.
    case unsupportedOrientation(path: String)
    /// Pictures that somebody needs are damaged (`DecodeReport.problem`).
    case damaged(path: String, reason: String)
    /// libavcodec gives out no motion vectors of this codec.
    case noVectors(path: String, codec: String)
    /// A picture differs in size from what the header says.
    case sizeChanged(path: String, frame: Int)
    /// A position outside the file was asked for.
    case positionOutOfRange(path: String, position: Int, frameCount: Int)
    /// The file is not the one that the index was made from.
    case changedSinceIndexed(path: String)
    /// The bytes of an index are not whole.
    case damagedIndex(reason: String)
    /// Bytes that are not an 8-bit RGB PNG.
    case notAPicture
    /// libav could not be opened.
    case noLibrary(reason: String)
    /// libav failed for a reason of its own, most likely exhausted memory.
    case failed(path: String, operation: String)

    public var exitCode: ExitCode {
        switch self {
        case .missing, .unreadable: .inputMissing
        case .noLibrary: .unavailable
        default: .badData
        }
    }

    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such file"
        case .unreadable(let path, ELOOP): "\(path): a link that leads to itself; make it lead to a video, or remove it"
        case .unreadable(let path, let code): "\(path): could not open it: \(String(cString: strerror(code)))"
        case .notAFile(let path): "\(path): expected a video file, found a folder or a special file"
        case .empty(let path): "\(path): the file has zero bytes; copy or download it again"
        case .notMedia(let path): "\(path): the content is no video container that is known (MP4, Matroska, AVI, MPEG, ...)"
        case .damagedHeader(let path): "\(path): the container's header is damaged or cut off; copy or download it again"
        case .noVideo(let path): "\(path): there is no video stream in it"
        case .noSound(let path): "\(path): there is no sound in it"
        case .noFrames(let path): "\(path): not one picture could be decoded"
        case .unsupportedCodec(let path): "\(path): libavcodec has no decoder for its video; encode it as H.264"
        case .unsupportedPixelFormat(let path, let format):
            "\(path): pixel format \(format) is not supported; expected Y'CbCr, RGB or grey of 8 to 16 bits; encode it as yuv420p"
        case .unsupportedOrientation(let path):
            "\(path): its header turns the pictures by an angle that is no multiple of 90 degrees; encode it upright"
        case .damaged(let path, let reason): "\(path): damaged: \(reason); copy or download it again"
        case .noVectors(let path, let codec):
            "\(path): libavcodec gives out no motion vectors of \(codec); encode it as H.264 or MPEG-4"
        case .sizeChanged(let path, let frame): "\(path): the picture changes its size at frame \(frame); encode it at one size"
        case .positionOutOfRange(let path, let position, let frameCount):
            "\(path): frame \(position) was asked for, but the file has \(frameCount) frames, numbered from 0"
        case .changedSinceIndexed(let path): "\(path): the file has changed since it was indexed; index it again"
        case .damagedIndex(let reason): "damaged video index: \(reason); delete it and index again"
        case .notAPicture: "expected a PNG of 8-bit RGB"
        case .noLibrary(let reason): "libav could not be opened (\(reason)); install Debian's libavcodec-dev and libavformat-dev"
        case .failed(let path, let operation): "\(path): could not \(operation); is memory exhausted?"
        }
    }

    /// What an unsuccessful status of `CMedia` means for `path`.
    init(_ status: media_status, path: String, operation: String, code: Int32 = EIO) {
        self =
            switch status {
            case MEDIA_MISSING: .missing(path: path)
            case MEDIA_UNREADABLE, MEDIA_READ_FAILED: .unreadable(path: path, code: code)
            case MEDIA_NOT_A_FILE: .notAFile(path: path)
            case MEDIA_EMPTY: .empty(path: path)
            case MEDIA_NOT_MEDIA: .notMedia(path: path)
            case MEDIA_DAMAGED_HEADER: .damagedHeader(path: path)
            case MEDIA_NO_VIDEO: .noVideo(path: path)
            case MEDIA_NO_SOUND: .noSound(path: path)
            case MEDIA_UNSUPPORTED_CODEC: .unsupportedCodec(path: path)
            case MEDIA_UNSUPPORTED_ORIENTATION: .unsupportedOrientation(path: path)
            case MEDIA_NO_LIBRARY: .noLibrary(reason: String(cString: media_library_problem()))
            default: .failed(path: path, operation: operation)
            }
    }
}
