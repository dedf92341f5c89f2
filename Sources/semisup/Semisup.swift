import ArgumentParser
import Files
import Foundation
import Ranks
import Training

/// `semisup`: the root of all commands.
struct Semisup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "semisup",
        abstract: "Trains action-recognition networks from few labelled and many unlabelled videos.",
        discussion: """
            Example: semisup train --labels 1%

            Results go to standard output; progress, warnings and logs to standard error.
            """,
        version: KitVersion.text,
        subcommands: [
            TrainCommand.self, EvaluateCommand.self, PredictCommand.self, SweepCommand.self, ReportCommand.self,
            PluginCommand.self,
            DataCommand.self, ModelsCommand.self, BenchCommand.self, DoctorCommand.self,
        ])

    /// The label of messages of the parser, as that of all others.
    static var _errorLabel: String { "error" }

    /// Runs the command that the arguments name and returns the exit code of the process.
    static func start() -> Int32 {
        do throws(ArgumentNotUTF8) {
            return start(try ProcessSetup.arguments())
        } catch {
            return report(error, [])
        }
    }

    private static func start(_ arguments: [String]) -> Int32 {
        if let mistake = CommandPath.mistake(in: arguments) {
            Terminal.standard.message(mistake, label: "error", colour: .red)
            return Files.ExitCode.usage.rawValue
        }
        do {
            var command = try parseAsRoot(arguments)
            if !(command is DoctorCommand) { try SHA256.requireLibrary() }
            if !(command is TrainCommand), MPICommunicator.launchedCount() > 1 {
                throw ValidationError(
                    "several processes were started together, and only train shares its work; start it by itself")
            }
            try command.run()
            return Files.ExitCode.done.rawValue
        } catch {
            return report(error, arguments)
        }
    }

    /// Tells `error` and returns the exit code that goes with it.
    static func report(_ error: any Error, _ arguments: [String]) -> Int32 {
        if let reported = error as? any ReportedError {
            Terminal.standard.message(reported.description, label: "error", colour: .red)
            return reported.exitCode.rawValue
        }
        let code = exitCode(for: error)
        switch code {
        case .success: return printHelp(fullMessage(for: error), arguments)
        case .validationFailure:
            Terminal.standard.message(fullMessage(for: error))
            return Files.ExitCode.usage.rawValue
        default:
            if let code = error as? ArgumentParser.ExitCode { return code.rawValue }
            Terminal.standard.message(
                "\(error); this is a mistake in semisup, please report it", label: "internal error", colour: .red)
            return Files.ExitCode.internalError.rawValue
        }
    }

    /// The help of a command, and what it adds in its own layout.
    private static func printHelp(_ text: String, _ arguments: [String]) -> Int32 {
        do throws(FileError) {
            try Terminal.standard.print(text)
            let isHelp = arguments.first == "help" || arguments.contains { ["-h", "--help"].contains($0) }
            if isHelp, let table = (CommandPath(arguments).command as? any HelpTable.Type)?.helpTable {
                try Terminal.standard.print("\n" + table)
            }
            return Files.ExitCode.done.rawValue
        } catch {
            Terminal.standard.message(error.description, label: "error", colour: .red)
            return error.exitCode.rawValue
        }
    }
}

/// A command whose help ends in a table that must not be wrapped.
protocol HelpTable: ParsableCommand {
    static var helpTable: String { get }
}

/// The command that arguments name.
struct CommandPath {
    /// The command, and the words that led to it.
    private(set) var command: any ParsableCommand.Type = Semisup.self
    private(set) var words = ["semisup"]
    /// The word that stands where a command was expected.
    private(set) var unknown: String?

    init(_ arguments: [String]) {
        for word in arguments.first == "help" ? arguments.dropFirst() : arguments[...] {
            let commands = command.configuration.subcommands
            guard !commands.isEmpty, !word.hasPrefix("-") else { return }
            guard let next = commands.first(where: { $0._commandName == word }) else {
                unknown = word == "help" ? nil : word
                return
            }
            command = next
            words.append(word)
        }
    }

    /// What is wrong with the name of the command in `arguments`, or nil.
    static func mistake(in arguments: [String]) -> String? {
        let path = CommandPath(arguments)
        guard let unknown = path.unknown else { return nil }
        let names = path.command.configuration.subcommands.map { $0._commandName }
        let nearest = NearestName.likely(unknown, among: names).map { "; did you mean \($0)?" } ?? ""
        let prefix = path.words.joined(separator: " ")
        return
            "\(prefix): there is no command \(unknown)\(nearest)\n  known: \(names.joined(separator: ", ")); see \(prefix) --help"
    }
}
