internal import CMedia
import Glibc

/// Log-mel pictures of sound: `log(mel power + 1e-6)` of windows of sound at 16,000 samples a second (XDC card, inputs).
///
/// Windows of 25 ms begin at every 20 ms, the sound being mirrored by 2.5 ms at both ends, so that 2 s give 100 columns. Bands are
/// triangles on O'Shaughnessy's mel scale (2595 log10(1 + f / 700)) from 0 to 8,000 Hz, whose tops are 1.
public final class LogMel {
    /// Samples a second that it is made for.
    public static let sampleRate = 16_000
    /// Bands.
    public static let bands = 40
    private static let window = 400, hop = 320, size = 512, mirrored = 40

    private let spectrum: OpaquePointer
    /// The first bin of each band, and its weights from there on.
    private let filters: [(first: Int, weights: [Float])]
    private var power = [Float](repeating: 0, count: size / 2 + 1)

    /// Prepares the transform. Throws `noLibrary` where libavutil cannot be opened.
    public init() throws(MediaError) {
        guard let made = media_spectrum_create(Int32(LogMel.window), Int32(LogMel.size)) else {
            throw .noLibrary(reason: String(cString: media_library_problem()))
        }
        spectrum = made
        filters = LogMel.makeFilters()
    }

    deinit { media_spectrum_free(spectrum) }

    /// Columns of the picture of `samples` samples.
    public static func columns(samples: Int) -> Int { max(0, (samples + 2 * mirrored - window) / hop + 1) }

    /// The picture of `samples`, `[bands, columns]` in row-major order.
    public func picture(of samples: [Float]) -> [Float] {
        precondition(samples.count > LogMel.mirrored, "\(samples.count) samples are less than are mirrored")
        let padded =
            samples[1...LogMel.mirrored].reversed() + samples
            + samples[(samples.count - LogMel.mirrored - 1)..<(samples.count - 1)].reversed()
        let columns = LogMel.columns(samples: samples.count)
        var picture = [Float](repeating: 0, count: LogMel.bands * columns)
        padded.withUnsafeBufferPointer { padded in
            for column in 0..<columns {
                guard let start = padded.baseAddress else { return }
                media_spectrum_power(spectrum, start + column * LogMel.hop, &power)
                for (band, filter) in filters.enumerated() {
                    var sum: Float = 0
                    for (offset, weight) in filter.weights.enumerated() { sum += weight * power[filter.first + offset] }
                    picture[band * columns + column] = log(sum + 1e-6)
                }
            }
        }
        return picture
    }

    private static func makeFilters() -> [(first: Int, weights: [Float])] {
        func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
        func hertz(_ mel: Double) -> Double { 700 * (pow(10, mel / 2595) - 1) }
        let top = mel(Double(sampleRate) / 2)
        let corners = (0..<bands + 2).map { hertz(top * Double($0) / Double(bands + 1)) }
        let bin = Double(sampleRate) / Double(size)
        return (0..<bands).map { band in
            let (low, middle, high) = (corners[band], corners[band + 1], corners[band + 2])
            let first = Int((low / bin).rounded(.down)) + 1, last = min(size / 2, Int((high / bin).rounded(.up)) - 1)
            let weights = (first...max(first, last)).map { number in
                let frequency = Double(number) * bin
                return Float(max(0, min((frequency - low) / (middle - low), (high - frequency) / (high - middle))))
            }
            return (first, weights)
        }
    }
}
