import Files

/// What is done about clips that are damaged, and how much damage ends a run.
public struct DamageTolerance: Hashable, Sendable {
    /// What becomes of a training clip that is not as it should be. Test clips are left out and counted.
    public enum Policy: String, Sendable, CaseIterable {
        /// The run ends.
        case error
        /// Another clip of the same stream takes its place, always the same.
        case skip
        /// It is used as it came out of the decoder; one that cannot be read at all is replaced.
        case keep
    }

    /// What becomes of a training clip.
    public var policy: Policy
    /// So many damaged files are never too many.
    public var files: Int
    /// Nor is this share of all files.
    public var share: Double

    /// A tolerance; see the properties.
    public init(policy: Policy = .skip, files: Int = 3, share: Double = 0.01) {
        self.policy = policy
        self.files = files
        self.share = share
    }

    /// Any number of files.
    public static let unlimited = DamageTolerance(share: 1)

    /// Whether `damaged` of `count` files may be damaged.
    func allows(_ damaged: Int, of count: Int) -> Bool {
        damaged <= files || share >= 1 || Double(damaged) <= share * Double(count)
    }
}

/// More damage than a run tolerates.
public struct DamageOverLimit: ReportedError, Equatable {
    /// The damaged files, and how many files there are.
    public let damaged: [DamageLedger.Entry], fileCount: Int
    /// What is tolerated.
    public let tolerance: DamageTolerance

    public var exitCode: ExitCode { .badData }

    public var description: String {
        let more = damaged.count > 8 ? "; \(damaged.count - 8) more in damage.tsv" : ""
        let shown = damaged.prefix(8).map(\.reason).joined(separator: "; ") + more
        let limit =
            tolerance.allows(damaged.count, of: fileCount)
            ? "damage.policy=error allows none"
            : "damage.files=\(tolerance.files) and damage.share=\(tolerance.share) allow fewer"
        return "\(damaged.count) of \(fileCount) video files are damaged, and \(limit): \(shown). "
            + "Get them anew (semisup data verify finds all of them), take them out of the list, or allow more"
    }
}
