import Files
import Foundation
import Sweeps
import TestSupport
import Testing
import Training

/// What the report of a run shows, whatever state the run is in.
@Suite struct RunReportTests {
    @Test func aFinishedRunShowsItsResultCurvesClassesAndCosts() throws {
        let run = try ReportFixture()
        run.finish(accuracy: 0.8333)
        try run.measure(steps: 40)
        try run.scoreSix()
        let report = try run.report()
        #expect(
            report.sections == [
                "result", "curves", "pseudo-labels", "classes", "examples", "damage", "costs", "configuration",
            ])
        #expect(
            report.titles == [
                "Loss", "Loss terms", "Kept ratio", "Mask precision", "Learning rate", "Gradient norm", "Clips a second",
                "Waiting for clips", "Kept pseudo-labels over time", "Kept pseudo-labels", "Confusion matrix",
                "Accuracy by class", "Right", "Wrong", "Uncertain",
            ])
        for text in ["83.3\u{A0}%", "95 % interval over 6 videos: 25.0\u{A0}% to 75.0\u{A0}%", "853 MiB", "avx2", "finished"] {
            #expect(report.html.contains(text), "\(text)")
        }
    }

    @Test func classesAreCountedFromTheTableOfScores() throws {
        let run = try ReportFixture()
        run.finish()
        try run.scoreSix()
        let html = try run.report().html
        for text in ["<title>down: 50\u{A0}% of 2</title>", "<title>still: 100\u{A0}% of 2</title>", "5 of 6 test videos"] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(
            html.contains("<tr><td>down</td><td>still</td><td class=\"number\">1</td><td class=\"number\">50.0\u{A0}%</td></tr>"))
        // A row, a column and a count for each cell of the confusion matrix that is not empty.
        #expect(html.contains("&quot;cells&quot;:[0,0,1,0,1,1,1,1,2,2,2,2]"))
    }

    @Test func stepsAreMeansOfGroupsOnceThereAreMany() throws {
        let run = try ReportFixture()
        try run.log("metrics.jsonl", steps: 480) { [("loss", .integer($0)), ("learningRate", .real(0.5))] }
        let loss = try run.report().numbers(of: "Loss")
        #expect(try loss.integer("width") == 3 && loss.integers("x") == Array(stride(from: 0, to: 480, by: 3)))
        #expect(try loss.list("lines")[0].numbers() == stride(from: 1, to: 480, by: 3).map { Double($0) })
    }

    @Test func numbersAreDrawnInTheirPlaces() throws {
        let run = try ReportFixture()
        run.finish(accuracy: 0.5)
        try run.log("metrics.jsonl", steps: 101) { step in
            [("loss", .integer(step))] + (step == 0 || step == 50 ? [("test.accuracyTop1", .real(0))] : [])
        }
        try run.scoreSix()
        let report = try run.report()
        // The inside of the axes is 342 x 176; y runs to the top.
        let line = try #require(report.texts(from: "<path class=\"line\" d=\"M0 176L", to: "\"").first)
        #expect(line.hasSuffix("L342 0") && line.contains("L171 88L"))
        for (place, text) in [("176", "0"), ("132", "25"), ("88", "50"), ("0", "100")] {
            #expect(report.html.contains("y=\"\(place)\" dy=\"4\">\(text)</text>"), "\(text)")
        }
        #expect(report.html.contains("<path class=\"interval\" d=\"M342 44V132\"/><circle cx=\"342\" cy=\"88\""))
        // Half a bar of 186, and the cell in the first row and the second column.
        #expect(report.html.contains(">down</text><rect x=\"124\" y=\"3\" width=\"93\""))
        let wrong = try #require(report.texts(from: "<path class=\"wrong\"", to: "/>").first)
        #expect(wrong.hasSuffix("d=\"M87 47h39v39h-39z\""))
    }

    @Test func aStepWithoutAValueIsAGap() throws {
        let run = try ReportFixture()
        try run.log("metrics.jsonl", steps: 5) { [("loss", .integer($0))] + ($0 == 2 ? [] : [("maskPrecision", .real(0.5))]) }
        let html = try run.report().html
        let figure = try #require(html.components(separatedBy: "<h3>Mask precision</h3>").dropFirst().first)
        let path = try #require(figure.components(separatedBy: "class=\"line\" d=\"").dropFirst(2).first)
        #expect(path.prefix { $0 != "\"" }.count { $0 == "M" } == 2)
    }

    @Test func accuracyOnTheWayIsACurveThatEndsAtTheResult() throws {
        let run = try ReportFixture()
        run.finish(accuracy: 0.5)
        try run.log("metrics.jsonl", steps: 9) { step in
            [("loss", .real(1))] + (step % 4 == 3 ? [("validation.accuracyTop1", .real(Double(step) / 10))] : [])
        }
        let accuracy = try run.report().numbers(of: "Accuracy")
        #expect(try accuracy.integers("x") == [3, 7, 8])
        #expect(try accuracy.list("lines").map { $0.arrayValue?.map(\.realValue) ?? [] } == [[0.3, 0.7, nil], [nil, nil, 0.5]])
    }

    @Test(arguments: [
        (RunRecord.State.failed, "ended with an error after 7 steps"), (.stopped, "was stopped after 7 steps"),
        (.running, "7 steps are done"),
    ])
    func aRunWithoutAResultSaysSo(state: RunRecord.State, text: String) throws {
        let run = try ReportFixture()
        run.record.state = state
        try run.measure(steps: 7)
        let report = try run.report()
        #expect(report.html.contains(text))
        #expect(report.html.contains("No test video has been scored.") && !report.sections.contains("examples"))
        if state == .failed { try report.keep(as: "failed") }
    }

    @Test func aRunOfWhichOnlyTheRecordIsLeftSaysWhatIsMissing() throws {
        let run = try ReportFixture()
        try FileManager.default.removeItem(atPath: run.folder("run/checkpoints"))
        let report = try run.report()
        for text in ["No step has been recorded.", "No test video has been scored.", "has not been written yet", "not recorded"] {
            #expect(report.html.contains(text), "\(text)")
        }
        try report.keep(as: "nothing")
    }

    @Test func aRunWithoutATestPartSaysSo() throws {
        let run = try ReportFixture()
        run.record.state = .finished
        run.record.result = .object([("accuracyTop1", .null), ("testClips", .integer(0))])
        try run.measure(steps: 3)
        #expect(try run.report().html.contains("The data has no test part"))
    }

    @Test func whatCannotBeReadIsToldBesideWhatCan() throws {
        let run = try ReportFixture()
        try run.folder.file(
            "run/metrics.jsonl", #"{"step":0,"loss":1}"# + "\nno JSON\n" + #"{"step":2,"loss":3}"# + "\n" + #"{"step":3,"lo"#)
        try run.folder.file("run/test-scores.tsv", "video\n")
        try run.folder.file("run/damage.tsv", "video\tverdict\toccurrences\treason\na.mp4\tworse\t1\twhy\n")
        let report = try run.report()
        #expect(report.html.contains("metrics.jsonl: line 2: expected an object with a step"))
        #expect(try report.numbers(of: "Loss").integers("x") == [0, 2])
        #expect(report.html.contains("test-scores.tsv: line 1: columns: expected video, group"))
        #expect(report.html.contains("damage.tsv: line 2: expected a video"))
    }

    @Test func changesAndSkippedStepsAreTold() throws {
        let run = try ReportFixture()
        run.record.changes = [.object([("step", .integer(5)), ("differences", .array([.string("threads was 2, now 4")]))])]
        try run.log("metrics.jsonl", steps: 6) { $0 == 4 ? [("skipped", .string("the gradient"))] : [("loss", .real(1))] }
        let html = try run.report().html
        #expect(html.contains("From step 5 on something differed that changes results: threads was 2, now 4."))
        #expect(html.contains("something was no number: 1. The first is step 4: the gradient."))
    }

    @Test func damagedVideosStandInATableTheWorstFirst() throws {
        let run = try ReportFixture()
        let lines = (0..<120).map { "v\($0).mp4\t\($0 == 119 ? "rejected" : "damaged")\t2\terrors\n" }
        try run.folder.file("run/damage.tsv", "video\tverdict\toccurrences\treason\n" + lines.joined())
        let html = try run.report().html
        #expect(
            html.contains(
                "<tr><td>v119.mp4</td><td>rejected</td><td class=\"number\">2</td><td>errors</td></tr>\n<tr><td>v0.mp4</td>"))
        #expect(html.contains("20 more videos stand in damage.tsv."))
    }

    @Test func onlyOptionsOtherThanTheirDefaultsStandAbove() throws {
        let run = try ReportFixture(options: [("optimizer.learningRate", .real(0.125))])
        let parts = try run.report().html.components(separatedBy: "<summary>All options")
        #expect(parts[0].contains("Options other than their defaults (1)"))
        #expect(parts[0].contains("<td>optimizer.learningRate</td><td>0.125</td><td>0.03</td>"))
        #expect(parts[1].contains("<td>method.confidenceThreshold</td>"))
    }

    @Test func methodsOfPluginsHaveTheirTermsAndSharesInPlots() throws {
        let run = try ReportFixture()
        run.record.configuration = .object([("method", .string("other")), ("data", .string("x")), ("labels", .string("1%"))])
        try run.log("metrics.jsonl", steps: 4) { _ in
            (1...6).map { ("loss.term\($0)", .real(1)) } + [
                ("keptRatio", .real(0.5)), ("auxiliary.keptRatio", .real(0.25)), ("agreement", .real(1)),
                ("auxiliary.keptByClass", .object([("up", .integer(2)), ("17", .integer(1))])),
            ]
        }
        let report = try run.report()
        #expect(
            report.titles == [
                "Loss terms 1", "Loss terms 2", "Kept ratio", "agreement", "Kept pseudo-labels, auxiliary over time",
                "Kept pseudo-labels, auxiliary",
            ])
        #expect(try report.numbers(of: "Kept ratio").list("lines").count == 2)
        #expect(report.html.contains("<title>17: 4 (33.3\u{A0}%)</title>"))
        try report.keep(as: "plugin")
    }

    @Test func whatIsNoRunIsRefused() throws {
        let folder = try TemporaryFolder()
        #expect(throws: RunError.file(.missing(path: folder("gone")))) { try RunReport(run: folder("gone")) }
        #expect(throws: RunError.notARun(path: folder.path)) { try RunReport(run: folder.path) }
        try folder.file("run.json", "{}")
        #expect(throws: RunError.self) { try RunReport(run: folder.path) }
    }
}
