import ArgumentParser
import Datasets
import Files
import Foundation
import Ranks
import Sweeps
import Training

/// `semisup train`
struct TrainCommand: ParsableCommand, HelpTable {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains, evaluates at the end, and writes the run directory.",
        discussion: """
            Examples:
              semisup train --labels 1%
              semisup train --method supervised --labels 4/class --data videos/ optimizer.learningRate=0.01
              semisup train --init kinetics.safetensors init.part=backbone --data videos/ --labels 10%
              semisup train --method supervised --init runs/pretrained --freeze backbone --labels 10%
              semisup train --resume --out runs/fixmatch-motions-1%-seed0
            """)

    static var helpTable: String {
        let methods = MethodCatalogue.standard.summaries.map { method in
            "METHOD \(method.name): \(method.summary)\n" + method.help
        }
        return "SETTINGS key=value (a file given by --config says the same in YAML)\n" + ConfigurationSchema.training.helpTable
            + "\n"
            + methods.joined(separator: "\n")
    }

    @Option(help: "How to train: fixmatch, supervised or a method of a plugin; all are listed below.")
    var method: String?
    @Option(help: "Which clips keep their labels: 1%, 0.01, 4/class or all.")
    var labels: String?
    @Option(help: "A built-in data set, a folder or a list file.")
    var data: String?
    @Option(help: "A split by name, or a list file.")
    var split: String?
    @Option(help: ArgumentHelp("A YAML file of settings.", valueName: "file"))
    var config: String?
    @Option(help: "Draws weights, order, augmentation and labels.")
    var seed: String?
    @Option(
        help: ArgumentHelp("The folder of the run, which must not exist (default: a new one in ./runs).", valueName: "folder"))
    var out: String?
    @Option(
        name: .customLong("init"),
        help: ArgumentHelp("A run or a safetensors file whose weights networks begin with.", valueName: "run or weights"))
    var initialWeights: String?
    @Option(help: "Keep the backbone as it begins, in evaluation mode: only the classifier learns.")
    var freeze: InitializationOptions.FrozenPart?
    @Option(help: ArgumentHelp("A plugin's file; without --method its method trains.", valueName: "file"))
    var plugin: String?
    @Option(
        help: ArgumentHelp(
            "Measure steps 4 to 23 call by call: a table on standard error, and a trace for Chrome's and Perfetto's viewers in this new file.",
            valueName: "file"))
    var profile: String?
    @Flag(help: "Go on with the run in --out.")
    var resume = false
    @Flag(help: "With --resume: go on where something differs that changes results, and record it.")
    var allowDifferences = false
    @Flag(help: "Print steps, memory and estimated time, and train nothing.")
    var dryRun = false
    @Flag(help: "Print every setting and where it comes from, and train nothing.")
    var printConfig = false
    @Flag(help: "Print JSON objects, one a line.")
    var json = false
    @Argument(help: ArgumentHelp("Settings, listed below.", valueName: "key=value"))
    var settings: [String] = []

    func validate() throws {
        if labels?.isEmpty == true { throw ValidationError("--labels is empty; expected 1%, 0.01, 4/class or all") }
        if out?.isEmpty == true { throw ValidationError("--out is empty; expected the path of a new folder") }
        if allowDifferences && !resume { throw ValidationError("--allow-differences is about a run that goes on; add --resume") }
        if resume && out == nil { throw ValidationError("--resume needs --out and the folder of the run to go on with") }
    }

    func run() throws {
        Interruption.listen()
        let communicator = try RankJob.join()
        guard communicator.count > 1 else { return try train(communicator) }
        do {
            try train(communicator)
            communicator.leave()
        } catch {
            throw RankJob.end(by: error, communicator)
        }
    }

    private func train(_ communicator: any Communicator) throws {
        let configuration = try self.configuration()
        if printConfig {
            guard communicator.isFirst else { return }
            let text = json ? configuration.jsonWithOrigins.serialized() : configuration.yaml
            return try Terminal.standard.print(text)
        }
        let dataSet = try DataAccess.open(configuration)
        let plan = try TrainingPlan(configuration: configuration, dataSet: dataSet, methods: .standard)
        if dryRun { return communicator.isFirst ? try printEstimate(TrainingEstimate(plan)) : () }
        let profiler = communicator.isFirst ? try profile.map { try TrainingProfile(path: $0) } : nil
        let printer = communicator.isFirst ? TrainingPrinter(json: json) : nil
        let observer: any TrainingObserver = printer ?? QuietObserver()
        let run =
            if resume, let out {
                try TrainingRun(
                    resuming: out, plan, indices: .cached, allowsDifferences: allowDifferences, communicator: communicator,
                    observer: observer)
            } else {
                try TrainingRun(plan, out: out, indices: .cached, communicator: communicator, observer: observer)
            }
        run.profiler = profiler
        printer?.begin(plan, path: run.path)
        let outcome = try run.run { error in
            let code = Semisup.report(error, [])
            fflush(nil)
            _exit(code)
        }
        guard let printer else { return }
        writeReport(of: outcome.run)
        try printer.end(outcome, configuration)
    }

    /// A run that is finished stays so, whatever becomes of its report.
    private func writeReport(of run: String) {
        do { try RunReport(run: run).write(to: ReportFile.standardPath(in: run)) } catch {
            logger.warning("no report.html: \(error); try semisup report \(run)")
        }
    }

    private func configuration() throws -> Configuration {
        let flags = [
            ("method", method), ("labels", labels), ("data", data), ("split", split), ("seed", seed), ("plugin", plugin),
            ("init", initialWeights), ("init.freeze", freeze?.rawValue),
        ]
        .compactMap { name, value in value.map { (name, $0) } }
        guard resume, let out else { return try .training(file: config, flags: flags, settings: settings, methods: .standard) }
        return try .resuming(out, file: config, flags: flags, settings: settings, methods: .standard)
    }

    private func printEstimate(_ estimate: TrainingEstimate) throws {
        guard !json else { return try Terminal.standard.print(estimate.json) }
        try Terminal.standard.print(
            Text.table([
                ["steps", "\(estimate.totalSteps) (\(estimate.stepsPerEpoch) an epoch)"],
                ["labelled clips", "\(estimate.labeledClips)"], ["unlabelled clips", "\(estimate.unlabeledClips)"],
                ["test clips", "\(estimate.testClips)"], ["parameters", Text.count(estimate.parameters)],
                ["a step", "\(Text.time(estimate.secondsPerStep)) without the loader"],
                ["training", "about \(Text.time(estimate.seconds))"],
                ["memory", "\(Text.number(estimate.peakMiB, digits: 3)) MiB without the loader"],
                ["planned", estimate.plannedMiB.map { "\(Text.number($0, digits: 3)) MiB of tensors" } ?? "unknown"],
            ]))
    }
}

extension InitializationOptions.FrozenPart: @retroactive ExpressibleByArgument {}
