import Logging

/// Writes log messages to the terminal: `warning: ...`, notices as they are.
struct TerminalLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        switch event.level {
        case .error, .critical: Terminal.standard.message("\(event.message)", label: "error", colour: .red)
        case .warning: Terminal.standard.message("\(event.message)", label: "warning", colour: .yellow)
        default: Terminal.standard.message("\(event.message)", label: "note")
        }
    }
}

/// The logger of the commands.
let logger = Logger(label: "semisup") { _ in TerminalLogHandler() }
