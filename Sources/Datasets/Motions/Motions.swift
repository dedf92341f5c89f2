import Files
import Foundation
import Media
import Tensor

/// The built-in data set: short clips in ten classes that only motion tells apart, with sound and questions.
///
/// It is not a benchmark: its look was shaped until a semi-supervised method could show itself in minutes. Every clip is a function
/// of its split and index alone, computed so that pictures and sound have the same bytes on every machine (`contentDigest`);
/// the encoded files may differ from one build of x264 to another.
public enum Motions {
    /// Changes whenever a clip, a question or the layout changes.
    public static let version = 2
    /// Width and height of a picture, in pixels.
    public static let side = 96
    /// Pictures in a clip.
    public static let frameCount = 32
    /// Pictures a second.
    public static let frameRate = 16
    /// Samples a second of the mono sound.
    public static let sampleRate = 16_000
    /// Samples in a clip.
    public static let sampleCount = 32_000
    /// `Overview.digest` of the full set, on every machine.
    public static let contentDigest = "a915d160003df75a86e7118d3707dc7fb57cef2c2ff82664c885e7688fadeaf2"

    /// Pixels in a 64th of the side.
    static let scale = Double(side) / 64
    /// The key of everything that is drawn. Training has seeds of its own.
    static let key = RandomKey(seed: 20_260_101, purpose: .synthesis)

    /// The two parts of the set.
    public enum Split: String, CaseIterable, Sendable {
        case train, test
    }

    /// How many clips of each split a set holds. The clips of a smaller set are the first of the full one.
    public struct Count: Sendable, Equatable {
        /// Training clips.
        public let train: Int
        /// Test clips.
        public let test: Int
        /// 1,000 and 300.
        public static let full = Count(train: 1_000, test: 300)

        /// `train` and `test` clips, neither negative.
        public init(train: Int, test: Int) {
            precondition(train >= 0 && test >= 0, "a negative number of clips")
            (self.train, self.test) = (train, test)
        }

        /// Clips of both splits.
        public var total: Int { train + test }
    }

    /// The clips of a set, training clips first; the classes take turns.
    public static func clips(_ count: Count = .full) -> [Clip] {
        (0..<count.train).map { Clip(split: .train, index: $0) } + (0..<count.test).map { Clip(split: .test, index: $0) }
    }
}
