import Files

/// Classes, counts and groups of a data set: the part of `data describe` that opens no video.
public struct DataSetSummary: Sendable, Equatable {
    /// One part of the data set.
    public struct PartSummary: Sendable, Equatable {
        /// What the clips are for.
        public let part: VideoList.Part
        /// How many clips there are, and in how many groups; `groups` is 0 where none are known.
        public let clips: Int, groups: Int
        /// Clips by label; empty for the unlabelled part.
        public let clipsPerClass: [Int]
        /// SHA-256 of the list.
        public let digest: String
    }

    /// The name of the data set and the folder it was read from.
    public let name: String, root: String
    /// The classes in index order.
    public let classes: [String]
    /// The parts that hold clips.
    public let parts: [PartSummary]
    /// What a user should know.
    public let notes: [DataSetNote]

    /// The summary of `dataSet`.
    public init(_ dataSet: DataSet) {
        name = dataSet.name
        root = dataSet.root
        classes = dataSet.classes.names
        parts = dataSet.parts.map { list in
            PartSummary(
                part: list.part, clips: list.count, groups: list.groups.count,
                clipsPerClass: list.part == .unlabelled ? [] : list.clipsPerClass, digest: list.digest)
        }
        notes = dataSet.notes
    }

    /// The summary for a person: a line a part, a table of classes, the notes.
    public var text: String {
        var lines = ["\(name) (\(root)): \(counted(classes.count, "class", "classes"))"]
        for part in parts {
            let groups = part.groups > 0 ? " in \(counted(part.groups, "group"))" : ""
            lines.append("  \(part.part.rawValue): \(counted(part.clips, "clip"))\(groups), digest \(part.digest.prefix(16))")
        }
        let labelled = parts.filter { $0.part != .unlabelled }
        let width = max(5, classes.map(\.count).max() ?? 0)
        func row(_ name: String, _ cells: [String]) -> String {
            let padded = cells.map { String(repeating: " ", count: max(0, 12 - $0.count)) + $0 }
            return "  " + name + String(repeating: " ", count: width - name.count) + padded.joined()
        }
        lines.append(row("class", labelled.map(\.part.rawValue)))
        for (label, name) in classes.enumerated() { lines.append(row(name, labelled.map { "\($0.clipsPerClass[label])" })) }
        lines += notes.map { "note: \($0)" }
        return lines.joined(separator: "\n")
    }

    /// The summary for a program.
    public var json: JSON {
        .object([
            ("name", .string(name)),
            ("root", .string(root)),
            ("classes", .array(classes.map { .string($0) })),
            (
                "parts",
                .array(
                    parts.map { part in
                        .object([
                            ("part", .string(part.part.rawValue)), ("clips", .integer(part.clips)),
                            ("groups", .integer(part.groups)),
                            ("clipsPerClass", .array(part.clipsPerClass.map { .integer($0) })),
                            ("digest", .string(part.digest)),
                        ])
                    })
            ),
            ("notes", .array(notes.map { .string($0.description) })),
        ])
    }
}
