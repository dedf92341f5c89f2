import Datasets
import Files
import Networks

/// Calls into a method, whose mistakes are told with the name of its plugin.
struct MethodCall {
    /// The plugin's name; nil for methods of the kit.
    let plugin: String?

    /// Runs `body`, a call in the phase called `phase`, such as `in its losses`.
    ///
    /// Throws what the loop itself throws and what a user has asked for wrongly as it is, and what a plugin throws as
    /// `PluginError.failed`.
    func callAsFunction<Result>(_ phase: String, _ body: () throws -> Result) throws -> Result {
        guard let plugin else { return try body() }
        do {
            return try body()
        } catch let error
            where error is PassInterrupted || error is TooMuchDamage || error is NothingToShow || error is DamageOverLimit
            || error is ClipHangs || error is ConfigurationError
            || error is UnknownBackbone
        {
            throw error
        } catch {
            let code = (error as? any ReportedError)?.exitCode ?? .unavailable
            throw PluginError.failed(plugin: plugin, phase: phase, reason: "\(error)", code: code)
        }
    }
}

/// What a method must not do.
struct MethodMistake: ReportedError, Equatable {
    let description: String
    var exitCode: ExitCode { .unavailable }

    init(_ description: String) { self.description = description }
}
