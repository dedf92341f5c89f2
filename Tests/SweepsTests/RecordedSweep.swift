import Files
import Foundation
import Sweeps
import TestSupport
import Training

/// A sweep whose cells have run directories with given results, as trained ones would have them.
struct RecordedSweep {
    private let folder: TemporaryFolder
    /// The sweep's folder.
    let path: String
    /// The cells in the order of the file.
    let cells: [SweepCell]

    init(_ yaml: String) throws {
        folder = try TemporaryFolder()
        let file = try SweepFile(contentsOf: folder.file("sweep.yaml", yaml)), plan = try SweepPlan(file)
        cells = plan.cells
        path = folder("sweep")
        try Folder.create(at: path + "/cells")
        let record = JSON.object([
            ("format", .integer(1)), ("file", .string(file.path)), ("fileDigest", .string("")), ("share", .array([])),
            ("cells", .array(cells.map(\.json))),
        ])
        try AtomicFile.write(record.serialized(), to: path + "/sweep.json")
        for name in ["failures", "logs", "locks", "configurations"] { try Folder.create(at: "\(path)/\(name)") }
    }

    /// A test video, and whether the network was right about it.
    typealias Video = (name: String, group: String?, isRight: Bool)

    /// Lets `cell` be done with these scores.
    func finish(_ cell: SweepCell, _ videos: [Video], validation: Double? = nil, seconds: Double = 10, kit: String = "kit") throws
    {
        var record = RunRecord(
            configuration: .object(cell.values.map { ($0.name, .string($0.text)) }), seeds: [:], versions: ["kit": kit],
            kernelSet: "avx2", threads: 1)
        record.state = .finished
        let accuracy = Double(videos.count { $0.isRight }) / Double(videos.count)
        record.result = .object([
            ("accuracyTop1", .real(accuracy)), ("seconds", .real(seconds)), ("steps", .integer(6)),
            ("weightsDigest", .string("0")),
            ("bestValidationAccuracyTop1", validation.map { .real($0) } ?? .null),
        ])
        let run = "\(path)/cells/\(cell.name)"
        try Folder.create(at: run)
        try AtomicFile.write(record.json.serialized(), to: run + "/run.json")
        let lines = videos.map { video in
            "\(video.name)\t\(video.group ?? "")\ta\t\(video.isRight ? "a" : "b")\t\(video.isRight ? 1 : 2)\t1.0\t0.5\n"
        }
        try AtomicFile.write(
            (["video\tgroup\tlabel\tprediction\trank\ta\tb\n"] + lines).joined(), to: run + "/test-scores.tsv")
    }

    /// Lets `cell` have failed.
    func fail(_ cell: SweepCell, reason: String) throws {
        let failure = JSON.object([("code", .integer(65)), ("reason", .string(reason)), ("logEnd", .array([]))])
        try AtomicFile.write(failure.serialized(), to: "\(path)/failures/\(cell.name).json")
    }
}
