import Datasets
import Files
import Foundation
import Media
import Ranks
import Tensor

extension TrainingPlan {
    /// The configuration with paths from the root, so that a run finds its data and its plugin from any folder, and with what was
    /// taken of initial weights.
    var recordedConfiguration: JSON {
        .object(
            (configuration.json.objectValue ?? []).map { name, value in
                if name == "plugin", let plugin { return (name, .string(plugin.path)) }
                if name == "init.part", let initialWeights { return (name, .string(initialWeights.part.rawValue)) }
                return (name, Configuration.fromRoot(value, of: name))
            })
    }

    /// Throws where `init` was written for a run of `record` that began otherwise: its networks have learned since.
    func requireInitialWeights(of record: RunRecord) throws {
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let began = record.configuration["init"]
        guard let entry = configuration["init"], entry.origin.isWritten, let path = entry.value.stringValue,
            began?.stringValue.map(resolved) != resolved(path)
        else { return }
        // Perhaps they have only been moved.
        if let weights = try? readingInitialWeights().initialWeights, weights.digest == record.digests["init"] { return }
        throw ConfigurationError(findings: [
            .conflict(
                reason: "init=\(Configuration.text(entry.value)): the networks of this run began with "
                    + "\(began?.stringValue ?? "drawn weights") and have learned since; leave it away, or start a new run")
        ])
    }

    /// The name of the run's folder where none is given.
    public var standardRunName: String {
        let run = configuration[RunOptions.self]
        return RunDirectory.standardName(method: run.method, data: dataSet.name, labels: run.labelSource, seed: run.seed)
    }
}

