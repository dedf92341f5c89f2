internal import CCrash

/// The last word of a process that crashes, on standard error before the backtrace.
public enum CrashReport {
    /// From now on a crash of any thread writes `message`, and the process ends as it would have, or with `exitCode`.
    public static func begin(_ message: String, exitCode: ExitCode? = nil) { crash_message(message, exitCode?.rawValue ?? 0) }

    /// A crash says nothing more of its own.
    public static func end() { crash_message(nil, 0) }

    /// The step that a crash names; nil: none.
    public static func isAt(step: Int?) { crash_step(step ?? -1) }

    /// The file that this thread reads from now on: its crash names it.
    public static func isReading(_ path: String) { crash_reading(path) }
}
