import Files
import Foundation
import Sweeps
import Testing

private let file = """
    base: {data: motions}
    grid: {method: [supervised, fixmatch], labels: [1%, 10%]}
    repeats: 2
    published:
      - {method: fixmatch, labels: 1%, percent: 25.1, deviation: 0.4, source: "<script>alert(1)</script>"}
    """

@Suite struct SweepReportTests {
    private func videos(wrong: Int) -> [RecordedSweep.Video] {
        (0..<40).map { (name: "a/\($0)", group: nil, isRight: $0 >= wrong) }
    }

    @Test func theReportHasTableRatesComparisonsFailuresAndPublishedNumbers() throws {
        let sweep = try RecordedSweep(file)
        for (number, cell) in sweep.cells.dropLast().enumerated() { try sweep.finish(cell, videos(wrong: number * 2)) }
        try sweep.fail(sweep.cells[7], reason: "error: <b>gone</b>")
        let html = try SweepReport(sweep: sweep.path).html
        for text in [
            "7 done", "1 failed", "Accuracy against labels", "<svg", "25.1 % ± 0.4", "fixmatch − supervised", "McNemar",
            "1 of 2, 1 failed",
            "error: &lt;b&gt;gone&lt;/b&gt;", "&lt;script&gt;alert(1)", sweep.cells[0].name,
        ] {
            #expect(html.contains(text), "\(text)")
        }
        #expect(!html.contains("<b>gone") && !html.contains("<script>alert"))
        if let folder = ProcessInfo.processInfo.environment["SEMISUP_TEST_REPORTS"] {
            try AtomicFile.write(html, to: folder + "/recorded-sweep.html")
        }
    }

    @Test func aSweepWithoutAResultSaysSo() throws {
        let sweep = try RecordedSweep(file)
        let html = try SweepReport(sweep: sweep.path).html
        #expect(html.contains("8 queued") && html.contains("8 of 8 cells are not done yet") && !html.contains("McNemar"))
    }
}
