import Files

extension WeightFit {
    /// Every name that was missing, unexpected or of another shape, one a line, and what to do.
    public var listing: String {
        let lines =
            missing.map { "  missing: \($0.name) \($0.shape)" } + unexpected.map { "  unexpected: \($0)" }
            + mismatched.map { "  other shape: \(Self.name($0.source, $0.target)) is \($0.found), expected \($0.expected)" }
        return lines.joined(separator: "\n")
    }

    /// The whole account in lines: how much fits, what was done with it, and every name that does not.
    public var report: String {
        let inflated = matches.filter { $0.change == .inflated }
        var lines = [
            "\(path): \(matches.count) of \(matches.count + missing.count + mismatched.count) tensors of \(network) found"
        ]
        if !listing.isEmpty { lines.append(listing) }
        lines += inflated.map { "  inflated: \(Self.name($0.source, $0.target)) to \($0.shape)" }
        lines += leftOut.map { "  left out: \($0)" }
        if !ignored.isEmpty { lines.append("  ignored: \(ignored.joined(separator: " "))") }
        return lines.joined(separator: "\n")
    }

    /// The object of `models import --json`.
    public var json: JSON {
        func names(_ values: [String]) -> JSON { .array(values.map(JSON.string)) }
        func shape(_ value: [Int]) -> JSON { .array(value.map(JSON.integer)) }
        return .object([
            ("file", .string(path)), ("network", .string(network)), ("found", .integer(matches.count)),
            (
                "missing",
                .array(missing.map { .object([("name", .string($0.name)), ("shape", shape($0.shape))]) })
            ), ("unexpected", names(unexpected)),
            (
                "mismatched",
                .array(
                    mismatched.map {
                        .object([
                            ("name", .string($0.target)), ("source", .string($0.source)), ("found", shape($0.found)),
                            ("expected", shape($0.expected)),
                        ])
                    })
            ),
            (
                "renamed",
                .object(matches.filter { $0.source != $0.target }.map { ($0.target, .string($0.source)) })
            ),
            ("inflated", names(matches.filter { $0.change == .inflated }.map(\.target))), ("leftOut", names(leftOut)),
            ("ignored", names(ignored)),
        ])
    }

    private static func name(_ source: String, _ target: String) -> String {
        source == target ? target : "\(target) (\(source) in the file)"
    }
}
