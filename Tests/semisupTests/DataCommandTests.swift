import Files
import Foundation
import Media
import Testing

/// `data verify`, `index`, `describe` and `show` on files of all kinds, in and outside data sets.
@Suite struct DataCommandTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    init() throws { videos = try SmallVideos() }

    private static let fixtures =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
        + "/Reference/media/"

    /// Puts a fixture, or a part of it, into the tool's folder.
    private func copy(_ fixture: String, to name: String, _ change: (inout [UInt8]) -> Void = { _ in }) throws {
        var bytes = try FileReader.bytes(of: Self.fixtures + fixture)
        change(&bytes)
        try semisup.file(name)
        try AtomicFile.write(bytes, to: "\(semisup.folder)/\(name)")
    }

    @Test(arguments: [["verify", "videos", "--out"], ["describe", "videos", "--picture"], ["show", "videos", "--out"]])
    func aFolderThatIsNotThereIsToldBeforeTheWork(_ arguments: [String]) throws {
        let outcome = try semisup.run(["data"] + arguments + ["nodir/x.svg"])
        #expect(outcome.status == 73 && outcome.errors.contains("there is no folder nodir"), "\(outcome.errors)")
        #expect(outcome.output.isEmpty && !outcome.errors.contains("tmp-"))
    }

    /// A flat folder, a class of one video, a list without labels, one video: none of them can be trained on.
    @Test func filesNeedNotBeADataSetToBeLookedAt() throws {
        try copy("no-b.mp4", to: "flat/one.mp4")
        try copy("closed-gop.mp4", to: "flat/two.mp4")
        try copy("no-b.mp4", to: "classes/a/one.mp4")
        try copy("mpeg4.avi", to: "classes/b/deep/two.avi")
        try semisup.file("list.csv", "video\nflat/one.mp4\nflat/gone.mp4\n")
        for (data, count) in [("flat", 2), ("classes", 2), ("flat/one.mp4", 1)] {
            let verified = try semisup("data", "verify", data)
            #expect(verified.status == 0 && verified.output == "\(count) files, 0 of them damaged\n", "\(verified.errors)")
            #expect(verified.errors.contains("read as files alone"))
            let indexed = try semisup("data", "index", data, "--json")
            #expect(try indexed.objects.last?["files"] == .integer(count), "\(indexed.errors)")
            #expect(try semisup("data", "describe", data, "--json").objects.last?["videos"]?["total"] == .integer(count))
        }
        let listed = try semisup("data", "verify", "list.csv")
        #expect(listed.status == 65 && listed.output.contains("gone.mp4") && listed.output.contains("2 files, 1 of them damaged"))
        let shown = try semisup("data", "show", "flat", "--clips", "2", "--out", "flat.png", "--json")
        #expect(try shown.objects.last?["videos"]?.arrayValue?.count == 2, "\(shown.errors)")
        #expect(try semisup("data", "verify", "videos").errors.contains("files alone") == false)
        #expect(try semisup("train", "--data", "flat").status == 65)
    }

    /// Every row says what it shows: vectors the length of their strongest colour, sound that it is not there, VP9 that it has no vectors.
    @Test func showSaysWhatItsRowsAre() throws {
        for name in ["closed-gop.mp4", "no-b.mp4", "vp9.webm"] { try copy(name, to: "flat/\(name)") }
        let outcome = try semisup("data", "show", "flat", "--compressed", "--clips", "6", "--out", "views.png", "clip.length=4")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let parts = outcome.output.components(separatedBy: "flat/").dropFirst()
        func part(_ name: String) throws -> String { try #require(parts.first { $0.hasPrefix(name) }) }
        for row in [
            "frames", "weak", "strong", "vectors: full colour ", "accumulated: full colour ", "residual",
            "blocks: lightest 16 px", "sound",
        ] {
            #expect(try part("closed-gop.mp4").contains("\n  \(row)"), "\(row)")
        }
        #expect(try part("closed-gop.mp4").contains("\n  quantizers: ") && !part("closed-gop.mp4").contains("no sound"))
        #expect(try part("no-b.mp4").contains("sound: no sound"))
        let without = try part("vp9.webm")
        #expect(without.contains("vectors: no motion vectors") && without.contains("quantizers: not told"))
        let sheet = try PNG.decode(FileReader.bytes(of: semisup.folder + "/views.png"))
        // Full colours are there, however slow the motion is: in the fourth of nine rows, of which the last, the sound's, is 40 pixels high.
        let place = try #require(
            outcome.output.split(separator: "\n").filter { $0.contains(": flat/") }.firstIndex { $0.contains("closed") })
        let top = place * (16 + 8 * (16 + 112 + 2) + 16 + 40 + 2 + 6) + 16 + 3 * (16 + 112 + 2) + 16
        let colours = (top * sheet.width..<(top + 112) * sheet.width).count { pixel in
            let levels = sheet.pixels[3 * pixel..<3 * pixel + 3]
            return levels.max() == 255 && levels.min() == 0
        }
        #expect(colours > 100 && colours < 112 * sheet.width / 2)
    }

    @Test func describeTellsRatesVectorsAndTurns() throws {
        for name in ["h264.ts", "raw.m4v", "mpeg4.avi", "interlaced.mp4", "rotated.mp4"] { try copy(name, to: "flat/\(name)") }
        let outcome = try semisup("data", "describe", "flat", "--json")
        let files = try #require(try outcome.objects.last?["videos"]?["files"]?.arrayValue)
        func values(_ key: String) -> [JSON?] {
            files.sorted { ($0["video"]?.stringValue ?? "") < ($1["video"]?.stringValue ?? "") }.map { $0[key] }
        }
        #expect(values("frameRate").allSatisfy { abs(($0?.realValue ?? 0) - 25) < 0.01 })
        #expect(values("motionVectors") == ["yes", "no", "partly", "yes", "yes"].map { .string($0) })
        #expect(values("interlaced") == ["no", "yes", "no", "no", "no"].map { .string($0) })
        #expect(values("rotation") == [0, 0, 0, 0, 90].map { .integer($0) })
        let table = try semisup("data", "describe", "flat").output
        #expect(table.contains("vectors") && table.contains("90°") && !table.contains("?"), "\(table)")
    }

    /// 30000/1001 and 29.97 in two headers are one rate for whoever reads the table.
    @Test func describeCountsEqualRatesTogether() throws {
        for (name, rate) in [("one", VideoWriter.FrameRate(30_000, 1001)), ("two", .init(2997, 100))] {
            try semisup.file("flat/\(name).mp4")
            try FileManager.default.removeItem(atPath: semisup.folder + "/flat/\(name).mp4")
            let writer = try VideoWriter(path: semisup.folder + "/flat/\(name).mp4", width: 32, height: 32, frameRate: rate)
            for _ in 0..<12 { try writer.append(picture: [UInt8](repeating: 99, count: 3 * 32 * 32)) }
            try writer.finish()
        }
        let lines = try semisup("data", "describe", "flat").output.split(separator: "\n").filter { $0.contains("h264") }
        #expect(lines.count == 1 && lines[0].contains("29.97"), "\(lines)")
    }

    @Test func describingNothingButDamageEndsWith65() throws {
        try semisup.file("flat/text.mp4", "a text")
        let outcome = try semisup("data", "describe", "flat")
        #expect(outcome.status == 65 && outcome.errors.contains("text.mp4"), "\(outcome.errors)")
    }

    @Test func indexNamesWhatItKnowsToBeIncomplete() throws {
        try copy("cut-off.mp4", to: "flat/cut.mp4")
        try copy("no-b.mp4", to: "flat/whole.mp4")
        try copy("two-sizes.h264", to: "flat/sizes.ts")
        let outcome = try semisup("data", "index", "flat")
        #expect(outcome.status == 65 && outcome.output.contains("2 files are not whole"), "\(outcome.output)")
        #expect(outcome.errors.contains("cut.mp4: ") && outcome.errors.contains("packets missing at the end"))
        #expect(outcome.errors.contains("sizes.ts: the picture changes its size at frame 12"))
    }
}
