internal import CKernels
import Tensor

extension Motions {
    /// Repeating textures with mean 0.
    enum Texture {
        /// A background of three planes, `MOTION_TILE` squared: grey noise, coloured noise or stripes.
        static func background(deviation: Double, key: RandomKey) -> [Float] {
            var random = key.derived("background").stream
            let side = Int(MOTION_TILE)
            switch random.integer(below: 3) {
            case 0:
                let plane = blurredNoise(side: side, sigma: blurRadius(&random), deviation: deviation, random: &random)
                return plane + plane + plane
            case 1:
                let sigma = blurRadius(&random)
                return (0..<3).flatMap { _ in blurredNoise(side: side, sigma: sigma, deviation: deviation, random: &random) }
            default:
                let plane = stripes(side: side, deviation: deviation, random: &random)
                return plane + plane + plane
            }
        }

        /// An object's grey texture, `MOTION_OBJECT_TILE` squared.
        static func object(deviation: Double, key: RandomKey) -> [Float] {
            var random = key.derived("object").stream
            let sigma = random.uniform(1.5, 4)
            return blurredNoise(side: Int(MOTION_OBJECT_TILE), sigma: sigma, deviation: deviation, random: &random)
        }

        /// 1 to 3.5 64ths of the side, in pixels.
        private static func blurRadius(_ random: inout RandomStream) -> Double { random.uniform(1, 3.5) * Motions.scale }

        /// Gaussian-like noise (the sum of four uniform numbers), blurred and brought to `deviation`.
        private static func blurredNoise(side: Int, sigma: Double, deviation: Double, random: inout RandomStream) -> [Float] {
            var tile = [Float](unsafeUninitializedCapacity: side * side) { buffer, count in
                for index in 0..<side * side {
                    let bits = random.next()
                    let sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + bits >> 48
                    buffer[index] = Float(Int32(sum)) * 0x1p-16
                }
                count = side * side
            }
            let reach = min(Int((3 * sigma).rounded(.up)), side / 2 - 1)
            // exp(-k^2 / (2 sigma^2)) as a power of 2.
            var weights = (0...reach).map { ExactArithmetic.exp2(-Double($0 * $0) * 0.7213475204444817 / (sigma * sigma)) }
            let total = weights.dropFirst().reduce(weights[0]) { $0 + 2 * $1 }
            weights = weights.map { $0 / total }
            var scratch = [Float](repeating: 0, count: side * side)
            motion_blur(&tile, Int32(side), weights.map { Float($0) }, Int32(reach), &scratch)
            normalise(&tile, deviation: deviation)
            return tile
        }

        /// A sine wave with 6 to 20 periods a tile, in a random direction.
        private static func stripes(side: Int, deviation: Double, random: inout RandomStream) -> [Float] {
            let count = random.uniform(6, 20)
            let direction = random.uniform()
            let (phase, scale) = (random.uniform(), 1 / Double(side))
            let across = (count * ExactArithmetic.cosine(turns: direction)).rounded() * scale
            let down = (count * ExactArithmetic.sine(turns: direction)).rounded() * scale
            var tile: [Float] = []
            tile.reserveCapacity(side * side)
            for y in 0..<side {
                for x in 0..<side {
                    tile.append(Float(ExactArithmetic.sine(turns: phase + across * Double(x) + down * Double(y))))
                }
            }
            normalise(&tile, deviation: deviation)
            return tile
        }

        /// Brings a tile to mean 0 and standard deviation `deviation`. The order of the sums is fixed.
        private static func normalise(_ tile: inout [Float], deviation: Double) {
            var (sum, squares) = (0.0, 0.0)
            for value in tile {
                sum += Double(value)
                squares += Double(value) * Double(value)
            }
            let mean = sum / Double(tile.count)
            let variance = squares / Double(tile.count) - mean * mean
            let factor = variance > 0 ? deviation / variance.squareRoot() : 0
            for index in tile.indices { tile[index] = Float((Double(tile[index]) - mean) * factor) }
        }
    }
}
