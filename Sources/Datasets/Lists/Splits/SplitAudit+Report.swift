import Files

extension SplitAudit {
    /// The report for a person, one finding a line.
    public var text: String {
        var lines = ["\(name): \(counted(clips, "clip")), \(classes - emptyClasses.count) of \(classes) classes"]
        let median = clipsPerClass.median
        let middle = median == median.rounded() ? "\(Int(median))" : "\(median)"
        lines.append(
            "  clips a class: \(clipsPerClass.minimum) at least, \(middle) in the middle, \(clipsPerClass.maximum) at most")
        if !emptyClasses.isEmpty {
            lines.append("  classes without a clip: \(listed(Array(emptyClasses.prefix(5)), of: emptyClasses.count))")
        }
        lines.append(line("named more than once", duplicates))
        lines.append(line("named with two labels", conflictingLabels))
        lines.append(line("with the label number of another class (the name decides)", misnumbered))
        lines.append(line("also in the test part", overlapWithTest))
        lines.append(line("of one source with a test clip", siblingsOfTestClips))
        if let outsideTrain { lines.append(line("outside the training part", outsideTrain)) }
        if let labelledGroups, let splitGroups {
            lines.append("  groups with labelled clips: \(labelledGroups), of which \(splitGroups) also hold unlabelled ones")
        }
        lines.append("  digest: \(digest)" + digestRemark)
        return lines.joined(separator: "\n")
    }

    /// The report for a program.
    public var json: JSON {
        .object([
            ("name", .string(name)),
            ("clips", .integer(clips)),
            ("classes", .integer(classes)),
            ("emptyClasses", .array(emptyClasses.map { .string($0) })),
            (
                "clipsPerClass",
                .object([
                    ("minimum", .integer(clipsPerClass.minimum)), ("median", .real(clipsPerClass.median)),
                    ("maximum", .integer(clipsPerClass.maximum)),
                ])
            ),
            ("duplicates", object(duplicates)),
            ("conflictingLabels", object(conflictingLabels)),
            ("misnumbered", object(misnumbered)),
            ("overlapWithTest", object(overlapWithTest)),
            ("siblingsOfTestClips", object(siblingsOfTestClips)),
            ("outsideTrain", outsideTrain.map(object) ?? .null),
            ("labelledGroups", labelledGroups.map { .integer($0) } ?? .null),
            ("splitGroups", splitGroups.map { .integer($0) } ?? .null),
            ("digest", .string(digest)),
            ("expectedDigest", expectedDigest.map { .string($0) } ?? .null),
            ("hasErrors", .boolean(hasErrors)),
        ])
    }

    private var digestRemark: String {
        guard let expectedDigest else { return "" }
        return expectedDigest == digest ? " (as expected)" : " (EXPECTED \(expectedDigest))"
    }

    private func line(_ what: String, _ finding: Finding) -> String {
        "  \(what): \(finding.count)" + (finding.count > 0 ? " (\(listed(finding.first, of: finding.count)))" : "")
    }

    private func object(_ finding: Finding) -> JSON {
        .object([("count", .integer(finding.count)), ("first", .array(finding.first.map { .string($0) }))])
    }
}
