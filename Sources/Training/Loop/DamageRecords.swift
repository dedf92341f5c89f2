import Datasets
import Files

// What a ledger knows, in a run's folder and in its checkpoints.

/// `damage.tsv`: the videos that are damaged or could not be read, or lack what the method's views show.
public enum DamageTable {
    private static let head = "video\tverdict\toccurrences\treason"

    static func write(_ record: DamageLedger.Record, to path: String) throws(FileError) {
        let lines = record.entries.map { "\($0.path)\t\($0.verdict.rawValue)\t\($0.occurrences)\t\($0.reason)\n" }
        try AtomicFile.write(head + "\n" + lines.joined(), to: path)
    }

    /// The videos in the table at `path`. Throws `FileError`, `.malformed` with the first line that is wrong.
    public static func entries(of path: String) throws -> [DamageLedger.Entry] {
        let lines = try FileReader.text(of: path).split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = lines.first, first == head else {
            throw FileError.malformed(path: path, reason: "line 1: expected the columns video, verdict, occurrences, reason")
        }
        return try lines.enumerated().dropFirst().filter { !$0.element.isEmpty }.map { number, line in
            let fields = line.split(separator: "\t", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
            guard fields.count == 4, let verdict = ClipVerdict(rawValue: fields[1]), let occurrences = Int(fields[2]) else {
                throw FileError.malformed(
                    path: path,
                    reason: "line \(number + 1): expected a video, ok, lacking, damaged or rejected, a whole number and a reason")
            }
            return DamageLedger.Entry(path: fields[0], verdict: verdict, reason: fields[3], occurrences: occurrences)
        }
    }
}

extension DamageLedger.Record {
    /// Clips that were read, by verdict.
    var countsJSON: JSON {
        .object(ClipVerdict.allCases.map { ($0.rawValue, .integer(clips[$0] ?? 0)) })
    }

    /// The whole record, for a checkpoint.
    var json: JSON { .object([("clips", countsJSON), ("videos", .array(entries.map(\.json)))]) }

    /// Reads what `json` wrote; what is missing counts as nothing.
    init(_ json: JSON) {
        let counts = ClipVerdict.allCases.map { ($0, json["clips"]?[$0.rawValue]?.integerValue ?? 0) }
        self.init(
            clips: Dictionary(uniqueKeysWithValues: counts),
            entries: (json["videos"]?.arrayValue ?? []).compactMap(DamageLedger.Entry.init))
    }
}

extension DamageLedger.Entry {
    fileprivate var json: JSON {
        .object([
            ("video", .string(path)), ("verdict", .string(verdict.rawValue)), ("reason", .string(reason)),
            ("occurrences", .integer(occurrences)),
        ])
    }

    fileprivate init?(_ json: JSON) {
        guard let path = json["video"]?.stringValue, let reason = json["reason"]?.stringValue,
            let verdict = json["verdict"]?.stringValue.flatMap(ClipVerdict.init),
            let occurrences = json["occurrences"]?.integerValue
        else { return nil }
        self.init(path: path, verdict: verdict, reason: reason, occurrences: occurrences)
    }
}

extension Checkpoint {
    /// What was known of damage, by the names of videos.
    var damage: DamageLedger.Record { DamageLedger.Record(state["damage"] ?? .null) }
}

extension DamageLedger.Record {
    /// The same with each video called what `names` call it; what they do not know stays.
    func renamed(_ names: [String: String]) -> DamageLedger.Record {
        DamageLedger.Record(
            clips: clips,
            entries: entries.map { entry in
                DamageLedger.Entry(
                    path: names[entry.path] ?? entry.path, verdict: entry.verdict, reason: entry.reason,
                    occurrences: entry.occurrences)
            })
    }
}

extension TrainingPlan {
    /// Paths of all videos with their names, which stay where a folder is moved or named from another one.
    var videoNames: [(path: String, name: String)] {
        [lists.labelled, lists.unlabelled, dataSet.validation, dataSet.test].flatMap { $0.samples.map { ($0.path, $0.name) } }
    }
}
