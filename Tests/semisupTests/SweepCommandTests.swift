import Files
import Foundation
import Testing

/// `sweep` on a small real data set: cells are real runs in processes of their own.
@Suite struct SweepCommandTests {
    private let videos: SmallVideos
    private var semisup: CommandLineTool { videos.semisup }

    init() throws {
        videos = try SmallVideos()
        try write("sweep.yaml")
    }

    /// Writes a sweep file: two methods, two seeds.
    private func write(_ name: String, steps: Int = 6, methods: String = "supervised, fixmatch", more: String = "") throws {
        let base = SmallVideos.settings.map { $0.replacing("=", with: ": ") }.joined(separator: ", ")
        try semisup.file(
            name,
            """
            base: {data: videos, labels: 2/class, steps: \(steps), checkpoint.everySteps: 1, \(base)}
            grid: {method: [\(methods)]}
            repeats: 2
            \(more)
            """)
    }

    /// The cells by `sweep status`, which another process may be at work on.
    private func cells(_ folder: String = "runs/sweep") throws -> [JSON] {
        try CommandLineTool(in: semisup.folder)("sweep", "status", folder, "--json").objects
    }

    private func states(_ folder: String = "runs/sweep") throws -> [String] {
        try cells(folder).compactMap { $0["state"]?.stringValue }
    }

    /// The table without what the clock or the place says.
    private func table(_ folder: String) throws -> String {
        let outcome = try semisup("sweep", "report", folder, "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
    }

    @Test func aSweepEndsInATableAndGoesNoSecondWay() throws {
        let outcome = try semisup("sweep", "run", "sweep.yaml", "--jobs", "2")
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("supervised") && outcome.output.contains("fixmatch - supervised"))
        #expect(try states() == ["done", "done", "done", "done"])
        let created = try cells().map { try videos.object("\($0["run"]?.stringValue ?? "")/run.json")["created"] }
        #expect(try semisup("report", "runs/sweep").output == "runs/sweep/report.html\n")
        let html = try FileReader.text(of: semisup.folder + "/runs/sweep/report.html")
        for text in ["4 done", "fixmatch − supervised", "Sweep file and versions"] { #expect(html.contains(text), "\(text)") }
        if let folder = ProcessInfo.processInfo.environment["SEMISUP_TEST_REPORTS"] {
            try AtomicFile.write(html, to: folder + "/sweep.html")
        }
        // A second time nothing is trained.
        #expect(try semisup("sweep", "run", "sweep.yaml", "--jobs", "2").output == outcome.output)
        #expect(try cells().map { try videos.object("\($0["run"]?.stringValue ?? "")/run.json")["created"] } == created)
    }

    @Test func aCellIsTheRunThatTrainWouldMake() throws {
        #expect(try semisup("sweep", "run", "sweep.yaml").status == 0)
        let cell = try #require(try cells().first { $0["values"]?["method"] == .string("fixmatch") })
        let single = try semisup.run(SmallVideos.arguments(["--out", "single", "steps=6", "checkpoint.everySteps=1"]))
        #expect(single.status == 0)
        let run = try #require(cell["run"]?.stringValue)
        let found = try videos.object("\(run)/run.json")["result"]?["weightsDigest"]
        #expect(try found != nil && found == videos.object("single/run.json")["result"]?["weightsDigest"])
    }

    @Test func cellsOfSeveralRanksGiveTheSameTable() throws {
        let settings = ["batch.microbatches=2", "threads=1", "workers=1"]
        #expect(try semisup.run(["sweep", "run", "sweep.yaml", "--out", "one"] + settings).status == 0)
        let outcome = try semisup.run(["sweep", "run", "sweep.yaml", "--out", "two", "--ranks", "2"] + settings)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try table("two").replacing("two/", with: "one/") == table("one"))
        for cell in try cells("two") {
            let record = try videos.object("\(cell["run"]?.stringValue ?? "")/run.json")
            #expect(record["versions"]?["ranks"]?.stringValue?.isEmpty == false)
        }
        let refused = try semisup.run(["sweep", "run", "sweep.yaml", "--out", "three", "--ranks", "3"] + settings)
        #expect(refused.status == 78 && refused.errors.contains("--ranks 3 does not divide"), "\(refused.errors)")
    }

    @Test func aDriverThatIsKilledLosesNoCellAndRunsNoneTwice() throws {
        #expect(try semisup("sweep", "run", "sweep.yaml", "--jobs", "2", "--out", "whole").status == 0)
        let expected = try table("whole")
        for trial in 0..<5 {
            let running = try semisup.start(["sweep", "run", "sweep.yaml", "--jobs", "2", "--out", "killed"])
            Thread.sleep(forTimeInterval: [0.05, 0.3, 0.6, 0.15, 0.9][trial])
            kill(running.process.processIdentifier, SIGKILL)
            _ = try running.outcome()
        }
        // And cells with them.
        let running = try semisup.start(["sweep", "run", "sweep.yaml", "--jobs", "2", "--out", "killed"])
        killOneCell(of: "killed")
        let outcome = try running.outcome()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(try table("killed") == expected)
        for cell in try cells("killed") {
            let metrics = try FileReader.text(of: "\(semisup.folder)/\(cell["run"]?.stringValue ?? "")/metrics.jsonl")
            #expect(metrics.split(separator: "\n").count == 6)
        }
    }

