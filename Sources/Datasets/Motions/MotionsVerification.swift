import Foundation

extension Motions {
    /// What a decoder makes of a clip's file.
    public struct Decoded: Sendable {
        /// `[32, 96, 96, 3]` bytes, RGB.
        public let pictures: [UInt8]
        /// At least 32,000 samples, mono, at 16 kHz, in -1 ... 1.
        public let sound: [Float]

        /// The decoded pictures and sound of one clip.
        public init(pictures: [UInt8], sound: [Float]) {
            self.pictures = pictures
            self.sound = sound
        }
    }

    /// The least peak signal-to-noise ratio, in dB, of a decoded clip against the clip that was drawn. Seen: more than 30.
    public static let leastSignalToNoise = 28.0
    /// The least correlation of decoded sound with the sound that was drawn. Seen: more than 0.99.
    public static let leastSoundCorrelation = 0.9

    /// Draws clips anew and compares them with `folder`: their digests with the overview's, their pixels and sound with what `decode`
    /// makes of the files.
    /// - Parameters:
    ///   - folder: a finished set.
    ///   - stride: 1 for every clip, 10 for every tenth.
    ///   - decode: given the path of a file.
    /// Throws `.differs` for the first clip that is not what it should be, and what `check` throws.
    public static func verify(_ folder: String, stride: Int = 1, decode: (_ path: String) throws -> Decoded) throws(Failure) {
        let overview = try check(folder)
        let clips = clips(overview.count)
        for index in Swift.stride(from: 0, to: clips.count, by: max(1, stride)) {
            let (clip, path) = (clips[index], "\(folder)/\(clips[index].relativePath)")
            let (pictures, sound) = (clip.pictures(), clip.sound())
            guard overview.clips[index].digest == Clip.digest(pictures: pictures, sound: sound) else {
                throw .differs(file: path, reason: "was made from other pictures or sound than are drawn now; make the set anew")
            }
            let decoded: Decoded
            do { decoded = try decode(path) } catch { throw .differs(file: path, reason: "does not decode: \(error)") }
            try compare(decoded, pictures, sound, path)
        }
    }

    private static func compare(_ decoded: Decoded, _ pictures: [UInt8], _ sound: [Int16], _ path: String) throws(Failure) {
        func require(_ holds: Bool, _ found: String, _ expected: String) throws(Failure) {
            guard holds else { throw .differs(file: path, reason: "decodes to \(found), expected \(expected)") }
        }
        let found = decoded.pictures.count
        try require(found == pictures.count, "\(found) bytes of pictures", "\(pictures.count)")
        try require(decoded.sound.count >= sound.count, "\(decoded.sound.count) samples", "\(sound.count) or more")
        let ratio = signalToNoise(decoded.pictures, pictures)
        try require(ratio >= leastSignalToNoise, "pictures \(ratio) dB from the drawn ones", "\(leastSignalToNoise) or more")
        let correlation = correlation(decoded.sound, sound)
        let least = "\(leastSoundCorrelation) or more"
        try require(correlation >= leastSoundCorrelation, "sound that correlates \(correlation) with the drawn one", least)
    }

    private static func signalToNoise(_ first: [UInt8], _ second: [UInt8]) -> Double {
        var squares = 0
        for (a, b) in zip(first, second) {
            let difference = Int(a) - Int(b)
            squares += difference * difference
        }
        return squares == 0 ? .infinity : 10 * log10(255 * 255 * Double(first.count) / Double(squares))
    }

    private static func correlation(_ first: [Float], _ second: [Int16]) -> Double {
        var (product, firstSquare, secondSquare) = (0.0, 0.0, 0.0)
        for (a, b) in zip(first, second) {
            product += Double(a) * Double(b)
            firstSquare += Double(a) * Double(a)
            secondSquare += Double(b) * Double(b)
        }
        let norm = (firstSquare * secondSquare).squareRoot()
        return norm > 0 ? product / norm : 0
    }
}
