import ArgumentParser
import Files
import Foundation
import Sweeps
import Training

/// `semisup sweep`
struct SweepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sweep", abstract: "Runs grids of runs that survive their own death, and tables what came of them.",
        discussion: "Example: semisup sweep run sweep.yaml --jobs 2",
        subcommands: [
            SweepRunCommand.self, SweepStatusCommand.self, SweepReportCommand.self, SweepRetryCommand.self,
            SweepCollectCommand.self,
            SweepCellCommand.self,
        ])
}

/// What the commands that run cells share.
struct SweepExecution: ParsableArguments {
    /// Where cells are trained.
    enum Executor: String, ExpressibleByArgument, CaseIterable { case local, slurm }

    @Option(help: "Where cells are trained: on this machine, or as tasks of a Slurm array.")
    var executor = Executor.local
    @Option(help: "How many cells are trained at once; on this machine they share the cores.")
    var jobs = 1
    @Option(help: "How many processes train a cell together, by mpirun or Slurm's srun.")
    var ranks = 1
    @Option(help: ArgumentHelp("An option of sbatch, as --sbatch=--time=8:00:00; more by more of them.", valueName: "option"))
    var sbatch: [String] = []

    func validate() throws {
        if !(1...1024 ~= jobs) { throw ValidationError("--jobs \(jobs): expected 1 to 1024") }
        if !(1...1024 ~= ranks) { throw ValidationError("--ranks \(ranks): expected 1 to 1024") }
        if executor == .local, !sbatch.isEmpty { throw ValidationError("--sbatch is about --executor slurm; add that") }
        if let seconds = SlurmSettings(jobs: jobs, options: sbatch).timeLimitSeconds, seconds < SlurmSettings.shortestSeconds {
            throw ValidationError(
                "--sbatch=--time: expected \(SlurmSettings.shortestSeconds / 60) minutes or more, so that a cell comes to something before it has to save"
            )
        }
    }

    var execution: SweepDriver.Execution {
        switch executor {
        case .local: .local(jobs: jobs, ranks: ranks)
        case .slurm: .slurm(SlurmSettings(jobs: jobs, ranks: ranks, options: sbatch))
        }
    }
}

/// `semisup sweep run`
struct SweepRunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Trains the cells of a sweep file; the same command goes on where it was stopped.",
        discussion: """
            Example: semisup sweep run sweep.yaml --jobs 2, where sweep.yaml holds

              base: {data: motions, steps: 300}
              grid:
                method: [supervised, fixmatch, cmpl]
                labels: [1%, 10%]
              exclude:
                - {method: supervised, labels: 10%}
              repeats: 3                  # seeds 0, 1, 2
              published:                  # beside the results
                - {method: cmpl, labels: 1%, percent: 84.1, source: "where it stands"}

            base takes what train --config takes, grid a list for any option. Ends with the code of the first failed cell, if there is one.
            """)

    @Argument(help: ArgumentHelp("A sweep file (YAML).", valueName: "file"))
    var file: String
    @Argument(help: ArgumentHelp("Settings over what the file says.", valueName: "key=value"))
    var settings: [String] = []
    @Option(help: ArgumentHelp("The folder of the sweep (default: the file's name in ./runs).", valueName: "folder"))
    var out: String?
    @OptionGroup var execution: SweepExecution
    @Flag(help: "Print the cells and a measured estimate of the time, and train nothing.")
    var dryRun = false
    @Flag(help: "Print every setting of each cell and where it comes from, and train nothing.")
    var printConfig = false
    @Flag(help: "Run more than 1000 cells.")
    var yes = false
    @Flag(help: "Print JSON objects, one a line.")
    var json = false

    func validate() throws {
        if out?.isEmpty == true { throw ValidationError("--out is empty; expected the path of a folder") }
    }

    func run() throws {
        Interruption.listen()
        Interruption.begin()
        var request = Sweep.Request()
        (request.file, request.folder, request.settings) = (file, out, settings)
        (request.execution, request.isMeant) = (execution.execution, yes)
        if printConfig { return try printConfigurations(Sweep.plan(request, methods: .standard)) }
        if dryRun { return try printEstimate(Sweep.plan(request, methods: .standard)) }
        try SweepPrinter(json: json, jobs: execution.jobs).run(request)
    }

    private func printConfigurations(_ plan: SweepPlan) throws {
        for cell in plan.cells {
            let configuration = try plan.configuration(of: cell)
            if json {
                let members = (cell.json.objectValue ?? []) + [("configuration", configuration.jsonWithOrigins)]
                try Terminal.standard.print(JSON.object(members))
            } else {
                try Terminal.standard.print("---\n# \(cell.name): \(cell.title)\n" + configuration.yaml)
            }
        }
    }

    private func printEstimate(_ plan: SweepPlan) throws {
        let progress = Progress("measuring", unit: "conditions")
        let estimate = try SweepEstimate(plan) { progress.update($0, of: $1) }
        progress.end()
        guard !json else {
            for cell in plan.cells { try Terminal.standard.print(cell.json) }
            return try Terminal.standard.print(estimate.json(jobs: execution.jobs))
        }
        try Terminal.standard.print(SweepText.plan(plan, estimate, jobs: execution.jobs))
    }
}

