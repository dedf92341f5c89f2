import Files
import Foundation

/// The folder that `plugin new` writes: a package with an example that trains, its test and a README.
public struct PluginTemplate {
    private let folder: String

    /// The template of this installation. Throws `FileError.missing` where it is not there.
    public init() throws(FileError) {
        let found = KitLocation.own.templatePaths.first { FileManager.default.fileExists(atPath: $0 + "/Package.swift") }
        guard let found else { throw .missing(path: KitLocation.own.templatePaths.joined(separator: " or ")) }
        folder = found
    }

    /// Writes the folder `path` for a method called `name`.
    ///
    /// Throws `PluginNameError` for a name that no method can have, and `FileError.exists` where there is something.
    public func write(method name: String, to path: String) throws {
        try PluginTemplate.require(name)
        guard !FileManager.default.fileExists(atPath: path) else { throw FileError.exists(path: path) }
        let temporary = "\(path).partial-\(getpid())", module = PluginTemplate.module(of: name)
        func named(_ text: String) -> String {
            text.replacing("my-method", with: name).replacing("MyMethod", with: module)
                .replacing("KIT-FOLDER", with: KitLocation.own.libraryFolder)
        }
        do {
            for file in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                let source = "\(folder)/\(file)", target = "\(temporary)/\(named(file))"
                var isFolder: ObjCBool = false
                guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder), !isFolder.boolValue else {
                    continue
                }
                try Folder.create(at: URL(fileURLWithPath: target).deletingLastPathComponent().path)
                try AtomicFile.write(named(try FileReader.text(of: source)), to: target)
            }
            guard rename(temporary, path) == 0 else { throw FileError.system(path: path, operation: "create", code: errno) }
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    /// `my-method` becomes `MyMethod`.
    static func module(of name: String) -> String {
        name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// Throws `PluginNameError` unless `name` is lower-case words of letters and digits with hyphens between them.
    static func require(_ name: String) throws(PluginNameError) {
        let words = name.split(separator: "-", omittingEmptySubsequences: false)
        let isWord = { (word: Substring) in
            !word.isEmpty && word.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) }
        }
        guard words.allSatisfy(isWord), name.utf8.first.map({ (97...122).contains($0) }) ?? false else {
            throw PluginNameError(
                name: name, reason: "expected lower-case words of letters and digits with hyphens, such as my-method")
        }
        if MethodCatalogue.builtIn.methods.contains(where: { $0.manifest.name == name }) {
            throw PluginNameError(name: name, reason: "semisup itself has a method of this name")
        }
        let type = module(of: name)
        if KitIdentity.modules.contains(type) || PluginContent.kitHasType(type) {
            throw PluginNameError(name: name, reason: "semisup's kit has a \(type) already; say more, such as \(name)-method")
        }
        if languageNames.contains(type) {
            throw PluginNameError(name: name, reason: "Swift has a \(type) already; say more, such as \(name)-method")
        }
    }

    /// What a type of one's own would hide in the example.
    private static let languageNames: Set<String> = [
        "Swift", "Foundation", "Glibc", "Testing", "Any", "Array", "Bool", "Character", "Data", "Date", "Dictionary", "Double",
        "Equatable", "Error", "Float", "Hashable", "Int", "Never", "Optional", "Package", "Protocol", "Range", "Result",
        "Self", "Sendable", "Set", "String", "Substring", "Task", "Test", "Tests", "Type", "Void",
    ]
}

/// A name that no new method can have.
public struct PluginNameError: ReportedError, Equatable {
    /// The name, and why.
    public let name: String, reason: String
    public var exitCode: ExitCode { .usage }
    public var description: String { "\(name): \(reason)" }
}
