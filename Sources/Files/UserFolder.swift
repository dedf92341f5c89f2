import Foundation

/// Folders of the person who runs the process, by the XDG base directories.
public enum UserFolder {
    /// What can be made again: `$XDG_CACHE_HOME/semisup`, or `~/.cache/semisup`; nil where neither variable is set.
    public static func cache(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        folder("XDG_CACHE_HOME", or: ".cache", environment)
    }

    /// What belongs to the person: `$XDG_DATA_HOME/semisup`, or `~/.local/share/semisup`; nil where neither variable is set.
    public static func data(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> String? {
        folder("XDG_DATA_HOME", or: ".local/share", environment)
    }

    /// A relative path counts as none, as the specification says.
    private static func folder(_ variable: String, or standard: String, _ environment: [String: String]) -> String? {
        if let named = environment[variable], named.hasPrefix("/") { return "\(named)/semisup" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/\(standard)/semisup"
    }
}
