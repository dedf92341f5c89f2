import Files
import Foundation
import Testing
import Training

/// `report` on a run that was really trained.
@Suite struct RunReportCommandTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    init() throws { videos = try SmallVideos() }

    @Test func aTrainedRunGivesOneFile() throws {
        #expect(try videos.train(["--out", "run", "epochs=2", "evaluation.everyEpochs=1"]).status == 0)
        let made = try semisup("report", "run/")
        #expect(made.status == 0 && made.output == "run/report.html\n", "\(made.errors)")
        let html = try FileReader.text(of: semisup.folder + "/run/report.html")
        for text in ["fixmatch on videos, 2/class labelled", "Clips a second", "Confusion matrix", "data:image/png;base64,"] {
            #expect(html.contains(text), "\(text)")
        }
        // Two labelled and four unlabelled clips, and the memory of a process that trains.
        let timing = try JSON(parsing: Array(FileReader.bytes(of: semisup.folder + "/run/timings.jsonl").prefix { $0 != 10 }))
        #expect(timing["clips"] == .integer(6) && timing["peakMiB"]?.integerValue ?? 0 > 10)
        // What is read is what was written.
        let table = try ScoreTable(contentsOf: semisup.folder + "/run/test-scores.tsv"),
            result = try videos.object("run/run.json")["result"]
        #expect(table.classes == ["bright", "dark"] && table.rows.count == 4)
        #expect(result?["accuracyTop1"]?.realValue == Double(table.rows.count(where: \.isRight)) / 4)
        #expect(table.rows.allSatisfy { $0.isRight == ($0.rank == 1) })

        let again = try semisup("report", "run", "--json")
        #expect(try again.objects == [.object([("event", .string("report")), ("path", .string("run/report.html"))])])
        #expect(try semisup("report", "run", "--out", "other.html").output == "other.html\n")
        #expect(try FileReader.text(of: semisup.folder + "/other.html").contains("Confusion matrix"))
        if let folder = ProcessInfo.processInfo.environment["SEMISUP_TEST_REPORTS"] {
            try AtomicFile.write(html, to: folder + "/trained.html")
        }
    }

    @Test func aBuiltInSetThatIsGoneIsNotMadeForAReport() throws {
        #expect(try videos.train(["--out", "run", "epochs=0"]).status == 0)
        let path = semisup.folder + "/run/run.json", data = "\"data\": \"\(semisup.folder)/videos\""
        let text = try FileReader.text(of: path)
        try #require(text.contains(data))
        try AtomicFile.write(text.replacingOccurrences(of: data, with: "\"data\": \"motions\""), to: path)
        #expect(try semisup("report", "run").status == 0)
        let html = try FileReader.text(of: semisup.folder + "/run/report.html")
        #expect(html.contains("There are no frames: ") && html.contains("there is no such file or folder"))
        #expect(!FileManager.default.fileExists(atPath: semisup.folder + "/cache/semisup/motions"))
    }

    @Test func whatIsThereIsKeptAndWhatIsNoRunIsRefused() throws {
        #expect(try videos.train(["--out", "run", "epochs=0"]).status == 0)
        try semisup.file("run/report.html", "mine")
        try semisup.file("notes.html", "mine")
        for arguments in [
            ["report", "run"], ["report", "run", "--out", "notes.html"], ["report", "run", "--out", "gone/a.html"],
        ] {
            #expect(try semisup.run(arguments).status == 73, "\(arguments)")
        }
        #expect(try FileReader.text(of: semisup.folder + "/run/report.html") == "mine")
        let missing = try semisup("report", "gone")
        #expect(missing.status == 66 && missing.errors.contains("gone"), "\(missing.errors)")
        let other = try semisup("report", "videos")
        #expect(other.status == 65 && other.errors.contains("no run directory"), "\(other.errors)")
        #expect(try semisup("report").status == 64)
    }
}
