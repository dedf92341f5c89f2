import Tensor

extension Motions {
    /// What a clip shows, apart from its class: an action that only its motion tells from the others.
    ///
    /// Every class keeps its meaning under mirroring, rotation by up to 27 degrees, shear, shift and changes of colour.
    public enum Motion: String, CaseIterable, Sendable {
        case blink, down, grow, jump, orbit, shrink, sideways, spin, still, up
    }

    /// The form of the one object of a clip.
    public enum Shape: Int, CaseIterable, Sendable {
        case bar, triangle, ellipse, letterT, halfDisc

        /// The word for it in the questions.
        public var name: String {
            switch self {
            case .bar: "bar"
            case .triangle: "triangle"
            case .ellipse: "ellipse"
            case .letterT: "letter T"
            case .halfDisc: "half disc"
            }
        }
    }

    /// The tint of the object.
    public enum Hue: String, CaseIterable, Sendable {
        case red, yellow, green, turquoise, blue, purple

        /// What is added to red, green and blue, in grey levels: enough to be named, too little to be learnt before the motion.
        var tint: [Double] {
            switch self {
            case .red: [12.5, -12.5, -12.5]
            case .yellow: [12.5, 12.5, -12.5]
            case .green: [-12.5, 12.5, -12.5]
            case .turquoise: [-12.5, 12.5, 12.5]
            case .blue: [-12.5, -12.5, 12.5]
            case .purple: [12.5, -12.5, 12.5]
            }
        }
    }

    /// How the object or the background is painted.
    struct Look {
        /// Grey level of red, green and blue.
        let level: [Double]
        /// Standard deviation of the texture, in grey levels.
        let deviation: Double
    }

    /// Where the object is and how it looks at one moment. Lengths are in 64ths of the side.
    public struct Pose: Sendable, Equatable {
        /// Right of the middle.
        public var x = 0.0
        /// Above the middle.
        public var height = 0.0
        /// About half the length of the object.
        public var radius = 8.0
        /// Anticlockwise, in turns.
        public var angle = 0.0
        /// True while `blink` shows the second look.
        public var swapped = false
    }

    /// The draws of a clip's picture. The order of the draws is part of the data set: changing it changes every clip.
    struct Scene {
        let shape: Shape
        let hue: Hue
        let path: Path
        /// The object's first look, and the one that `blink` swaps it with.
        let looks: [Look]
        let background: Look
        /// Standard deviation of the pixel noise, in grey levels.
        let noiseDeviation: Double
        /// Drift of the background from the first picture to the last, in 64ths of the side.
        let drift: (x: Double, y: Double)
        let textures: RandomKey
        let noise: RandomKey

        init(motion: Motion, key: RandomKey) {
            var random = key.derived("scene").stream
            shape = Shape.allCases[random.integer(below: Shape.allCases.count)]
            hue = Hue.allCases[random.integer(below: Hue.allCases.count)]
            path = Path(motion: motion, random: &random)

            let grey = random.uniform(105, 150)
            background = Look(level: (0..<3).map { _ in grey + random.uniform(-5, 5) }, deviation: random.uniform(6, 16))
            let sign = random.chance(0.5) ? 1.0 : -1.0
            var looks: [Look] = []
            for side in [sign, -sign] {
                let level = grey + side * random.uniform(70, 100)
                looks.append(Look(level: hue.tint.map { level + $0 }, deviation: random.uniform(10, 25)))
            }
            self.looks = looks

            noiseDeviation = random.uniform(0, 4)
            let distance = random.uniform(0, 0.3) * 15
            let direction = random.uniform()
            drift = (
                distance * ExactArithmetic.cosine(turns: direction), distance * ExactArithmetic.sine(turns: direction)
            )
            textures = key.derived("textures")
            noise = key.derived("noise")
        }
    }
}
