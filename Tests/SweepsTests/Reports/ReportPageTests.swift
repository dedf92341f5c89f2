import Files
import Foundation
import Sweeps
import TestSupport
import Testing
import Training

/// The file of a report: that it needs no other, shows every name as it is, and stays small.
@Suite struct ReportPageTests {
    private static let markup = "<script>alert(1)</script>\"'&{{title}}"

    @Test func namesAreShownAsTheyAre() throws {
        let run = try ReportFixture(
            classes: [Self.markup, "b", "c"], options: [("data", .string("/data/<img src=x>.csv")), ("labels", .string("<b>1%"))])
        run.record.host = Self.markup
        run.record.versions["<i>"] = Self.markup
        run.finish()
        try run.measure(steps: 30)
        try run.score([("\(Self.markup)/0", 0, [2, 1, 0]), ("\(Self.markup)/1", 0, [1, 2, 0])])
        try run.folder.file(
            "run/damage.tsv", "video\tverdict\toccurrences\treason\n\(Self.markup)\tdamaged\t1\t</td><svg onload=x>\n")
        let report = try run.report()
        #expect(report.html.components(separatedBy: "<script>").count == 2, "one script, which is the page's own")
        for text in ["<img src=x", "<b>1%", "<i>", "<svg onload"] { #expect(!report.html.contains(text), "\(text)") }
        let escaped = "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;{{title}}"
        #expect(report.html.components(separatedBy: escaped).count > 10)
        try report.keep(as: "markup")
    }

    @Test func thePageNeedsNothingElseAndForbidsIt() throws {
        let run = try ReportFixture()
        run.finish()
        try run.scoreSix()
        let dataSet = try run.makeVideos(), report = try run.report(of: dataSet), html = report.html
        let policy = try #require(report.texts(from: "Content-Security-Policy\" content=\"", to: "\"").first)
        #expect(policy.hasPrefix("default-src 'none'; img-src data:; "))
        for (element, directive) in [("style", "style-src"), ("script", "script-src")] {
            let text = try #require(report.texts(from: "<\(element)>", to: "</\(element)>").first)
            let hexadecimal = Array(SHA256.hexadecimal(of: text))
            let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(hexadecimal[$0...$0 + 1]), radix: 16) }
            #expect(policy.contains("\(directive) 'sha256-\(Data(bytes).base64EncodedString())'"))
        }
        #expect(report.texts(from: " src=\"", to: "\"").allSatisfy { $0.hasPrefix("data:image/png;base64,") })
        #expect(report.texts(from: " href=\"", to: "\"").allSatisfy { $0.hasPrefix("#") })
        #expect(!html.contains(" style=") && !html.contains("url(") && !html.contains("@import") && !html.contains("<link"))
    }

    @Test func aRunOfTenThousandStepsAndManyClassesStaysSmall() throws {
        let run = try ReportFixture(classes: (0..<101).map { "Class\($0)WithARatherLongName" })
        run.finish()
        try run.measure(steps: 10_000)
        let values = HashValues("scores")
        try run.score(
            (0..<1000).map { number in
                let scores = (0..<101).map { 4 * values.fraction(101 * number + $0) + ($0 == number % 101 ? 3 : 0) }
                return ("Class\(number % 101)/\(number)", number % 101, scores)
            })
        let report = try run.report()
        #expect(
            report.html.utf8.count < 1_000_000,
            "\(report.html.utf8.count) bytes without frames; with them at most 2 MB are allowed")
        #expect(try report.numbers(of: "Loss").list("x").count <= 500)
        try report.keep(as: "large")
    }

    @Test func numbersWithoutBoundsAreNoReasonToFail() throws {
        let run = try ReportFixture()
        run.finish()
        let values = ["1e999", "-1e999", "1e308", "-1e308", "1e-320", "9223372036854775807", "0"]
        let lines = values.enumerated().map { number, value in
            #"{"step":\#(number),"loss":\#(value),"gradientNorm":\#(number),"keptByClass":{"up":\#(value),"down":1}}"# + "\n"
        }
        let late = #"{"step":9223372036854775807,"loss":1}"# + "\n" + #"{"step":600000000000,"loss":1}"# + "\n"
        try run.folder.file("run/metrics.jsonl", lines.joined() + late)
        try run.folder.file("run/timings.jsonl", #"{"step":0,"seconds":1e308,"waitSeconds":-1e308,"clips":0}"# + "\n")
        run.record.result = .object([("accuracyTop1", .real(1e300)), ("testClips", .integer(.max)), ("seconds", .real(-1e300))])
        #expect(try run.report().titles.contains("Loss"))
    }

    @Test func anEarlierReportIsReplacedAndNothingElse() throws {
        let run = try ReportFixture()
        let first = try run.report(), path = ReportFile.standardPath(in: run.run + "/")
        #expect(path == run.run + "/report.html")
        try first.write(to: path)
        run.finish()
        let second = try run.report()
        try second.write(to: path)
        let written = try FileReader.text(of: path)
        #expect(second.html != first.html && written == second.html)
        try run.folder.file("run/report.html", "my own notes")
        #expect(throws: FileError.exists(path: path)) { try second.write(to: path) }
        #expect(try FileReader.text(of: path) == "my own notes")
    }
}