/// `semisup sweep status`
struct SweepStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Tells how the cells of a sweep stand; live on a terminal while some are at work.",
        discussion: "Example: semisup sweep status runs/sweep")

    @Argument(help: ArgumentHelp("The folder of a sweep.", valueName: "sweep"))
    var folder: String
    @Flag(help: "Print one JSON object a cell.")
    var json = false

    func run() throws {
        var status = try SweepStatus(sweep: folder)
        guard !json else { return try status.cells.forEach { try Terminal.standard.print($0.json) } }
        let screen = LiveText()
        while screen.isLive, status.count(.running) > 0 {
            screen.show(SweepText.status(status, rows: screen.rows))
            Thread.sleep(forTimeInterval: 1)
            status = try SweepStatus(sweep: folder)
        }
        screen.clear()
        try Terminal.standard.print(SweepText.status(status))
    }
}

/// `semisup sweep report`
struct SweepReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Tables what a sweep came to, and writes the same with plots into its report.html.",
        discussion: "Example: semisup sweep report runs/sweep")

    @Argument(help: ArgumentHelp("The folder of a sweep.", valueName: "sweep"))
    var folder: String
    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        let report = try SweepReport(sweep: folder), path = ReportFile.standardPath(in: folder)
        try Terminal.standard.print(json ? report.table.json.serialized() : SweepText.table(report.table))
        try report.write(to: path)
        logger.notice("written: \(path)")
    }
}

/// `semisup sweep retry`
struct SweepRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Tries failed cells again, and whatever else is not done.",
        discussion: "Example: semisup sweep retry runs/sweep --from-start")

    @Argument(help: ArgumentHelp("The folder of a sweep.", valueName: "sweep"))
    var folder: String
    @Argument(help: ArgumentHelp("Names of failed cells (default: all).", valueName: "cell"))
    var cells: [String] = []
    @Flag(help: "Begin anew; the runs so far are put into set-aside/.")
    var fromStart = false
    @OptionGroup var execution: SweepExecution
    @Flag(help: "Print JSON objects, one a line.")
    var json = false

    func run() throws {
        Interruption.listen()
        Interruption.begin()
        let retried = try Sweep.allowRetry(sweep: folder, cells: cells, fromStart: fromStart)
        logger.notice("\(retried.count) failed cells are tried again")
        var request = Sweep.Request()
        (request.folder, request.execution) = (folder, execution.execution)
        try SweepPrinter(json: json, jobs: execution.jobs).run(request)
    }
}

/// `semisup sweep collect`
struct SweepCollectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect", abstract: "Makes the index of a sweep anew from its run directories.",
        discussion: "Example: semisup sweep collect runs/sweep")

    @Argument(help: ArgumentHelp("The folder of a sweep.", valueName: "sweep"))
    var folder: String
    @Flag(help: "Print one JSON object a cell.")
    var json = false

    func run() throws {
        let status = try SweepStatus.collecting(sweep: folder)
        guard !json else { return try status.cells.forEach { try Terminal.standard.print($0.json) } }
        try Terminal.standard.print(SweepText.counts(status))
    }
}

/// `semisup sweep cell`: what a task of a scheduler's array runs.
struct SweepCellCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cell", abstract: "Trains one cell of a sweep; what a scheduler's task runs.",
        discussion: "Example: semisup sweep cell runs/sweep --tasks runs/sweep/slurm/1.tasks --task 0", shouldDisplay: false)

    @Argument(help: ArgumentHelp("The folder of a sweep.", valueName: "sweep"))
    var folder: String
    @Option(help: ArgumentHelp("A file that names the cells of tasks.", valueName: "file"))
    var tasks: String
    @Option(help: "The line of that file, from 0.")
    var task: Int
    @Option(help: "How many tasks of a step train it together.")
    var ranks = 1

    func run() throws {
        Interruption.listen()
        Interruption.begin()
        let code = try Sweep.train(sweep: folder, tasks: tasks, number: task, ranks: ranks)
        guard code == 0 else { throw ArgumentParser.ExitCode(code) }
    }
}
