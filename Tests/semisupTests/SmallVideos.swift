import Files
import Foundation
import Media
import Testing

/// A small real data set, `videos` in the tool's folder: bright and dark clips, which a tiny network tells apart.
struct SmallVideos {
    let semisup: CommandLineTool

    /// Settings of a run that takes a moment.
    static let settings = [
        "backbone=r3d10", "backbone.width=0.0625", "clip.size=16", "clip.length=4", "clip.stride=2", "batch.labeled=2",
        "batch.unlabeled=4", "workers=1",
    ]

    init() throws {
        semisup = try CommandLineTool()
        for (part, count) in [("train", 6), ("test", 2)] {
            for (name, level) in [("bright", 220), ("dark", 30)] {
                for number in 0..<count { try write("videos/\(part)/\(name)/\(name)\(number).mp4", level: level + 3 * number) }
            }
        }
    }

    /// Writes a video of twelve pictures around the grey `level`.
    func write(_ name: String, level: Int) throws {
        try semisup.file(name)
        try FileManager.default.removeItem(atPath: "\(semisup.folder)/\(name)")
        let writer = try VideoWriter(path: "\(semisup.folder)/\(name)", width: 32, height: 32, frameRate: .init(8))
        for frame in 0..<12 {
            try writer.append(picture: (0..<32 * 32 * 3).map { UInt8(clamping: level + ($0 + frame * 7) % 16) })
        }
        try writer.finish()
    }

    /// The command line of a run on the set with two labels a class, ready to start.
    static func arguments(_ more: [String]) -> [String] {
        ["train", "--data", "videos", "--labels", "2/class"] + more + settings
    }

    func train(_ arguments: [String]) throws -> CommandLineTool.Outcome { try semisup.run(SmallVideos.arguments(arguments)) }

    /// Makes a finished run one that was stopped before its end.
    func reopen(_ run: String) throws {
        let path = "\(semisup.folder)/\(run)/run.json"
        let text = try FileReader.text(of: path).replacingOccurrences(of: #""state": "finished""#, with: #""state": "stopped""#)
        try AtomicFile.write(text, to: path)
    }

    /// The document in `file`.
    func object(_ file: String) throws -> JSON { try JSON(contentsOf: "\(semisup.folder)/\(file)") }

    /// The lines of `file`; none where it is not there yet.
    func lineCount(_ file: String) -> Int {
        ((try? FileReader.bytes(of: "\(semisup.folder)/\(file)")) ?? []).count { $0 == UInt8(ascii: "\n") }
    }
}
