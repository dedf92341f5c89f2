internal import CKernels
import Tensor

extension Motions {
    /// Draws the pictures of clips; its buffers are reused from one clip to the next.
    struct Renderer {
        private var canvas = [Float](repeating: 0, count: 3 * side * side)
        private var offsets = [UInt16](repeating: 0, count: side)

        /// One noise for all clips, Gaussian-like with standard deviation 32: each row of a picture starts at a random place of it.
        private static let noise: [Int8] = {
            var random = Motions.key.derived("noise").stream
            return (0..<Int(UInt16.max) + 1 + 3 * side).map { _ in
                let bits = random.next()
                var sum = 0
                for byte in 0..<8 { sum += Int(bits >> UInt64(8 * byte) & 0xFF) }
                // Eight bytes: mean 1020, standard deviation 209.
                return Int8(max(-127, min(127, (sum - 1020) * 32 / 209)))
            }
        }()

        /// The pictures of a clip: `[T, H, W, 3]` bytes.
        mutating func pictures(of scene: Scene) -> [UInt8] {
            var background = Texture.background(deviation: scene.background.deviation, key: scene.textures)
            let plane = background.count / 3
            for index in background.indices { background[index] += Float(scene.background.level[index / plane]) }
            let textures = scene.looks.indices.map {
                Texture.object(deviation: scene.looks[$0].deviation, key: scene.textures.derived(UInt64($0)))
            }
            var offsetStream = scene.noise.stream
            let pictureSize = Motions.side * Motions.side * 3
            var pictures = [UInt8](repeating: 0, count: frameCount * pictureSize)
            for frame in 0..<frameCount {
                let time = Double(frame) / Double(frameCount)
                drawBackground(background, of: scene, at: time)
                drawObject(textures, of: scene, at: time)
                for row in offsets.indices { offsets[row] = UInt16(truncatingIfNeeded: offsetStream.next()) }
                let noiseScale = Float(scene.noiseDeviation / 32)
                pictures.withUnsafeMutableBufferPointer { buffer in
                    guard let start = buffer.baseAddress else { return }
                    let picture = start + frame * pictureSize
                    motion_quantise(canvas, Int32(side), Self.noise, offsets, noiseScale, picture)
                }
            }
            return pictures
        }

        private mutating func drawBackground(_ tile: [Float], of scene: Scene, at time: Double) {
            // From the middle of the tile, so that a shift is never negative.
            let shiftX = Double(MOTION_TILE) / 2 + scene.drift.x * time * Motions.scale
            let shiftY = Double(MOTION_TILE) / 2 + scene.drift.y * time * Motions.scale
            motion_draw_background(&canvas, Int32(side), tile, Float(shiftX), Float(shiftY))
        }

        private mutating func drawObject(_ textures: [[Float]], of scene: Scene, at time: Double) {
            let pose = scene.path.pose(at: time)
            let look = pose.swapped ? 1 : 0
            let level = scene.looks[look].level.map { Float($0) }
            let middle = Double(side) / 2
            textures[look].withUnsafeBufferPointer { texture in
                var object = motion_object(
                    x: Float(middle + pose.x * Motions.scale), y: Float(middle - pose.height * Motions.scale),
                    radius: Float(pose.radius * Motions.scale),
                    cosine: Float(ExactArithmetic.cosine(turns: pose.angle)),
                    sine: Float(-ExactArithmetic.sine(turns: pose.angle)),
                    shape: Int32(scene.shape.rawValue), level: (level[0], level[1], level[2]), texture: texture.baseAddress)
                motion_draw_object(&canvas, Int32(side), &object)
            }
        }
    }
}