    /// Kills a process that trains a cell of the sweep in `folder`, if one comes in time.
    private func killOneCell(of folder: String) {
        let deadline = ContinuousClock.now + .seconds(5)
        while ContinuousClock.now < deadline {
            let processes = ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { Int32($0) }
            for process in processes {
                guard let arguments = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8),
                    arguments.contains("\(folder)/cells/"), process != getpid()
                else { continue }
                kill(process, SIGKILL)
                return
            }
            usleep(1000)
        }
    }

    @Test func aDriverThatIsTerminatedStopsItsCellsAndGoesOn() throws {
        try write("long.yaml", steps: 400)
        let running = try semisup.start(["sweep", "run", "long.yaml", "--jobs", "2"])
        while running.process.isRunning, try cells("runs/long").count(where: { $0["steps"]?.integerValue ?? 0 > 2 }) < 1 {
            usleep(20_000)
        }
        running.process.terminate()
        let outcome = try running.outcome()
        #expect(outcome.status == 75 && outcome.errors.contains("0 of 4 cells done"), "\(outcome.errors)")
        #expect(try !states("runs/long").contains("running"))
    }

    @Test func aFailedCellKeepsItsReasonAndIsTriedAgainOnlyOnDemand() throws {
        try FileManager.default.moveItem(atPath: semisup.folder + "/videos", toPath: semisup.folder + "/away")
        #expect(try semisup("sweep", "run", "sweep.yaml").status == 66)
        let failed = try cells()
        #expect(failed.allSatisfy { $0["state"] == .string("failed") && $0["failure"]?["code"] == .integer(66) })
        #expect(failed.allSatisfy { $0["failure"]?["reason"]?.stringValue?.contains("videos") == true })
        #expect(failed.allSatisfy { $0["failure"]?["logEnd"]?.arrayValue?.isEmpty == false })
        let report = try semisup("sweep", "report", "runs/sweep").output
        #expect(report.contains("0 of 2, 2 failed") && report.contains("4 of 4 cells failed"), "\(report)")
        try FileManager.default.moveItem(atPath: semisup.folder + "/away", toPath: semisup.folder + "/videos")
        // Nothing is tried again by itself.
        #expect(try semisup("sweep", "run", "sweep.yaml").status == 66)
        #expect(try semisup("sweep", "retry", "runs/sweep", "nothing").status == 66)
        #expect(try semisup("sweep", "retry", "runs/sweep", failed[0]["cell"]?.stringValue ?? "").status == 66)
        #expect(try states() == ["done", "failed", "failed", "failed"])
        #expect(try semisup("sweep", "retry", "runs/sweep", "--jobs", "2").status == 0)
        #expect(try states() == ["done", "done", "done", "done"])
    }

    @Test func aChangedFileKeepsTheCellsThatStillBelong() throws {
        #expect(try semisup("sweep", "run", "sweep.yaml").status == 0)
        let before = Set(try cells().compactMap { $0["cell"]?.stringValue })
        try write("sweep.yaml", methods: "fixmatch")
        let outcome = try semisup("sweep", "run", "sweep.yaml", "labels=4/class")
        #expect(outcome.status == 0 && outcome.errors.contains("the file has changed"), "\(outcome.errors)")
        try write("sweep.yaml", methods: "fixmatch, supervised")
        let again = try semisup("sweep", "run", "sweep.yaml")
        #expect(again.status == 0 && !again.errors.contains("%"), "\(again.errors)")
        #expect(Set(try cells().compactMap { $0["cell"]?.stringValue }) == before)
        #expect(again.output.contains("2 runs in cells/ belong to no cell"))
    }

    @Test func aFolderOfSomethingElseIsLeftAlone() throws {
        #expect(try semisup("sweep", "run", "sweep.yaml", "--out", "videos").status == 73)
        try write("short.yaml", steps: 1, methods: "supervised")
        #expect(try semisup("sweep", "run", "short.yaml", "--out", "here").status == 0)
        let other = try semisup("sweep", "run", "sweep.yaml", "--out", "here")
        #expect(other.status == 73 && other.errors.contains("short.yaml"))
        #expect(try semisup("sweep", "status", "videos").status == 65)
        #expect(try semisup("sweep", "status", "nowhere").status == 66)
        #expect(try semisup("sweep", "run", "nowhere.yaml").status == 66)
    }

    @Test func twoDriversDoNotWorkOnOneSweep() throws {
        try write("long.yaml", steps: 400)
        let running = try semisup.start(["sweep", "run", "long.yaml"])
        while running.process.isRunning, try cells("runs/long").count < 4 { usleep(20_000) }
        let second = try CommandLineTool(in: semisup.folder).run(["sweep", "run", "long.yaml"])
        #expect(second.status == 73 && second.errors.contains("process \(running.process.processIdentifier)"), "\(second.errors)")
        running.process.terminate()
        #expect(try running.outcome().status == 75)
    }

    @Test func aDryRunTrainsNothingAndTellsTheTime() throws {
        let outcome = try semisup("sweep", "run", "sweep.yaml", "--dry-run", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let objects = try outcome.objects, estimate = try #require(objects.last)
        #expect(objects.count == 5 && estimate["cells"] == .integer(4) && estimate["seconds"]?.realValue ?? 0 > 0)
        #expect(!FileManager.default.fileExists(atPath: semisup.folder + "/runs"))
    }

    @Test func tooManyCellsAskForAWord() throws {
        let seeds = (0..<100).map(String.init).joined(separator: ", ")
        try semisup.file("many.yaml", "grid: {seed: [\(seeds)], epochs: [\(seeds)]}\n")
        let outcome = try semisup("sweep", "run", "many.yaml")
        #expect(outcome.status == 64 && outcome.errors.contains("10000 cells") && outcome.errors.contains("--yes"))
    }
}
