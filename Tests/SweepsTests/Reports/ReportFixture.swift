import Datasets
import Files
import Foundation
import Media
import Sweeps
import TestSupport
import Testing
import Training

/// The folder of a run, written by hand.
final class ReportFixture {
    let folder: TemporaryFolder
    var record: RunRecord

    init(classes: [String] = ["down", "still", "up"], options: [(String, JSON)] = []) throws {
        folder = try TemporaryFolder()
        let configuration = try ConfigurationSchema.training(of: FixMatch.self).resolve([]).json.objectValue ?? []
        let chosen = Dictionary(options) { $1 }
        record = RunRecord(
            configuration: .object(configuration.map { ($0.key, chosen[$0.key] ?? $0.value) }), seeds: ["run": 3],
            versions: ["semisup": "0.1"], kernelSet: "avx2", threads: 2)
        record.classes = classes
        try folder.folder("run/checkpoints")
    }

    /// The folder of the run.
    var run: String { folder("run") }

    /// Writes `run.json`, and reads the report of the run.
    func report(of dataSet: DataSet? = nil) throws -> RunReport {
        try folder.file("run/run.json", record.json.serialized())
        return try RunReport(run: run, dataSet: dataSet, indices: nil)
    }

    /// Gives the run a result.
    func finish(accuracy: Double = 0.5, testClips: Int = 6) {
        record.state = .finished
        record.result = .object([
            ("accuracyTop1", .real(accuracy)), ("meanClassAccuracy", .real(accuracy)), ("testClips", .integer(testClips)),
            (
                "accuracyTop1Interval",
                .object([("low", .real(0.25)), ("high", .real(0.75)), ("units", .integer(6)), ("by", .string("video"))])
            ),
            ("damagedTestClips", .integer(0)), ("seconds", .real(12)),
        ])
    }

    /// Writes a line a step into a log of the run; `values` are the members beside the step.
    func log(_ name: String, steps: Int, _ values: (Int) -> [(String, JSON)]) throws {
        try folder.file(
            "run/" + name,
            (0..<steps).map { JSON.object([("step", .integer($0))] + values($0)).serialized() + "\n" }.joined())
    }

    /// Writes what a run of FixMatch measures, `steps` steps long.
    func measure(steps: Int) throws {
        let noise = HashValues("report").uniform(3 * steps, 0, 1), classes = record.classes
        try log("metrics.jsonl", steps: steps) { step in
            let progress = Double(step) / Double(steps), kept = JSON.integer(1 + step % 3)
            return [
                ("loss", .real(2 - progress + noise[step])), ("loss.supervised", .real(1 - progress)),
                ("loss.unlabeled", .real(noise[steps + step])), ("keptRatio", .real(progress)),
                ("maskPrecision", .real(noise[2 * steps + step])), ("gradientNorm", .real(1 + noise[step])),
                ("learningRate", .real(0.03 * (1 - progress))), ("keptByClass", .object([(classes[step % classes.count], kept)])),
            ]
        }
        try log("timings.jsonl", steps: steps) { step in
            [
                ("seconds", .real(0.5 + 0.1 * noise[step])), ("waitSeconds", .real(0.01)), ("clips", .integer(54)),
                ("peakMiB", .integer(853)),
            ]
        }
    }

    /// Writes the scores of test videos: of each its name, its class, and its scores.
    func score(_ videos: [(name: String, label: Int, scores: [Double])]) throws {
        let classes = record.classes
        let lines = videos.map { video in
            let ranked = classes.indices.sorted { (video.scores[$1], $0) < (video.scores[$0], $1) }
            let rank = (ranked.firstIndex(of: video.label) ?? 0) + 1
            let facts = [video.name, "", classes[video.label], classes[ranked[0]], "\(rank)"]
            return (facts + video.scores.map { "\($0)" }).joined(separator: "\t")
        }
        let head = (["video", "group", "label", "prediction", "rank"] + classes).joined(separator: "\t")
        try folder.file("run/test-scores.tsv", ([head] + lines).map { $0 + "\n" }.joined())
    }

    /// Six videos of three classes: two of each, of which the second of `down` is taken for `still`, and the second of `up` is uncertain.
    func scoreSix() throws {
        try score([
            ("down/0", 0, [9, 1, 0]), ("down/1", 0, [1, 7, 0]), ("still/0", 1, [0, 5, 1]), ("still/1", 1, [0, 6, 1]),
            ("up/0", 2, [0, 1, 8]), ("up/1", 2, [0, 2, 2.125]),
        ])
    }

    /// A data set of six small videos with the names of `scoreSix`, which the run was trained on.
    func makeVideos() throws -> DataSet {
        for part in ["train", "test"] {
            for (level, name) in [(40, "down"), (120, "still"), (200, "up")] {
                for number in 0..<2 { try write("data/\(part)/\(name)/\(number).mp4", level: level + 20 * number) }
            }
        }
        let dataSet = try DataSet.open(folder("data"))
        record.digests["test"] = dataSet.test.digest
        return dataSet
    }

    private func write(_ name: String, level: Int) throws {
        try folder.folder((name as NSString).deletingLastPathComponent)
        let writer = try VideoWriter(path: folder(name), width: 64, height: 48, frameRate: .init(8))
        for frame in 0..<12 {
            try writer.append(picture: (0..<64 * 48 * 3).map { UInt8(clamping: level + ($0 + frame * 7) % 16) })
        }
        try writer.finish()
    }
}

extension RunReport {
    /// Leaves the page in the folder that `SEMISUP_TEST_REPORTS` names, where it is opened in a browser after the tests.
    func keep(as name: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["SEMISUP_TEST_REPORTS"] else { return }
        try AtomicFile.write(html, to: "\(folder)/\(name).html")
    }

    /// What stands between `start` and the next `end`, everywhere.
    func texts(from start: String, to end: String) -> [String] {
        html.components(separatedBy: start).dropFirst().map { $0.components(separatedBy: end)[0] }
    }

    /// The titles of plots and galleries in order.
    var titles: [String] { texts(from: "<h3>", to: "</h3>") }

    /// The sections in order.
    var sections: [String] { texts(from: "<section id=\"", to: "\"") }

    /// The numbers of the line plot called `title`.
    func numbers(of title: String) throws -> JSON {
        let figure = try #require(
            html.components(separatedBy: "<h3>\(title)</h3>").dropFirst().first, "there is no plot \(title)")
        let data = try #require(figure.components(separatedBy: "data-line-plot=\"").dropFirst().first).components(
            separatedBy: "\"")[0]
        return try JSON(parsing: Array(data.replacingOccurrences(of: "&quot;", with: "\"").utf8))
    }
}
