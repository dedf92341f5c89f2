import Augment
import Files
import Media
import Tensor

/// Windows of the frames of a video around even times, for a network that makes a vector of each.
public struct FrameWindows {
    /// How windows are taken.
    public struct Form: Sendable {
        /// Windows a second.
        public let framesPerSecond: Double
        /// Frames of a window, and frames of the video from one of them to the next.
        public let length: Int, stride: Int
        /// The part of the picture that is seen.
        public let crops: EvaluationCrops

        /// A form; see the properties. `framesPerSecond` is above 0, `length` and `stride` are 1 or more.
        public init(framesPerSecond: Double, length: Int, stride: Int, crops: EvaluationCrops) {
            precondition(framesPerSecond > 0 && length > 0 && stride > 0, "windows of \(length) frames of stride \(stride)")
            self.framesPerSecond = framesPerSecond
            self.length = length
            self.stride = stride
            self.crops = crops
        }
    }

    /// The time that each window is about, in seconds from the first frame: 0, and on by even steps to the end of the video.
    public let times: [Double]
    private let form: Form, reader: VideoReader, index: VideoIndex
    /// The frames that are nearest to the times.
    private let middles: [Int]

    /// Pixels that are decoded at once take no more bytes than this, as long as windows are not larger.
    private static let byteBudget = 64 << 20

    /// The windows of the video at `path`. Throws why it cannot be read.
    public init(of path: String, _ form: Form, indices: VideoIndexStore) throws(MediaError) {
        self.form = form
        let (reader, index) = try indices.open(path)
        (self.reader, self.index) = (reader, index)
        let first = index.seconds(of: 0) ?? 0, rate = index.frameRate ?? 25
        let shown = (0..<index.frameCount).map { index.seconds(of: $0).map { $0 - first } ?? Double($0) / rate }
        let end = (shown.last ?? 0) + 1 / rate
        // A last frame that begins where a step would is not lost to rounding.
        let count = max(1, Int((end * form.framesPerSecond - 1e-6).rounded(.up)))
        times = (0..<count).map { Double($0) / form.framesPerSecond }
        middles = Self.nearest(to: times, among: shown)
    }

    /// The place of the one of `shown`, which ascend, that is nearest to each of `times`, which ascend.
    private static func nearest(to times: [Double], among shown: [Double]) -> [Int] {
        var place = 0
        return times.map { time in
            while place + 1 < shown.count, abs(shown[place + 1] - time) <= abs(shown[place] - time) { place += 1 }
            return place
        }
    }

    /// Shows all windows in order, some at a time: `[windows, 3, length, H, W]`, normalised, none of them mirrored.
    ///
    /// Windows that leave the video show its first or its last frame there. Throws what `body` throws, `MediaError`, and
    /// `DamagedWindows` where frames are missing or errors were found in decoding.
    public func forEach(_ body: (Tensor) throws -> Void) throws {
        let bytes = max(1, form.length * reader.info.height * reader.info.width * 3),
            atOnce = min(32, max(1, Self.byteBudget / bytes))
        var decoded = PixelClip(), seen = PixelClip(), scratch = AugmentScratch()
        for begin in Swift.stride(from: 0, to: middles.count, by: atOnce) {
            let chosen = middles[begin..<min(begin + atOnce, middles.count)]
            let report = try reader.frames(at: chosen.flatMap(window), using: index, into: &decoded)
            if let problem = report.problem ?? index.truncation { throw DamagedWindows(path: reader.path, problem: problem) }
            let size = PictureSize(height: decoded.height, width: decoded.width)
            form.crops.geometries(of: size)[0].apply(to: decoded, into: &seen, scratch: &scratch)
            var values = [Float](repeating: 0, count: seen.pixels.count)
            ChannelNormalization.imageNet.normalize(seen, into: &values)
            let pictures = Tensor(values, shape: [chosen.count, form.length, seen.height, seen.width, 3])
            try body(pictures.permuted([0, 4, 1, 2, 3]))
        }
    }

    /// The frames of the window around `middle`.
    private func window(around middle: Int) -> [Int] {
        (0..<form.length).map { min(max(0, middle + ($0 - form.length / 2) * form.stride), index.frameCount - 1) }
    }
}

/// A video whose frames cannot all be shown.
public struct DamagedWindows: ReportedError, Equatable {
    /// The file, and what is wrong with it.
    public let path: String, problem: String
    public var exitCode: ExitCode { .badData }
    public var description: String { "\(path): \(problem)" }
}
