import Files
import Tensor

extension Motions {
    /// One clip: what it shows, what is heard and what is asked about it.
    public struct Clip: Sendable {
        /// The part of the set.
        public let split: Split
        /// The place in its part, from 0.
        public let index: Int
        /// The class.
        public let motion: Motion
        private let key: RandomKey
        let scene: Scene

        /// The clip at `index` of `split`; it depends on nothing else.
        public init(split: Split, index: Int) {
            self.split = split
            self.index = index
            motion = Motion.allCases[index % Motion.allCases.count]
            key = Motions.key.derived(split.rawValue).derived(UInt64(index))
            scene = Scene(motion: motion, key: key)
        }

        /// The file's name without extension, such as `train-0042`.
        public var stem: String {
            let digits = String(index)
            return "\(split.rawValue)-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        }

        /// The file below the set's folder.
        public var relativePath: String { "\(split.rawValue)/\(motion.rawValue)/\(stem).mp4" }

        /// The form of the object.
        public var shape: Shape { scene.shape }

        /// The tint of the object.
        public var hue: Hue { scene.hue }

        /// Where the object is at the picture `frame`.
        public func pose(atFrame frame: Int) -> Pose {
            scene.path.pose(at: Double(frame) / Double(Motions.frameCount))
        }

        /// The pictures: `[32, 96, 96, 3]` bytes, RGB.
        public func pictures() -> [UInt8] {
            var renderer = Renderer()
            return renderer.pictures(of: scene)
        }

        /// The sound: 32,000 samples, mono, at 16 kHz.
        public func sound() -> [Int16] { Soundtrack(key: key).samples(following: scene.path) }

        /// Four questions, one of each kind.
        public func questions() -> [Question] { Motions.questions(about: scene, key: key) }

        /// SHA-256 of the pictures and then the sound (little-endian), before they are encoded.
        public func contentDigest() -> String { Self.digest(pictures: pictures(), sound: sound()) }

        static func digest(pictures: [UInt8], sound: [Int16]) -> String {
            var digest = SHA256()
            digest.update(pictures)
            digest.update(
                [UInt8](unsafeUninitializedCapacity: 2 * sound.count) { bytes, count in
                    for (index, sample) in sound.enumerated() {
                        let bits = UInt16(bitPattern: sample)
                        (bytes[2 * index], bytes[2 * index + 1]) = (UInt8(bits & 0xFF), UInt8(bits >> 8))
                    }
                    count = 2 * sound.count
                })
            return digest.finish()
        }
    }
}