extension RunRecord {
    /// The record of a run of `plan` on the engine that runs.
    init(_ plan: TrainingPlan, engine: EngineDescription, _ communicator: any Communicator) {
        self.init(
            configuration: plan.recordedConfiguration, seeds: ["run": plan.configuration[RunOptions.self].seed],
            digests: [
                "configuration": plan.configuration.digest, "labeled": plan.lists.labelled.digest,
                "unlabeled": plan.lists.unlabelled.digest, "test": plan.dataSet.test.digest,
                "sizes of files": plan.fileSizesDigest,
            ],
            versions: [
                "semisup": KitVersion.text, "kit": KitLocation.own.code, "libavcodec": MediaLibrary.codecVersion ?? "none",
                "libc": SystemReport.libraryOfC,
                "blas": "\(engine.blasLibrary) \(engine.blasConfiguration)",
                "oneDNN": engine.oneDNNVersion ?? "none", "convolution": engine.convolutionPath.rawValue,
                "plugin": plan.plugin?.identity ?? "none",
            ],
            kernelSet: engine.kernelSet.rawValue, threads: engine.threads, precision: engine.precisionName)
        classes = plan.dataSet.classes.names
        plannedSteps = plan.totalSteps
        digests["init"] = plan.initialWeights?.digest
        digests["features"] = plan.features?.digest(of: plan.dataSet.videoPaths)
        samples = plan.method.manifest.samples
        if let library = communicator.library {
            let hosts = Dictionary(communicator.hosts.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
            versions["ranks"] =
                "\(communicator.count): \(hosts.map { "\($0.value) on \($0.key)" }.joined(separator: ", ")); \(library)"
        }
    }

    /// Why `plan` would give other results than this run; `now` is what a new run of it would record.
    func differences(from now: RunRecord, _ plan: TrainingPlan, run: String) throws -> [String] {
        let recorded = try Configuration(self, run: run, of: plan)
        // What `auto` came to is compared below.
        let chosen = plan.configuration.differences(from: recorded).filter {
            !["kernels", "precision", "threads"].contains($0.name)
        }
        var differences = chosen.filter(\.changesResults).map(\.description)
        func compare(_ name: String, _ then: String, _ now: String) {
            if then != now { differences.append("\(name) was \(then), now \(now)") }
        }
        for name in digests.keys.sorted() where !["configuration", "init"].contains(name) {
            compare("data: \(name)", digests[name] ?? "none", now.digests[name] ?? "none")
        }
        // Not read where there is a checkpoint to go on with.
        if let weights = now.digests["init"] { compare("the weights of init", digests["init"] ?? "none", weights) }
        compare("kernels", "kernels=\(kernelSet)", "kernels=\(now.kernelSet)")
        compare("threads", "threads=\(threads)", "threads=\(now.threads)")
        compare("precision", "precision=\(precision)", "precision=\(now.precision)")
        for name in ["semisup", "kit", "libc", "libavcodec", "blas", "oneDNN", "convolution", "plugin"] {
            compare(name, versions[name] ?? "none", now.versions[name] ?? "none")
        }
        return differences
    }

    /// Takes over where everything is by now.
    mutating func take(placesOf now: RunRecord) {
        configuration = .object(
            (configuration.objectValue ?? []).map { name, value in
                (
                    name,
                    Configuration.places.contains(name) ? now.configuration[name]?.stringValue.map(JSON.string) ?? value : value
                )
            })
    }

    /// Takes over what `now` has to say of a run that goes on from `step` though its results will differ.
    mutating func accept(_ now: RunRecord, differing differences: [String], fromStep step: Int) {
        let entry = JSON.object([("step", .integer(step)), ("differences", .array(differences.map(JSON.string)))])
        var changed = now
        (changed.created, changed.host, changed.damage, changed.hasCheckpoints) = (created, host, damage, hasCheckpoints)
        changed.changes = changes + [entry]
        self = changed
    }
}

/// A run that cannot go on as it began.
public struct ResumeMismatch: ReportedError, Equatable {
    /// The run's folder, and what differs.
    public let run: String, differences: [String]
    /// Whether `--allow-differences` takes it.
    public var mayBeAllowed = true
    public var exitCode: ExitCode { .configuration }
    public var description: String {
        "\(run): its results would not be those of a run that was never stopped: \(differences.joined(separator: "; ")). "
            + (mayBeAllowed
                ? "Restore what differs, start a new run, or go on all the same by --allow-differences, which run.json then tells"
                : "Leave that away, or start a new run")
    }
}

extension TrainingOutcome {
    /// The one object that `train --json` ends with.
    public func result(_ configuration: Configuration) -> JSON {
        let options = configuration[RunOptions.self]
        func share(_ value: Double?) -> JSON { value.map(JSON.real) ?? .null }
        let accuracy = test?.accuracy(top: 1) ?? scores.first { $0.name == "accuracyTop1" }?.value
        let asked: [(String, JSON)] =
            (probe.map { [("probe", $0.json)] } ?? [])
            + (retrieval.map { [("recall", $0.recallJSON), ("retrieval", $0.json)] } ?? [])
        return .object(
            [
                ("event", .string("result")), ("method", .string(options.method)), ("labels", .string(options.labelSource)),
                ("seed", .integer(options.seed)), ("accuracyTop1", share(accuracy)),
                ("accuracyTop1Interval", test?.intervalJSON ?? .null), ("accuracyTop5", share(test?.accuracy(top: 5))),
                ("meanClassAccuracy", share(test?.meanClassAccuracy)),
                ("bestValidationAccuracyTop1", share(bestValidationAccuracy)),
                ("tiedTestClips", .integer(test?.tied(top: 1) ?? 0)), ("scoreAveraging", .string("logits")),
                ("testClips", .integer(test?.rows.count ?? 0)), ("damagedTestClips", .integer(test?.damaged ?? 0)),
                ("views", configuration[EvaluationOptions.self].views.json),
                ("damagedVideos", .integer(damage.damaged.count)), ("clipsRead", damage.countsJSON),
                ("steps", .integer(steps)), ("seconds", .real(seconds)),
                ("scores", .object(scores.map { ($0.name, .real($0.value)) })), ("loaderWaitShare", .real(waitShare)),
                ("run", .string(run)), ("weightsDigest", .string(weightsDigest)),
            ] + asked)
    }
}

extension ClassificationReport {
    /// The object `accuracyTop1Interval` of results.
    var intervalJSON: JSON {
        interval.map { found in
            .object([
                ("low", .real(found.low)), ("high", .real(found.high)), ("units", .integer(found.units)),
                ("by", .string(isGrouped ? "group" : "video")),
            ])
        } ?? .null
    }
}

/// The version of the kit.
public enum KitVersion {
    /// As it stands in `run.json`.
    public static let text = "0.1.0"
}
