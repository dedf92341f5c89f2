import Files
import Foundation

/// A file that may be a plugin, looked at without loading it.
public struct PluginFile: Sendable {
    /// The path from the root.
    public let path: String
    /// What stands behind the library; nil where that cannot be read.
    public let record: PluginRecord?
    /// Everything that speaks against loading it, the most basic first; empty for a plugin that fits.
    public let problems: [PluginError]

    /// The start of the C names of entry points; the name of the module follows.
    static let entryPrefix = "semisup_plugin_"

    /// Looks at the file at `path` and compares it with `kit`.
    public init(_ path: String, kit: KitIdentity) {
        let path = PluginFile.absolute(path)
        self.path = path
        do throws(PluginError) {
            let content = try PluginContent(path)
            switch PluginRecord.read(content.bytes, after: content.library.length) {
            case .record(let record):
                self.record = record
                problems = PluginFile.problems(record, content, kit)
            case .none: (record, problems) = (nil, [.noRecord(path: path)])
            case .damaged: (record, problems) = (nil, [.damagedRecord(path: path)])
            }
        } catch {
            (record, problems) = (nil, [error])
        }
    }

    /// A path from the root.
    static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

    private static func problems(_ record: PluginRecord, _ content: PluginContent, _ kit: KitIdentity) -> [PluginError] {
        let path = content.path
        var found: [PluginError] = []
        if isNewer(record.minimumKit, than: kit.version) {
            found.append(.newerKit(path: path, needed: record.minimumKit, found: kit.version))
        }
        if record.kit.interface != kit.interface {
            found.append(.otherInterface(path: path, found: record.kit.interface, expected: kit.interface))
        }
        if record.kit.compiler != kit.compiler {
            found.append(.otherCompiler(path: path, found: record.kit.compiler, expected: kit.compiler))
        }
        if record.kit.configuration != kit.configuration {
            found.append(
                .otherConfiguration(path: path, found: record.kit.configuration, expected: kit.configuration))
        }
        if record.kit.layout != kit.layout { found.append(.otherLayout(path: path)) }
        found += content.problems(entry: record.entry, module: record.module)
        if SHA256.hexadecimal(of: content.libraryBytes) != record.library { found.append(.changedLibrary(path: path)) }
        return found
    }

    /// Whether version `a` comes after version `b`, number by number.
    static func isNewer(_ a: String, than b: String) -> Bool {
        let numbers = { (version: String) in version.split(separator: ".").map { Int($0.prefix { $0.isNumber }) ?? 0 } }
        let (x, y) = (numbers(a), numbers(b))
        for place in 0..<max(x.count, y.count) {
            let (i, j) = (place < x.count ? x[place] : 0, place < y.count ? y[place] : 0)
            if i != j { return i > j }
        }
        return false
    }
}

/// The bytes of a file and the library in them.
struct PluginContent {
    let path: String
    let bytes: [UInt8]
    let library: ELFFile

    /// Reads the file. Throws what keeps it from being a library of this machine.
    init(_ path: String) throws(PluginError) {
        self.path = path
        do throws(FileError) {
            bytes = try FileReader.bytes(of: path)
        } catch {
            switch error {
            case .missing: throw .missing(path: path)
            case .notAFile: throw .unreadable(path: path, reason: "it is a folder or no regular file")
            case .system(_, _, let code): throw .unreadable(path: path, reason: String(cString: strerror(code)))
            default: throw .unreadable(path: path, reason: error.description)
            }
        }
        do throws(ELFFile.Problem) {
            library = try ELFFile(bytes)
        } catch {
            switch error {
            case .notELF: throw .notELF(path: path)
            case .notALibrary: throw .notALibrary(path: path)
            case .foreign:
                throw .otherMachine(
                    path: path, found: "another word length or byte order", expected: ELFFile.name(ofMachine: ELFFile.ownMachine))
            case .truncated(let expected, let found): throw .truncated(path: path, expected: expected, found: found)
            case .malformed(let reason): throw .malformed(path: path, reason: reason)
            }
        }
        guard library.machine == ELFFile.ownMachine else {
            throw .otherMachine(
                path: path, found: ELFFile.name(ofMachine: library.machine),
                expected: ELFFile.name(ofMachine: ELFFile.ownMachine))
        }
    }

    /// The library without what stands behind it.
    var libraryBytes: ArraySlice<UInt8> { bytes[..<library.length] }

    /// The name of the C entry point that the library offers, or nil.
    var entry: String? {
        library.symbols.first { $0.isDefined && $0.name.hasPrefix(PluginFile.entryPrefix) }?.name
    }

    /// What is wrong with the names that the library offers and wants.
    func problems(entry: String, module: String) -> [PluginError] {
        // A class of the kit is defined where the kit's own object files were linked.
        if library.symbols.contains(where: { $0.isDefined && $0.name == "$s8Training6PluginCMn" }) {
            return [.ownKit(path: path)]
        }
        guard let symbol = library.symbols.first(where: { $0.isDefined && $0.name == entry }) else {
            return [.noEntry(path: path, name: entry)]
        }
        // The mangled name of the Swift function carries its type: y y F is () -> ().
        let function = library.symbols.contains {
            $0.isDefined && $0.isFunction && $0.name.hasPrefix("$s\(module.utf8.count)\(module)") && $0.name.contains("semisup")
                && $0.name.hasSuffix("yyF")
        }
        guard symbol.isFunction, function else { return [.wrongEntry(path: path, name: entry)] }
        return missingSymbols().map { .missingSymbol(path: path, name: $0) }
    }

    /// The names that the kit offers, read once; nil where the kit cannot be read.
    private static let offeredByKit = (try? PluginContent(KitLocation.own.libraryPath)).map { kit in
        Set(kit.library.symbols.lazy.filter(\.isDefined).map(\.name))
    }

    /// Whether the kit has a public type called `name`: `$s8Datasets5BatchVMn` describes the structure `Batch`.
    static func kitHasType(_ name: String) -> Bool {
        let kinds = ["VMn", "CMn", "OMn", "Mp"]
        let symbols = KitIdentity.modules.flatMap { module in
            kinds.map { "$s\(module.utf8.count)\(module)\(name.utf8.count)\(name)\($0)" }
        }
        return symbols.contains { offeredByKit?.contains($0) ?? false }
    }

    /// The first name of the kit's modules that the library wants and the kit has not.
    private func missingSymbols() -> [String] {
        let prefixes = KitIdentity.modules.map { "$s\($0.utf8.count)\($0)" }
        let wanted = library.symbols.filter { symbol in
            !symbol.isDefined && prefixes.contains { symbol.name.hasPrefix($0) }
        }
        guard !wanted.isEmpty, let offered = PluginContent.offeredByKit else { return [] }
        return wanted.first { !offered.contains($0.name) }.map { [$0.name] } ?? []
    }
}
