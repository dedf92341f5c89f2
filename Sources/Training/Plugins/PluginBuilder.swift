import Files
import Foundation

/// Builds the package of a plugin against this installation's kit: `plugin build`.
public struct PluginBuilder {
    /// The folder of the package.
    public let folder: String

    /// A builder of the package in `folder`. Throws `FileError` where there is none.
    public init(_ folder: String) throws(FileError) {
        let path = PluginFile.absolute(folder)
        guard FileManager.default.fileExists(atPath: path) else { throw .missing(path: folder) }
        guard FileManager.default.fileExists(atPath: path + "/Package.swift") else {
            throw .malformed(
                path: folder, reason: "is no plugin, expected a folder with a Package.swift; semisup plugin new writes one")
        }
        self.folder = path
    }

    /// Builds in release mode and writes the one library `<name>.so` into the folder; what the compiler says goes to standard error.
    ///
    /// Throws `PluginBuildError` where that fails, and what `PluginSeal.seal` throws. Returns the path of the library.
    public func build() throws -> String {
        // SwiftPM does not see that the kit has changed: what was built against another kit stays in another place.
        let scratch = "\(folder)/.build/kit-\(try KitIdentity.own().layout.prefix(16))"
        try swift(["build", "-c", "release", "--package-path", folder, "--scratch-path", scratch])
        let libraries = builtLibraries(in: scratch + "/release")
        guard libraries.count == 1, let library = libraries.first else {
            throw PluginBuildError(
                folder: folder,
                reason: "expected one dynamic library product, found \(libraries.isEmpty ? "none" : "\(libraries.count)")")
        }
        let temporary = "\(folder)/.sealed-\(getpid()).so"
        defer { unlink(temporary) }
        let record = try PluginSeal.seal(library, to: temporary)
        let path = "\(folder)/\(record.name).so"
        guard rename(temporary, path) == 0 else { throw FileError.system(path: path, operation: "create", code: errno) }
        return path
    }

    private func builtLibraries(in release: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: release)) ?? []
        return names.filter { $0.hasPrefix("lib") && $0.hasSuffix(".so") && $0 != "libSemisupKit.so" }.map { "\(release)/\($0)" }
    }

    private func swift(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["swift"] + arguments
        var environment = ProcessInfo.processInfo.environment
        environment["SEMISUP_KIT"] = KitLocation.own.libraryFolder
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.standardError
        do {
            try process.run()
        } catch {
            throw PluginBuildError(folder: folder, reason: "swift could not be started: \(error)")
        }
        process.waitUntilExit()
        guard process.terminationStatus != 127 else {
            throw PluginBuildError(folder: folder, reason: "Swift is not installed, or not in PATH")
        }
        guard process.terminationStatus == 0 else {
            throw PluginBuildError(folder: folder, reason: "the compiler's messages above say why")
        }
    }
}

/// A plugin that could not be built.
public struct PluginBuildError: ReportedError, Equatable {
    /// The folder of the package, and why.
    public let folder: String, reason: String
    public var exitCode: ExitCode { .unavailable }
    public var description: String { "\(folder): the plugin could not be built: \(reason)" }
}
