import Files

/// Why a plugin is not used. Nothing of it has run, except where it says so.
public enum PluginError: ReportedError, Equatable {
    // The file.
    case missing(path: String)
    case unreadable(path: String, reason: String)
    case notELF(path: String)
    case notALibrary(path: String)
    case otherMachine(path: String, found: String, expected: String)
    case truncated(path: String, expected: Int, found: Int)
    case malformed(path: String, reason: String)
    case noRecord(path: String)
    case damagedRecord(path: String)
    case changedLibrary(path: String)
    // What it was built against.
    case newerKit(path: String, needed: String, found: String)
    case otherInterface(path: String, found: Int, expected: Int)
    case otherCompiler(path: String, found: String, expected: String)
    case otherConfiguration(path: String, found: String, expected: String)
    case otherLayout(path: String)
    case ownKit(path: String)
    case missingSymbol(path: String, name: String)
    case noEntry(path: String, name: String)
    case wrongEntry(path: String, name: String)
    // Among others.
    case duplicate(name: String, paths: [String])
    case noModules(folder: String)
    // Its own doing.
    case notOpened(path: String, reason: String)
    case failed(plugin: String, phase: String, reason: String, code: ExitCode = .unavailable)

    public var exitCode: ExitCode {
        switch self {
        case .missing: .inputMissing
        case .failed(_, _, _, let code): code
        default: .unavailable
        }
    }

    public var description: String {
        switch self {
        case .missing(let path): "\(path): there is no such plugin"
        case .unreadable(let path, let reason): "\(path): the plugin cannot be read: \(reason)"
        case .notELF(let path): "\(path): is no shared library, expected a plugin that plugin build made"
        case .notALibrary(let path): "\(path): is a program or an object file, expected a shared library"
        case .otherMachine(let path, let found, let expected):
            "\(path): was built for \(found) and this machine is \(expected); build it here"
        case .truncated(let path, let expected, let found):
            "\(path): is cut off: \(found) bytes, expected \(expected); copy or build it again"
        case .malformed(let path, let reason): "\(path): is no shared library that can be read: \(reason)"
        case .noRecord(let path): "\(path): carries no plugin record; build it by: semisup plugin build"
        case .damagedRecord(let path): "\(path): its plugin record is damaged; build it again by: semisup plugin build"
        case .changedLibrary(let path):
            "\(path): its bytes have changed since it was built; build it again by: semisup plugin build"
        case .newerKit(let path, let needed, let found):
            "\(path): needs semisup \(needed) or newer, this is \(found); update semisup"
        case .otherInterface(let path, let found, let expected):
            "\(path): was built for plugin interface \(found), this is \(expected); \(PluginError.rebuild)"
        case .otherCompiler(let path, let found, let expected):
            "\(path): was built by \(found), semisup by \(expected); build both by one compiler"
        case .otherConfiguration(let path, let found, let expected):
            "\(path): is a \(found) build and semisup a \(expected) build; \(PluginError.rebuild)"
        case .otherLayout(let path): "\(path): was built against another build of semisup's kit; \(PluginError.rebuild)"
        case .ownKit(let path):
            "\(path): contains a copy of semisup's kit, so that its types are not those of the host; link libSemisupKit.so instead"
        case .missingSymbol(let path, let name): "\(path): wants \(name), which the kit does not have; \(PluginError.rebuild)"
        case .noEntry(let path, let name): "\(path): has no entry point \(name); see semisup plugin new for how it is written"
        case .wrongEntry(let path, let name):
            "\(path): its entry point \(name) is no function semisupPlugin() without parameters and result; "
                + "see semisup plugin new for how it is written"
        case .duplicate(let name, let paths): "two plugins are called \(name): \(paths.joined(separator: " and ")); remove one"
        case .noModules(let folder): "\(folder): the kit's modules are not there; build or install semisup again"
        case .notOpened(let path, let reason): "\(path): could not be opened: \(reason)"
        case .failed(let plugin, let phase, let reason, _): "plugin \(plugin): failed \(phase): \(reason)"
        }
    }

    private static let rebuild = "build it again by: semisup plugin build"
}
