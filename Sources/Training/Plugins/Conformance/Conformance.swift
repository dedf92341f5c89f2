import Datasets
import Files
import Foundation
import Tensor

/// What every method must do, tried on one: `semisup plugin test`.
///
/// Networks and videos are small, so that all of it takes well under a minute.
public struct Conformance {
    /// One thing that was tried.
    public struct Check: Sendable {
        /// What must hold.
        public let name: String
        /// Why it does not; nil where it does.
        public let problem: String?
    }

    private let bench: ConformanceBench

    /// Prepares small videos in `folder`, which is filled and left to the caller.
    ///
    /// - Parameters:
    ///   - method: The name of the method, in the plugin at `plugin`.
    ///   - settings: Options of the form `key=value` that all checks use.
    public init(method: String, plugin: String?, settings: [String] = [], folder: String) throws {
        bench = try ConformanceBench(method: method, plugin: plugin, settings: settings, folder: folder)
    }

    /// All checks in order. Each is handed over when it is done.
    public func run(_ report: (Check) throws -> Void) rethrows {
        let checks: [(name: String, body: () throws -> String?)] = [
            ("options have allowed defaults, help and names below method.", bench.options),
            ("the view plan can be met", bench.views),
            ("gradients agree with central differences", { try GradientConformance.problem(bench) }),
            ("losses are finite where no label is confident", { try bench.finiteLosses(isUniform: true) }),
            ("losses are finite on a batch of one", { try bench.finiteLosses(["batch.labeled=1", "batch.unlabeled=1"]) }),
            ("one seed gives the same bits twice", { try bench.sameBits(["seed=3"], ["seed=3"], "of two equal runs") }),
            ("1 and 4 loader workers give the same bits", { try bench.sameBits(["workers=1"], ["workers=4"], "by workers") }),
            ("a resumed run ends as one that never stopped", bench.resumed),
            ("labels of unlabelled clips are not read", bench.poisoned),
        ]
        func problem(_ body: () throws -> String?) -> String? {
            do { return try body() } catch { return "\(error)" }
        }
        for check in checks {
            try report(Check(name: check.name, problem: problem(check.body)))
        }
    }
}
