import Files
import Ranks

/// Ranks that would not train the same.
public struct RankMismatch: ReportedError, Equatable {
    /// The first rank that differs from rank 0, its host, and in what.
    public let rank: Int, host: String, differences: [String]
    public var exitCode: ExitCode { .configuration }
    public var description: String {
        "rank \(rank) on \(host) would not train what rank 0 trains: \(differences.joined(separator: "; ")). All ranks need the same program, "
            + "plugins, data, options, and kernels=, threads= and precision= that all their processors have"
    }
}

extension RunRecord {
    /// What has to be the same on all ranks, by name.
    private var traits: [String: String] {
        let places = Configuration.places
        let options = (configuration.objectValue ?? []).filter { !places.contains($0.key) }.map {
            ("option \($0.key)", $0.value.serialized())
        }
        let facts =
            digests.filter { $0.key != "configuration" }.map { ("data: \($0.key)", $0.value) }
            + versions.map { ($0.key, $0.value) }
            + [("kernels", kernelSet), ("threads", "\(threads)"), ("precision", precision)]
        return Dictionary(options + facts) { first, _ in first }
    }

    /// Throws `RankMismatch` on all ranks where this record differs between them.
    func requireAgreement(of communicator: any Communicator) throws {
        let all = try communicator.allGather(traits)
        for (rank, traits) in all.enumerated() {
            let names = Set(traits.keys).union(all[0].keys).sorted()
            let differing = names.filter { traits[$0] != all[0][$0] }
            guard !differing.isEmpty else { continue }
            throw RankMismatch(
                rank: rank, host: communicator.hosts[rank],
                differences: differing.map { "\($0) is \(traits[$0] ?? "none") there and \(all[0][$0] ?? "none") on rank 0" })
        }
    }
}
