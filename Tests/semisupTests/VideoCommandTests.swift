import Files
import Foundation
import Media
import Testing

/// `data describe` and the benchmarks of files on a small real data set.
@Suite struct VideoCommandTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    init() throws { videos = try SmallVideos() }

    @Test func describeOpensTheFiles() throws {
        let survey = try #require(try semisup("data", "describe", "videos", "--json").objects.last?["videos"])
        #expect(survey["total"] == .integer(16) && survey["damaged"] == .array([]))
        let file = try #require(survey["files"]?.arrayValue?.first)
        #expect(file["codec"] == .string("h264") && file["frames"] == .integer(12) && file["hasSound"] == .boolean(false))
        #expect(file["frameRate"] == .real(8) && file["width"] == .integer(32))
        #expect(file["groups"] == .integer(1) && file["longestGroup"] == .integer(12))
        let bars = try #require(try semisup("data", "describe", "videos", "--json").objects.last?["histograms"]?.arrayValue)
        let sizes = try #require(bars.first { $0["title"] == .string("frame size") })
        #expect(sizes["bars"] == .array([.object([("label", .string("32x32")), ("count", .integer(16))])]))
        #expect(try semisup("data", "describe", "videos").output.contains("h264"))
    }

    @Test func describeDrawsAPictureOfWhatItCounted() throws {
        let outcome = try semisup("data", "describe", "videos", "--picture", "videos.svg")
        #expect(outcome.status == 0 && outcome.output.hasSuffix("\nvideos.svg\n"), "\(outcome.errors)")
        let svg = try String(contentsOfFile: semisup.folder + "/videos.svg", encoding: .utf8)
        for text in ["videos: 16 of 16 files", "32x32", "h264", "silent", "frames of a group of pictures", ">bright<", ">dark<"] {
            #expect(svg.contains(text), "\(text)")
        }
        #expect(
            svg.components(separatedBy: "fill=\"#4878b0\"").count == 1 + 8 + 2 * 2,
            "eight bars of files, two classes in two parts")
    }

    @Test func describeNeverOverwritesAndNeedsAnSVGName() throws {
        try semisup.file("mine.svg", "mine")
        #expect(try semisup("data", "describe", "videos", "--picture", "mine.svg").status == 73)
        #expect(try String(contentsOfFile: semisup.folder + "/mine.svg", encoding: .utf8) == "mine")
        #expect(try semisup("data", "describe", "videos", "--picture", "mine.png").status == 64)
    }

    /// What a benchmark of files prints for two of the videos, twice each.
    private func measured(_ benchmark: String, _ settings: String...) throws -> [JSON] {
        let files = ["videos/test/dark/dark0.mp4", "videos/test/dark/dark1.mp4"]
        let outcome = try semisup.run(
            ["bench", benchmark] + files + ["clip.length=4", "clip.stride=2", "clip.size=16", "repeats=2", "warmups=1"] + settings
        )
        #expect(outcome.status == 0, "\(outcome.errors)")
        let objects = try outcome.objects
        for object in objects {
            let rates = ["minimum", "value", "maximum"].compactMap { object[$0]?.realValue }
            #expect(rates.count == 3 && rates[0] > 0 && rates == rates.sorted() && object["repeats"] == .integer(2))
            #expect(object["bench"] == .string(benchmark))
        }
        return objects
    }

    @Test func benchLoaderMeasuresViewsAndFramesWithOneWorkerBesideMore() throws {
        let alone = try measured("loader")
        #expect(alone.count == 2 && alone.allSatisfy { $0["unit"] == .string("clips/s") && $0["timesOneWorker"] == nil })
        // Four frames of twelve, and what they refer to.
        let decoded = try #require(alone[1]["decodedFramesOfClip"]?.realValue)
        #expect(decoded >= 4 && decoded <= 12)
        let beside = try measured("loader", "workers=2")
        let cases = beside.compactMap { $0["case"]?.stringValue }
        #expect(cases.count == 4 && cases[3].contains("to RGB, files: 2, workers: 2") && cases[0].contains("16x16"))
        for (one, more) in [(0, 1), (2, 3)] {
            let rates = try [one, more].map { try #require(beside[$0]["value"]?.realValue) }
            #expect(beside[more]["timesOneWorker"] == .real(rates[1] / rates[0]))
        }
    }

    @Test func benchVectorsCountsEveryFrame() throws {
        let objects = try measured("vectors")
        #expect(objects.count == 1 && objects[0]["unit"] == .string("frames/s"))
        #expect(objects[0]["case"]?.stringValue?.hasPrefix("24 frames ") == true)
    }

    @Test func benchKeyframesComparesWithAllFrames() throws {
        let objects = try measured("keyframes")
        #expect(objects.count == 2 && objects[1]["unit"] == .string("files/s"))
        #expect(objects.map { $0["case"]?.stringValue?.prefix(7) } == ["all 24 ", "2 keyfr"])
        let rates = objects.compactMap { $0["value"]?.realValue }
        #expect(objects[1]["timesEverything"] == .real(rates[1] / rates[0]))
    }

    /// It tells how far it is, on standard error, and does no more than it is asked for.
    @Test func benchMemoryTellsItsProgressAndTakesAsManyClipsAsRepeatsSay() throws {
        let arguments = ["bench", "memory", "videos/train/dark/dark0.mp4", "repeats=1", "clip.size=16", "clip.length=2"]
        let outcome = try semisup.run(arguments)
        let result = try #require(try outcome.objects.last)
        #expect(result["case"]?.stringValue?.hasPrefix("1000 clips in batches of 10") == true, "\(outcome.output)")
        #expect(outcome.errors.contains("bench memory ") && outcome.errors.contains("/1000"), "\(outcome.errors)")
    }

    @Test func benchAugmentComparesWithDecodingWhereThereAreFiles() throws {
        let objects = try measured("augment"), rates = objects.compactMap { $0["value"]?.realValue }
        #expect(objects.count == 2 && objects[1]["shareOfDecoding"] == .real(rates[0] / rates[1]))
        #expect(objects[1]["case"]?.stringValue == "4 frames of 32x32 to weak and strong at 16")
        let memory = try semisup("bench", "augment", "repeats=1", "warmups=0").objects
        #expect(memory.count == 1 && memory[0]["case"]?.stringValue == "8 frames of 320x240 to weak and strong at 112")
        #expect(memory[0]["shareOfDecoding"] == nil)
    }
}
