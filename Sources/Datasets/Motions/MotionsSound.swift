import Tensor

extension Motions {
    /// The sound of a clip: a tone that follows the motion, among sounds that do not.
    ///
    /// | Of the picture | Of the tone |
    /// |---|---|
    /// | height of the object | pitch: one octave up or down from the middle to the edge |
    /// | angle of the object | pitch: swings by 0.2 octaves a turn |
    /// | size | loudness: in proportion to the radius |
    /// | distance from the middle, sideways | loudness: 60 % less at the edge |
    /// | second look of `blink` | loudness: 70 % less |
    ///
    /// Distractors: a steady hum, noise, up to three beeps, each at a random pitch, time and loudness, and a random loudness of all.
    struct Soundtrack {
        private let tonePitch: Double
        private let overtone: Double
        private let gain: Double
        private let hum: (pitch: Double, gain: Double)
        private let noiseGain: Double
        private let beeps: [(start: Int, end: Int, pitch: Double, gain: Double)]
        private let noise: RandomKey

        init(key: RandomKey) {
            var random = key.derived("sound").stream
            tonePitch = ExactArithmetic.logUniform(350, octaves: 1, random.uniform())
            overtone = random.uniform(0, 0.5)
            gain = ExactArithmetic.logUniform(0.35, octaves: 1, random.uniform())
            hum = (ExactArithmetic.logUniform(60, octaves: 5, random.uniform()), random.uniform(0, 0.12))
            noiseGain = random.uniform(0, 0.05)
            beeps = (0..<random.integer(below: 4)).map { _ in
                let start = random.integer(below: sampleCount)
                let end = min(sampleCount, start + 800 + random.integer(below: 4000))
                return (start, end, ExactArithmetic.logUniform(200, octaves: 4, random.uniform()), random.uniform(0.05, 0.25))
            }
            noise = key.derived("sound noise")
        }

        /// Samples computed with the same pose.
        private static let block = 80
        private static let wave: [Float] = (0..<4096).map { Float(ExactArithmetic.sine(turns: Double($0) / 4096)) }

        /// `sampleCount` samples of 16 bits.
        func samples(following path: Path) -> [Int16] {
            var mix = [Float](repeating: 0, count: sampleCount)
            addTone(following: path, to: &mix)
            Self.add(pitch: hum.pitch, gain: hum.gain, to: &mix[...])
            for beep in beeps { Self.add(pitch: beep.pitch, gain: beep.gain, to: &mix[beep.start..<beep.end]) }
            var random = noise.stream
            return mix.map { value in
                let bits = random.next()
                let grain = Float(Int64(bits & 0xFFFF) + Int64(bits >> 16 & 0xFFFF) - 0xFFFF) * 0x1p-16
                let sample = (value + Float(noiseGain) * grain) * Float(gain)
                return Int16(max(-1, min(1, sample)) * 32_767)
            }
        }

        private func addTone(following path: Path, to mix: inout [Float]) {
            var phase: UInt32 = 0
            var loudness: Float = 0
            for start in stride(from: 0, to: mix.count, by: Self.block) {
                let pose = path.pose(at: Double(start) / Double(mix.count))
                let octaves = pose.height / 32 + 0.2 * ExactArithmetic.sine(turns: pose.angle)
                let step = Self.phaseStep(pitch: tonePitch * ExactArithmetic.exp2(octaves))
                let distance = min(1, pose.x.magnitude / 32)
                let target = Float(min(1, pose.radius / 20) * (1 - 0.6 * distance) * (pose.swapped ? 0.3 : 1))
                if start == 0 { loudness = target }
                for index in start..<min(start + Self.block, mix.count) {
                    loudness += (target - loudness) * 0x1p-6  // no clicks
                    let tone = Self.wave[Int(phase >> 20)] + Float(overtone) * Self.wave[Int((phase &* 2) >> 20)]
                    mix[index] += loudness * tone
                    phase &+= step
                }
            }
        }

        private static func add(pitch: Double, gain: Double, to mix: inout ArraySlice<Float>) {
            var phase: UInt32 = 0
            let step = phaseStep(pitch: pitch)
            for index in mix.indices {
                mix[index] += Float(gain) * wave[Int(phase >> 20)]
                phase &+= step
            }
        }

        /// What the phase, a turn being 2^32, advances in a sample. `pitch` is in Hz.
        private static func phaseStep(pitch: Double) -> UInt32 { UInt32(pitch / Double(sampleRate) * 0x1p32) }
    }
}
