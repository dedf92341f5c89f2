import Backends

/// What the steps of a run were spent on, as tables.
enum ProfileText {
    /// The operations, then the costliest layers.
    static func table(_ profile: Profile) -> String {
        let milliseconds = Double(profile.nanoseconds) / 1e6 / Double(max(1, profile.steps))
        let phases = ["wait", "transform", "forward", "backward", "update", "after"].map { name -> String in
            let time = profile.events.filter { $0.isPhase && $0.name == name }.reduce(0) { $0 + $1.duration }
            return "\(name) \(Text.percent(share(time, profile)))"
        }
        return """
            \(profile.steps) steps of \(Text.number(milliseconds, digits: 3)) ms: \(phases.joined(separator: ", "))
            \(Text.percent(profile.shareOutsideProducts)) of the time is outside convolutions and matrix products; \
            \(profile.allocations) requests to the system for tensor storage

            \(rows(profile.operationRows, of: profile, named: "operation", { $0.operation }))

            \(rows(Array(profile.rows.prefix(20)), of: profile, named: "operation and layer", { "\($0.operation) \($0.layer)" }))
            """
    }

    private static func rows(
        _ rows: [Profile.Row], of profile: Profile, named title: String, _ name: (Profile.Row) -> String
    ) -> String {
        let steps = Double(max(1, profile.steps))
        let header = [title, "calls a step", "ms a step", "share", "GFLOP/s", "GB/s"]
        let cells = rows.map { row -> [String] in
            let time = Double(max(1, row.nanoseconds))
            return [
                name(row), Text.number(Double(row.calls) / steps, digits: 3), Text.number(time / 1e6 / steps, digits: 3),
                Text.percent(share(row.nanoseconds, profile)),
                row.operations > 0 ? Text.number(Double(row.operations) / time, digits: 3) : "-",
                Text.number(Double(row.bytes) / time, digits: 3),
            ]
        }
        return Text.table([header] + cells, rightAligned: [1, 2, 3, 4, 5])
    }

    private static func share(_ nanoseconds: Int, _ profile: Profile) -> Double {
        Double(nanoseconds) / Double(max(1, profile.nanoseconds))
    }
}
