import Files

/// A setting of an augmentation that makes no sense.
public enum AugmentError: ReportedError, Equatable {
    /// `setting` has the value `found`, which is not `expected`.
    case outOfRange(setting: String, found: String, expected: String)

    /// 78: a configuration that cannot be.
    public var exitCode: ExitCode { .configuration }

    /// The setting, what it is, what it may be.
    public var description: String {
        switch self {
        case .outOfRange(let setting, let found, let expected): "\(setting) is \(found); expected \(expected)"
        }
    }

    /// Throws unless `isSound`.
    static func check(_ isSound: Bool, _ setting: String, _ found: Any, expected: String) throws(AugmentError) {
        guard isSound else { throw .outOfRange(setting: setting, found: "\(found)", expected: expected) }
    }
}
