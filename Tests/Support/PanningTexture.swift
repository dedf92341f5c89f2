import Media
import Tensor

/// A window of 320 x 240 that moves by two pixels a picture over smoothed noise (compressed-domain card, worked example).
public enum PanningTexture {
    /// Writes 60 pictures, 25 a second, with a keyframe at every twelfth, as H.264 in MP4.
    public static func write(to path: String) throws {
        let (width, height, frames) = (320, 240, 60), stretch = 2 * frames
        let texture = smoothNoise(width: width + stretch, height: height)
        var options = VideoWriter.Options()
        options.constantRateFactor = 16
        options.groupOfPictures = 12
        options.consecutiveBFrames = 0
        let writer = try VideoWriter(path: path, width: width, height: height, frameRate: .init(25), options: options)
        for frame in 0..<frames {
            let rows = (0..<height).flatMap { row in
                (0..<width).flatMap { column -> [UInt8] in
                    let level = texture[row * (width + stretch) + column + 2 * frame]
                    return [level, level, level]
                }
            }
            try writer.append(picture: rows[...])
        }
        try writer.finish()
    }

    /// Noise after three rounds of a mean over each point and its four neighbours, stretched to 16 ... 235.
    private static func smoothNoise(width: Int, height: Int) -> [UInt8] {
        var stream = RandomKey(seed: 1, purpose: .synthesis).stream
        var values = (0..<width * height).map { _ in stream.uniform(0, 1) }
        for _ in 0..<3 {
            values = values.indices.map { place in
                let (row, column) = (place / width, place % width)
                let left = row * width + max(0, column - 1), right = row * width + min(width - 1, column + 1)
                let above = max(0, row - 1) * width + column, below = min(height - 1, row + 1) * width + column
                return (values[place] + values[left] + values[right] + values[above] + values[below]) / 5
            }
        }
        let (low, high) = (values.min() ?? 0, values.max() ?? 1)
        return values.map { UInt8(16 + 219 * ($0 - low) / (high - low)) }
    }
}
