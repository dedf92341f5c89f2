import Tensor

extension Motions {
    /// How the object moves through a clip: a function of time.
    struct Path {
        let motion: Motion
        /// The pose that the motion starts from or turns about.
        let rest: Pose
        /// Length of a straight path (64ths of the side), change of size in octaves, or number of turns; 0 for the others.
        let amount: Double
        /// Where `amount` lies in its range, from 0 to 1.
        let share: Double
        /// +1 or -1: to the right or left, anticlockwise or clockwise.
        let sign: Double
        /// Direction of a straight path or start of an orbit, in turns.
        private let direction: Double
        private let orbitRadius: Double
        private let places: [(x: Double, height: Double)]

        /// A clip falls into this many equal spans, after each of which `blink` and `jump` change.
        static let spans = 8
        /// The centre of an object that stays lies within this distance of the middle, in x and in height.
        private static let spread = 13.0
        /// The centre of an object on an orbit, and on a straight path but for its tilt.
        private static let orbitSpread = 22.0, pathSpread = 20.0

        init(motion: Motion, random: inout RandomStream) {
            self.motion = motion
            share = random.uniform()
            sign = random.chance(0.5) ? 1 : -1
            amount = Self.amount(of: motion, share: share)
            var rest = Pose()
            rest.angle = random.uniform()
            let isResizing = motion == .grow || motion == .shrink
            let (smallest, octaves) = isResizing ? (5.0, 0.485) : (6.0, 1.415)  // to 7 or to 16
            rest.radius = ExactArithmetic.logUniform(smallest, octaves: octaves, random.uniform())
            rest.x = random.uniform(-Self.spread, Self.spread)
            rest.height = random.uniform(-Self.spread, Self.spread)

            var direction = random.uniform()
            var orbitRadius = 0.0
            let tilt = random.uniform(-0.17, 0.17) * 0.15915494309189535
            switch motion {
            case .up: direction = 0.25 + tilt
            case .down: direction = 0.75 + tilt
            case .sideways: direction = (sign > 0 ? 0 : 0.5) + tilt
            case .orbit: orbitRadius = random.uniform(10, 16)
            default: break
            }
            if [.up, .down, .sideways].contains(motion) {
                // The middle of the path: `across` it anywhere, and `along` it as far as its ends allow.
                let across = rest.x
                let along = rest.height / Self.spread * (Self.pathSpread - amount / 2)
                let (cosine, sine) = (ExactArithmetic.cosine(turns: direction), ExactArithmetic.sine(turns: direction))
                rest.x = along * cosine - across * sine
                rest.height = along * sine + across * cosine
            }
            if motion == .orbit {
                rest.x *= (Self.orbitSpread - orbitRadius) / Self.spread
                rest.height *= (Self.orbitSpread - orbitRadius) / Self.spread
            }
            self.rest = rest
            self.direction = direction
            self.orbitRadius = orbitRadius
            places = motion == .jump ? Self.places(random: &random) : []
        }

        private static func amount(of motion: Motion, share: Double) -> Double {
            switch motion {
            case .up, .down, .sideways: 24 + 16 * share
            case .grow, .shrink: 1.38 + 0.3 * share  // 2.6 to 3.2 times as large
            case .spin: 0.6 + 0.4 * share
            case .orbit: 0.75 + 0.35 * share
            case .blink, .jump, .still: 0
            }
        }

        /// Places of `jump`, each at least 14 from the one before.
        private static func places(random: inout RandomStream) -> [(x: Double, height: Double)] {
            var places: [(x: Double, height: Double)] = []
            while places.count < spans {
                let place = (x: random.uniform(-spread, spread), height: random.uniform(-spread, spread))
                if let last = places.last {
                    let (dx, dy) = (place.x - last.x, place.height - last.height)
                    if dx * dx + dy * dy < 196 { continue }
                }
                places.append(place)
            }
            return places
        }

        /// The pose at `time`: 0 at the first picture, 1 just after the last.
        func pose(at time: Double) -> Pose {
            var pose = rest
            let span = min(Self.spans - 1, Int(time * Double(Self.spans)))
            switch motion {
            case .still: break
            case .up, .down, .sideways:
                pose.x += (time - 0.5) * amount * ExactArithmetic.cosine(turns: direction)
                pose.height += (time - 0.5) * amount * ExactArithmetic.sine(turns: direction)
            case .grow, .shrink:
                let progress = motion == .grow ? time : 1 - time
                pose.radius *= ExactArithmetic.exp2(progress * amount)
            case .spin: pose.angle += sign * amount * time
            case .orbit:
                pose.x += orbitRadius * ExactArithmetic.cosine(turns: direction + sign * amount * time)
                pose.height += orbitRadius * ExactArithmetic.sine(turns: direction + sign * amount * time)
            case .blink: pose.swapped = span % 2 == 1
            case .jump: (pose.x, pose.height) = places[span]
            }
            return pose
        }
    }
}
