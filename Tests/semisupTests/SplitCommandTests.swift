import Files
import Foundation
import Testing

/// `data split` and `data describe` on folders whose files are never opened.
@Suite struct SplitCommandTests {
    private let semisup: CommandLineTool

    init() throws {
        semisup = try CommandLineTool()
        for name in ["run", "walk"] {
            for number in 0..<10 { try semisup.file("videos/train/\(name)/\(name)\(number).mp4") }
            try semisup.file("videos/test/\(name)/\(name)-test.mp4")
        }
    }

    @Test func drawPrintsAListOrWritesItOnce() throws {
        let printed = try semisup("data", "split", "draw", "videos", "--labels", "20%")
        #expect(printed.status == 0)
        let names = printed.output.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(names.count == 4 && names.filter { $0.hasPrefix("run/") }.count == 2)

        let written = try semisup("data", "split", "draw", "videos", "--labels", "20%", "--out", "labels.txt", "--json")
        let object = try #require(try written.objects.first)
        #expect(object["count"] == .integer(4) && object["names"]?.arrayValue?.count == 4)
        #expect(try String(contentsOfFile: semisup.folder + "/labels.txt", encoding: .utf8) == printed.output)

        let again = try semisup("data", "split", "draw", "videos", "--labels", "50%", "--out", "labels.txt")
        #expect(again.status == 73 && again.errors.contains("labels.txt"))
        #expect(try String(contentsOfFile: semisup.folder + "/labels.txt", encoding: .utf8) == printed.output)
    }

    @Test func aSmallerRateIsPartOfALargerOne() throws {
        func names(_ rate: String, _ seed: String) throws -> Set<Substring> {
            let output = try semisup("data", "split", "draw", "videos", "--labels", rate, "--seed", seed).output
            return Set(output.split(separator: "\n").filter { !$0.hasPrefix("#") })
        }
        #expect(try names("10%", "0").isStrictSubset(of: names("40%", "0")))
        #expect(try names("40%", "0") != names("40%", "1"))
    }

    @Test func checkFindsTestClipsInAList() throws {
        try semisup.file("good.txt", "run/run0\nwalk/walk1\n")
        let good = try semisup("data", "split", "check", "good.txt", "--data", "videos", "--json")
        #expect(try good.status == 0 && good.objects[0]["hasErrors"] == .boolean(false))
        try semisup.file("bad.txt", "run/run0\nwalk/walk-test\n")
        let bad = try semisup("data", "split", "check", "bad.txt", "--data", "videos")
        #expect(bad.status == 65 && bad.output.contains("also in the test part: 1 (walk/walk-test)"))
        #expect(try semisup("data", "split", "check", "--data", "videos").status == 0)
    }

    @Test func checkKnowsTheShippedLists() throws {
        let report = try semisup("data", "split", "check", "ucf101-videossl-5", "--json")
        #expect(try report.objects[0]["classes"] == .integer(101))
        let unknown = try semisup("data", "split", "check", "ucf101-videossl-6")
        #expect(unknown.status == 66 && unknown.errors.contains("did you mean"))
    }

    @Test func importMakesAListThatTheOtherCommandsTake() throws {
        try semisup.file("train.txt", "run/run0.mp4 0\nrun/run1.mp4 0\nwalk/walk0.mp4 1\nwalk/walk1.mp4 1\n")
        try semisup.file("test.txt", "run/run5.mp4 0\nwalk/walk5.mp4 1\n")
        let arguments = [
            "data", "split", "import", "mine", "--videos", "videos/train", "--train", "train.txt", "--test", "test.txt", "--out",
            "mine.csv",
        ]
        let made = try semisup.run(arguments + ["--json"])
        #expect(made.status == 0)
        #expect(try made.objects[0]["clips"]?["train"] == .integer(4) && made.objects[0]["clips"]?["test"] == .integer(2))
        #expect(try semisup.run(arguments).status == 73)
        let summary = try semisup("data", "describe", "mine.csv", "--videos", "0", "--json").objects[0]
        #expect(summary["classes"] == .array([.string("run"), .string("walk")]))

        try semisup.file("more.txt", "run/run0.mp4 0\nrun/gone.mp4 0\n")
        let missing = try semisup(
            "data", "split", "import", "mine", "--videos", "videos/train", "--train", "more.txt", "--out", "more.csv")
        #expect(missing.status == 66 && missing.errors.contains("run/gone"))
    }

    @Test func describeCountsWithoutOpeningAndReportsWhatCannotBeRead() throws {
        let closed = try semisup("data", "describe", "videos", "--videos", "0")
        #expect(closed.status == 0 && closed.output.contains("train: 20 clips") && closed.output.contains("test: 2 clips"))
        let opened = try semisup("data", "describe", "videos", "--videos", "3", "--json")
        #expect(try opened.objects[0]["videos"]?["damaged"]?.arrayValue?.count == 3)
        #expect(try semisup("data", "describe", "videos/train/run").status == 65)
        #expect(try semisup("data", "describe", "nowhere").status == 66)
    }
}
