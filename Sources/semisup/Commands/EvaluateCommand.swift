import ArgumentParser
import Datasets
import Files
import Training

/// `semisup evaluate`
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Scores the network of a run on test videos.",
        discussion: """
            A run that pre-trains a backbone has no classifier to score: ask for --probe or --retrieval.

            Examples:
              semisup evaluate runs/fixmatch-motions-1%-seed0 --views 10x3
              semisup evaluate runs/xdc-motions-1%-seed0 --probe linear --labels 10% --retrieval
            """)

    @Argument(help: ArgumentHelp("The folder of a run.", valueName: "run"))
    var folder: String
    @Option(help: "Views of each video, clips x crops, such as 1x1 or 10x3 (default: as in the run).")
    var views: String?
    @Option(help: "A built-in data set, a folder or a list file (default: that of the run).")
    var data: String?
    @Option(
        help: ArgumentHelp("Of a run that answers questions: vectors of the clips' frames (data features).", valueName: "folder"))
    var features: String?
    @Option(help: "Train a linear classifier upon the frozen features of labelled clips.")
    var probe: EvaluationRequest.Probe?
    @Option(help: "What the probe learns from: 1%, 4/class, all (default: as the run).")
    var labels: String?
    @Flag(help: "Share of test clips with their class among the nearest training clips.")
    var retrieval = false
    @Flag(help: "Score the checkpoint that was best on the validation part, not the last.")
    var best = false
    @Option(help: ArgumentHelp("Write the confusion matrix as a PNG picture to this new file.", valueName: "file"))
    var picture: String?
    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        if features?.isEmpty == true { throw ValidationError("--features is empty; expected the path of a folder") }
        if labels != nil && probe == nil {
            throw ValidationError("--labels is about what a probe learns from; add --probe linear")
        }
    }

    func run() throws {
        if let picture { try NewFile.requireFree(picture) }
        guard try RunRecord(ofRun: folder).samples == .clips else { return try evaluateQuestions() }
        if features != nil {
            throw ValidationError("\(folder) names classes of clips; --features is about runs that answer questions")
        }
        let request = EvaluationRequest(probe: probe, labels: try labels.map { try LabelRate($0) }, wantsRetrieval: retrieval)
        let network = try TrainedNetwork(run: folder, isBest: best, settings: views.map { [("evaluation.views", $0)] } ?? [])
        for damaged in network.passedOver { logger.warning("passed over \(damaged)") }
        let dataSet = try DataAccess.open(data ?? network.configuration[RunOptions.self].data)
        if data == nil, network.record.digests["test"] != dataSet.test.digest {
            logger.warning("the test part is not the one that the run had: \(dataSet.test.count) clips now")
        }
        let progress = Progress("evaluating", unit: "videos")
        let outcome = try network.evaluate(on: dataSet, asking: request, indices: .cached) { progress.update($0, of: $1) }
        progress.end()
        for entry in outcome.damage.entries { logger.warning("left out: \(entry.reason)") }
        if let picture, let test = outcome.test { try test.writeConfusionPicture(to: picture) }
        guard !json else { return try Terminal.standard.print(outcome.result(network.configuration)) }
        try Terminal.standard.print(OutcomeText.table(outcome))
        if let test = outcome.test { try Terminal.standard.print("\n" + confusion(test, network.classes.names)) }
    }

    /// Scores what answers questions.
    private func evaluateQuestions() throws {
        if probe != nil || retrieval || views != nil || picture != nil {
            throw ValidationError(
                "\(folder) answers questions; --probe, --retrieval, --views and --picture are about classes of clips")
        }
        let recorded = try Configuration.resuming(folder, methods: .standard)[RunOptions.self]
        let dataSet = try DataAccess.open(data ?? recorded.data, of: .questions)
        let scorer = try TrainedScorer(
            run: folder, isBest: best, settings: features.map { ["features=\($0)"] } ?? [], on: dataSet, methods: .standard)
        for damaged in scorer.passedOver { logger.warning("passed over \(damaged)") }
        if data == nil, scorer.record.digests["test"] != dataSet.test.digest {
            logger.warning("the test part is not the one that the run had: \(dataSet.test.count) questions now")
        }
        let progress = Progress("evaluating", unit: "questions")
        let outcome = try scorer.evaluate { progress.update($0, of: $1) }
        progress.end()
        for entry in outcome.damage.entries { logger.warning("left out: \(entry.reason)") }
        try Terminal.standard.print(json ? outcome.result(scorer.configuration).serialized() : OutcomeText.table(outcome))
    }

    /// Rows of true classes: how many videos, the share that is right, and what the others were taken for.
    private func confusion(_ report: ClassificationReport, _ names: [String]) -> String {
        let rows = report.confusion.enumerated().map { label, counts in
            let total = counts.reduce(0, +)
            let mistakes = counts.indices.filter { $0 != label && counts[$0] > 0 }.sorted { (counts[$1], $0) < (counts[$0], $1) }
            return [
                names[label], "\(total)", Text.percent(total > 0 ? Double(counts[label]) / Double(total) : nil),
                mistakes.prefix(3).map { "\(names[$0]) \(counts[$0])" }.joined(separator: ", "),
            ]
        }
        return Text.table([["class", "videos", "right", "taken for"]] + rows, rightAligned: [1, 2])
    }
}

extension EvaluationRequest.Probe: @retroactive ExpressibleByArgument {}

/// `semisup predict`
struct PredictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Names the classes of videos, or answers questions, with probabilities.",
        discussion: """
            A run that learned to answer questions takes question files, and the folder of the vectors of their clips.

            Examples:
              semisup predict runs/fixmatch-motions-1%-seed0 video.mp4 --top 3
              semisup predict runs/video-qa-motions-all-seed0 questions.jsonl --features features/
            """)

    @Argument(help: ArgumentHelp("The folder of a run.", valueName: "run"))
    var folder: String
    @Argument(help: ArgumentHelp("Video files; of a run that answers questions, question files.", valueName: "file"))
    var videos: [String]
    @Option(help: "How many classes or answers to print, the most likely first.")
    var top = 5
    @Option(help: ArgumentHelp("Vectors of the frames of the questions' clips (data features).", valueName: "folder"))
    var features: String?
    @Flag(help: "Print one JSON object a video.")
    var json = false

    func validate() throws {
        if top < 1 { throw ValidationError("--top \(top): expected 1 or more") }
        if videos.isEmpty { throw ValidationError("name at least one video") }
    }

    func run() throws {
        guard try RunRecord(ofRun: folder).samples == .clips else {
            return try QuestionAnswers(run: folder, files: videos, features: features).print(top: top, json: json)
        }
        if features != nil {
            throw ValidationError("\(folder) names classes of videos; --features is about runs that answer questions")
        }
        let network = try TrainedNetwork(run: folder)
        for damaged in network.passedOver { logger.warning("passed over \(damaged)") }
        let predictions = try network.predict(videos)
        for prediction in predictions {
            if json {
                try Terminal.standard.print(prediction.json(top: top))
            } else if prediction.damage == nil {
                let rows = prediction.probabilities.prefix(top).map { ["  \($0.className)", Text.percent($0.probability)] }
                try Terminal.standard.print("\(prediction.video)\n" + Text.table(rows, rightAligned: [1]))
            }
            if let damage = prediction.damage { logger.error("\(damage)") }
        }
        if predictions.contains(where: { $0.damage != nil }) { throw ArgumentParser.ExitCode(Files.ExitCode.badData.rawValue) }
    }
}
