internal import CMedia
import Files
import Foundation

/// Writes an MP4 file with H.264 pictures (libx264) and, if asked for, mono AAC sound.
///
/// The bytes go to a sibling with a temporary name, which `finish` renames: `path` never holds a part of a video. A writer that is
/// dropped before `finish` removes its temporary file. One thread encodes, and x264 is told not to depend on the CPU, but other
/// builds of x264 may still give other bytes: compare what was encoded, not the file. A writer belongs to one thread at a time.
public final class VideoWriter {
    /// Pictures a second as a fraction, such as 30000/1001.
    public struct FrameRate: Sendable, Equatable {
        /// Pictures in `denominator` seconds.
        public let numerator: Int
        /// Seconds that `numerator` pictures take.
        public let denominator: Int

        /// `numerator` pictures in `denominator` seconds.
        public init(_ numerator: Int, _ denominator: Int = 1) {
            self.numerator = numerator
            self.denominator = denominator
        }
    }

    /// A mono sound track.
    public struct Sound: Sendable, Equatable {
        /// Samples a second, such as 16,000.
        public let sampleRate: Int
        /// Bits a second of the compressed sound.
        public let bitRate: Int

        /// A track of `sampleRate` samples a second, compressed to about `bitRate` bits a second.
        public init(sampleRate: Int, bitRate: Int = 64_000) {
            self.sampleRate = sampleRate
            self.bitRate = bitRate
        }
    }

    /// How x264 encodes.
    public struct Options: Sendable, Equatable {
        /// 0 (lossless) to 51 (worst).
        public var constantRateFactor = 23
        /// The most pictures from one keyframe to the next.
        public var groupOfPictures = 32
        /// The most B-frames in a row.
        public var consecutiveBFrames = 2
        /// How much x264 tries.
        public var preset = Preset.veryfast
        /// Leaves out what makes decoding slow (arithmetic coding, the 8 x 8 transform, small partitions, the deblocking filter,
        /// several reference pictures, weighted prediction) and fixes the pattern: a keyframe only where a group of pictures begins,
        /// always the most B-frames in a row, and no picture refers to a B-frame.
        public var isQuickToDecode = false

        /// The defaults.
        public init() {}

        fileprivate var x264Parameters: String {
            let plain = "threads=1:cpu-independent=1"
            guard isQuickToDecode else { return plain }
            return plain + ":cabac=0:8x8dct=0:partitions=none:no-deblock=1:ref=1:weightp=0:weightb=0"
                + ":scenecut=0:b-adapt=0:b-pyramid=none"
        }
    }

    /// How much x264 tries to save bits.
    public enum Preset: String, CaseIterable, Sendable {
        case ultrafast, superfast, veryfast, faster, fast, medium, slow, slower, veryslow, placebo
    }

    /// Where the video will be.
    public let path: String
    /// Pixels in a row.
    public let width: Int
    /// Rows of a picture.
    public let height: Int
    private let hasSound: Bool
    private let temporaryPath: String
    private var encoder: OpaquePointer?

    /// Opens the encoders and creates the temporary file.
    ///
    /// Throws `VideoWriterError.invalid` for values that H.264 cannot hold, `.exists` when there is a file at `path`,
    /// `.encoderMissing` when libavcodec was built without libx264, `.failed` for everything that libavcodec or the disk refuses.
    public init(
        path: String, width: Int, height: Int, frameRate: FrameRate, sound: Sound? = nil, options: Options = Options()
    ) throws(VideoWriterError) {
        self.path = path
        (self.width, self.height) = (width, height)
        hasSound = sound != nil
        temporaryPath = "\(path).tmp-\(getpid())"
        try Self.check(width: width, height: height, frameRate: frameRate, sound: sound, options: options)
        guard access(path, F_OK) != 0 else { throw .exists(path: path) }
        encoder = media_writer_create()
        guard encoder != nil else { throw .encoderMissing(name: "libx264") }
        let code = options.preset.rawValue.withCString { preset in
            options.x264Parameters.withCString { parameters in
                var settings = media_writer_settings(
                    width: Int32(width), height: Int32(height),
                    rate_numerator: Int32(frameRate.numerator), rate_denominator: Int32(frameRate.denominator),
                    constant_rate_factor: Int32(options.constantRateFactor), group_of_pictures: Int32(options.groupOfPictures),
                    consecutive_b_frames: Int32(options.consecutiveBFrames), preset: preset, encoder_options: parameters,
                    sample_rate: Int32(sound?.sampleRate ?? 0), sound_bit_rate: Int32(sound?.bitRate ?? 0))
                return media_writer_open(encoder, temporaryPath, &settings)
            }
        }
        try check(code)
    }

