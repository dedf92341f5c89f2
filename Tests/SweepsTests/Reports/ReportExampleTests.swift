import Datasets
import Files
import Foundation
import Media
import Sweeps
import TestSupport
import Testing
import Training

/// The test clips that a report shows, with their frames.
@Suite struct ReportExampleTests {
    private let run: ReportFixture
    private let dataSet: DataSet

    init() throws {
        run = try ReportFixture()
        run.finish()
        try run.measure(steps: 20)
        try run.scoreSix()
        dataSet = try run.makeVideos()
    }

    /// The videos in the gallery called `title`.
    private func videos(_ title: String, of report: RunReport) -> [String] {
        let gallery = report.html.components(separatedBy: "<h3>\(title)</h3>").dropFirst().first?.components(
            separatedBy: "</ul>")[0]
        return (gallery ?? "").components(separatedBy: "<p class=\"video\">").dropFirst().map {
            $0.components(separatedBy: "<")[0]
        }
    }

    @Test func rightWrongAndUncertainClipsAreShownWithFrames() throws {
        let report = try run.report(of: dataSet)
        #expect(videos("Right", of: report) == ["down/0", "up/0", "still/1"])
        #expect(videos("Wrong", of: report) == ["down/1"])
        #expect(videos("Uncertain", of: report) == ["up/1", "still/0"])
        // exp(9) / (exp(9) + exp(1) + 1)
        #expect(
            report.html.contains("is <b>down</b>, taken for <b class=\"right\">down</b>")
                && report.html.contains("down 100.0\u{A0}%"))
        #expect(
            report.html.contains("is <b>down</b>, taken for <b class=\"wrong\">still</b>")
                && report.html.contains("still 99.7\u{A0}%"))
        let pictures = report.texts(from: "<img src=\"data:image/png;base64,", to: "\"")
        #expect(pictures.count == 6)
        // Four frames of 64 x 48, with two pixels between them.
        let picture = try PNG.decode(Array(try #require(Data(base64Encoded: pictures[0]))))
        #expect(picture.width == 4 * 64 + 3 * 2 && picture.height == 48)
        #expect(report.html.contains("alt=\"Frames of down/0\" width=\"262\" height=\"48\""))
        // The first video is dark, of levels around 48.
        #expect(abs(Int(picture.pixels[3 * 30]) - 48) < 16)
        try report.keep(as: "frames")
    }

    @Test func theSameRunGivesTheSamePage() throws {
        #expect(try run.report(of: dataSet).html == run.report(of: dataSet).html)
    }

    @Test func framesAreFoundWhereTheRunFoundItsData() throws {
        run.record.configuration = .object([
            ("method", .string("fixmatch")), ("data", .string(run.folder("data"))), ("labels", .string("1%")),
        ])
        #expect(try run.report().texts(from: "<img ", to: ">").count == 6)
    }

    @Test func aRunWhoseDataIsGoneOrAnotherByNowShowsNoFrames() throws {
        run.record.configuration = .object([
            ("method", .string("fixmatch")), ("data", .string(run.folder("gone"))), ("labels", .string("1%")),
        ])
        let gone = try run.report()
        #expect(gone.html.contains("There are no frames: \(run.folder("gone")): ") && !gone.html.contains("<img"))
        #expect(videos("Right", of: gone) == ["down/0", "up/0", "still/1"])
        run.record.digests["test"] = "another"
        let other = try run.report(of: dataSet)
        #expect(other.html.contains("is not the one that the run had") && !other.html.contains("<img"))
    }

    @Test func aVideoThatCannotBeReadIsShownWithoutFrames() throws {
        try AtomicFile.write("no video", to: run.folder("data/test/down/0.mp4"))
        let report = try run.report(of: dataSet)
        #expect(report.texts(from: "<img ", to: ">").count == 5 && videos("Right", of: report).first == "down/0")
    }

    @Test func largeFramesAreMadeSmall() throws {
        try FileManager.default.removeItem(atPath: run.folder("data/test/down/0.mp4"))
        let writer = try VideoWriter(path: run.folder("data/test/down/0.mp4"), width: 640, height: 480, frameRate: .init(8))
        for _ in 0..<4 { try writer.append(picture: [UInt8](repeating: 90, count: 640 * 480 * 3)) }
        try writer.finish()
        let pictures = try run.report(of: dataSet).texts(from: "<img src=\"data:image/png;base64,", to: "\"")
        let picture = try PNG.decode(Array(try #require(Data(base64Encoded: pictures[0]))))
        #expect(picture.height == 84 && picture.width == 4 * 113 + 6)
        #expect(abs(Int(picture.pixels[3 * 5000]) - 90) < 4)
    }
}
