import Augment
import Files
import Foundation
import Media
import Testing

/// The pictures and results that `tools/reference/augment.py` wrote.
enum Reference {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Reference/augment").path

    static func file(_ name: String) throws -> JSON { try JSON(contentsOf: "\(folder)/\(name)") }

    /// The pictures by name, each a clip of one frame.
    static func pictures() throws -> [String: PixelClip] {
        let stored = try #require(file("pillow.json")["pictures"]?.objectValue)
        var pictures = ["large": noise(frames: 1, height: 67, width: 83, seed: 9)]
        for (name, value) in stored {
            pictures[name] = PixelClip(
                frames: 1, height: try value.integer("height"), width: try value.integer("width"),
                pixels: try value.levels("levels"))
        }
        return pictures
    }

    /// The generator's `noise`.
    static func noise(frames: Int, height: Int, width: Int, seed: UInt32) -> PixelClip {
        var state = seed
        let levels = (0..<frames * height * width * 3).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        return PixelClip(frames: frames, height: height, width: width, pixels: levels)
    }
}

extension JSON {
    func integer(_ key: String) throws -> Int { try #require(self[key]?.integerValue) }
    func text(_ key: String) throws -> String { try #require(self[key]?.stringValue) }
    func real(_ key: String) throws -> Double { try #require(self[key]?.realValue) }
    func integers(_ key: String) throws -> [Int] { try #require(self[key]?.arrayValue).map { try #require($0.integerValue) } }
    func levels(_ key: String) throws -> [UInt8] { try [UInt8](#require(Data(base64Encoded: text(key)))) }
}

/// The largest difference between two pictures, in levels.
func largestDifference(_ left: [UInt8], _ right: [UInt8]) -> Int {
    left.count == right.count ? zip(left, right).map { abs(Int($0) - Int($1)) }.max() ?? 0 : .max
}