    deinit { discard() }

    /// Adds one picture: `height` x `width` x 3 bytes, RGB. Encoded as BT.601 of limited range, 4:2:0.
    public func append(picture: some Collection<UInt8>) throws(VideoWriterError) {
        precondition(picture.count == width * height * 3, "a picture of another size")
        precondition(encoder != nil, "the video is finished")
        let code = picture.withContiguousStorageIfAvailable { media_writer_add_picture(encoder, $0.baseAddress) }
        try check(code ?? media_writer_add_picture(encoder, Array(picture)))
    }

    /// Adds samples of the sound track in -1 ... 1, in pieces of any length.
    public func append(sound samples: [Float]) throws(VideoWriterError) {
        precondition(hasSound, "the video was opened without sound")
        precondition(encoder != nil, "the video is finished")
        try check(media_writer_add_sound(encoder, samples, samples.count))
    }

    /// Writes what the encoders still hold and gives the file its name. Throws `.exists` if there is another file by now.
    public func finish() throws(VideoWriterError) {
        precondition(encoder != nil, "the video is finished")
        try check(media_writer_finish(encoder))
        guard access(path, F_OK) != 0 else {
            discard()
            throw .exists(path: path)
        }
        guard rename(temporaryPath, path) == 0 else {
            let reason = String(cString: strerror(errno))
            discard()
            throw .failed(path: path, operation: "rename", reason: reason)
        }
        media_writer_free(encoder)
        encoder = nil
    }

    private func discard() {
        guard encoder != nil else { return }
        media_writer_free(encoder)
        encoder = nil
        unlink(temporaryPath)
    }

    private func check(_ code: Int32) throws(VideoWriterError) {
        guard code != 0 else { return }
        let operation = String(cString: media_writer_operation(encoder))
        discard()
        guard code != MEDIA_WRITER_NO_ENCODER else { throw .encoderMissing(name: operation) }
        var text = [CChar](repeating: 0, count: 128)
        media_writer_describe(code, &text, text.count)
        let reason = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        throw .failed(path: path, operation: operation, reason: reason)
    }

    private static func check(
        width: Int, height: Int, frameRate: FrameRate, sound: Sound?, options: Options
    ) throws(VideoWriterError) {
        func require(_ holds: Bool, _ field: String, _ found: Int, _ expected: String) throws(VideoWriterError) {
            guard holds else { throw .invalid(field: field, found: found, expected: expected) }
        }
        for (field, value) in [("width", width), ("height", height)] {
            try require((2...16_384).contains(value) && value % 2 == 0, field, value, "an even number from 2 to 16384")
        }
        for (field, value) in [("numerator", frameRate.numerator), ("denominator", frameRate.denominator)] {
            try require((1...1_000_000).contains(value), "frame rate's \(field)", value, "a number from 1 to 1000000")
        }
        try require((0...51).contains(options.constantRateFactor), "constantRateFactor", options.constantRateFactor, "0 to 51")
        try require((1...10_000).contains(options.groupOfPictures), "groupOfPictures", options.groupOfPictures, "1 to 10000")
        try require((0...16).contains(options.consecutiveBFrames), "consecutiveBFrames", options.consecutiveBFrames, "0 to 16")
        guard let sound else { return }
        try require((7_350...96_000).contains(sound.sampleRate), "sampleRate", sound.sampleRate, "7350 to 96000")
        try require((1_000...1_000_000).contains(sound.bitRate), "bitRate", sound.bitRate, "1000 to 1000000")
    }
}
